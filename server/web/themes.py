"""Themes of a consultation's ideas: sorted into, written, and made into the question of the next poll."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from server.domain.desk import READ
from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES
from server.domain.themes import MOST_OPTIONS, State, Theme
from server.store import desk
from server.store.themes import count_ideas_by_theme
from server.usecases import themes
from server.web.desk import MOST_LISTED, desk_context
from server.web.fields import has_picture
from server.web.forms import Form, field, go_to, read_form
from server.web.parts import Parts, parts
from server.web.pictures import find_pictures
from server.web.templating import language_of, page
from server.web.workshop_poll import suggest

_MOST_FIELDS = 1000
_MOST_HITS = 12
_USUAL_PICTURE = "1F4AD"


async def show(request: Request) -> Response:
    """The themes, and the ideas to sort into them."""
    return await _show(request, {}, None)


async def add(request: Request) -> Response:
    """A new theme; its ideas are chosen next."""
    here, home, form = parts(request), _home(request), await read_form(request)
    try:
        theme = await themes.add_theme(
            here.db, here.clock, request.path_params["consultation"], _suggested(here, form), has_picture=_known(here)
        )
    except DomainError as error:
        return await _refused(request, form, error)
    return go_to(request, f"{home}/{theme}")


async def one(request: Request) -> Response:
    """One theme: how it stands, its picture, its ideas. Raises `not_found`."""
    return await _one(request, {}, None)


async def change(request: Request) -> Response:
    """Writes a theme. Raises `not_found`."""
    here, named, form = parts(request), request.path_params, await read_form(request)
    about = (named["consultation"], named["theme"], _given(form))
    try:
        await themes.change_theme(here.db, here.clock, *about, by=request.state.person.id, has_picture=_known(here))
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _one(request, form, error)
    return go_to(request, f"{_home(request)}/{named['theme']}?saved=yes")


async def remove(request: Request) -> Response:
    """Takes a theme away; its ideas stay, without one. Raises `not_found`."""
    named = request.path_params
    await themes.remove_theme(parts(request).db, named["consultation"], named["theme"], by=request.state.person.id)
    return go_to(request, _home(request))


async def sort(request: Request) -> Response:
    """Puts the chosen ideas under a theme. Raises `not_found`."""
    here, form = parts(request), await read_form(request, max_fields=_MOST_FIELDS)
    theme = field(form, "theme")
    await themes.sort_ideas(here.db, request.path_params["consultation"], form.get("idea", []), theme)
    shown, after = field(form, "of"), field(form, "after")
    return go_to(request, f"{_home(request)}?of={shown}{f'&after={after}' if after else ''}#sort")


async def set_sum(request: Request) -> Response:
    """Keeps how much money there really is."""
    form = await read_form(request)
    try:
        await themes.set_sum(parts(request).db, request.path_params["consultation"], field(form, "euros"))
    except DomainError as error:
        return await _refused(request, form, error)
    return go_to(request, f"{_home(request)}#vote")


async def put_to_vote(request: Request) -> Response:
    """Makes the chosen themes a question of a new poll, and goes on in the workshop."""
    here, form = parts(request), await read_form(request)
    about = (request.path_params["consultation"], field(form, "kind"), form.get("theme", []))
    try:
        poll = await themes.put_to_vote(here.db, here.clock, *about, by=request.state.person.id)
    except DomainError as error:
        return await _refused(request, form, error)
    return go_to(request, f"/staff/polls/{poll}/workshop")


async def _refused(request: Request, form: Form, error: DomainError) -> Response:
    if error.kind.code != "bad_form":
        raise error
    return await _show(request, form, error)


async def _show(request: Request, form: Form, refused: DomainError | None) -> Response:
    of, after = (request.query_params.get(name, "") for name in ("of", "after"))
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        theme = of if of in context["themes"] else ""
        consultation = context["consultation"]
        found = await desk.list_desk_ideas(db, consultation.id, READ, theme=theme, after=after, most=MOST_LISTED)
        counted = await count_ideas_by_theme(db, consultation.id)
    euros = consultation.facts.get(themes.BUDGET)
    chosen = [each for each in context["themes"].values() if each.state == State.VOTE]
    more = {
        "ideas": found,
        "of": theme,
        "after": after,
        "counted": counted,
        "euros": euros,
        "spent": sum(each.cost or 0 for each in chosen),
        "kinds": MOST_OPTIONS,
        "given": form,
        "wrong": dict(refused.details) if refused else {},
        "path": _home(request),
    }
    return page(request, "ideas/themes.html", {**context, **more}, status=refused.kind.status if refused else 200)


async def _one(request: Request, form: Form, refused: DomainError | None) -> Response:
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        theme: Theme | None = context["themes"].get(request.path_params["theme"])
        if theme is None:
            raise DomainError("not_found")
        after, named = request.query_params.get("after", ""), context["consultation"].id
        found = await desk.list_desk_ideas(db, named, READ, theme=theme.id, after=after, most=MOST_LISTED)
        counted = await count_ideas_by_theme(db, named)
    query = request.query_params.get("q", "").strip() or theme.name[language_of(request)]
    more = {
        "theme": theme,
        "ideas": found,
        "after": after,
        "number": counted.get(theme.id, 0),
        "states": list(State),
        "given": {**_as_form(theme), **{name: values[0] for name, values in form.items()}},
        "wrong": dict(refused.details) if refused else {},
        "query": query,
        "path": f"{_home(request)}/{theme.id}",
        "hits": await _hits(request, query, theme.picture),
    }
    return page(request, "ideas/theme.html", {**context, **more}, status=refused.kind.status if refused else 200)


async def _hits(request: Request, query: str, chosen: str) -> list[str]:
    """The chosen picture first, then those for the word."""
    found = await find_pictures(request, query, _MOST_HITS)
    return list(dict.fromkeys([chosen, *(shown.hexcode for shown in found)]))


def _as_form(theme: Theme) -> dict[str, str]:
    texts = {f"{name}_{lang}": said for name in ("name", "because") for lang, said in getattr(theme, name).items()}
    cost = "" if theme.cost is None else str(theme.cost)
    return {**texts, "picture": theme.picture, "state": theme.state, "cost": cost, "owner": theme.owner}


def _given(form: Form) -> dict[str, str]:
    return {name: values[0] for name, values in form.items()}


def _suggested(here: Parts, form: Form) -> dict[str, str]:
    """With the likeliest picture for what the theme is called: another one is chosen on its own page."""
    given = _given(form)
    named = {lang: given.get(f"name_{lang}", "") for lang in LANGUAGES}
    return {**given, "picture": suggest(here.assets, named) or _USUAL_PICTURE}


def _known(here: Parts) -> Callable[[str], bool]:
    return lambda hexcode: has_picture(here.assets, hexcode)


def _home(request: Request) -> str:
    return f"/staff/consultations/{request.path_params['consultation']}/themes"
