"""Pages of areas: the tree that one administers, what happens where, adding a place, renaming."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server.domain.areas import BELOW, PLACES, Kind
from server.domain.errors import DomainError
from server.domain.people import Action
from server.store.areas import Area, count_area_uses, list_areas, list_path_in
from server.store.sessions import count_sessions_by_area
from server.store.staff import count_staff_by_area
from server.usecases import areas
from server.web.access import require
from server.web.forms import Form, field, go_to, read_form
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.words import by_name


@dataclass(frozen=True)
class Branch:
    """An area with what happens in it and below: people with a role, sessions in all and those going on."""

    area: Area
    below: tuple["Branch", ...]
    people: int
    sessions: int
    running: int

    @property
    def is_place(self) -> bool:
        return self.area.kind in PLACES


async def show_all(request: Request) -> Response:
    """The trees of the areas one administers."""
    known, counts = await _read(request)
    own = request.state.person.areas_for(Action.ADMINISTER) & known.keys()
    tops = [area for area in own if own.isdisjoint(list_path_in(known, area)[1:])]
    lang = language_of(request)
    branches = [_branch(known, counts, area, lang) for area in by_name((known[top] for top in tops), lang)]
    return page(request, "areas/tree.html", {"branches": branches})


async def show(request: Request) -> Response:
    """One area: what happens there, adding below it, its names."""
    return await _page(request, request.path_params["area"], {}, {})


async def add(request: Request) -> Response:
    """Adds an area below one, or shows the form again. Raises `not_found` or `not_allowed`."""
    form = await read_form(request)
    parent = field(form, "parent")
    await require(request, Action.ADMINISTER, parent)
    try:
        added = await areas.add_area(
            parts(request).db, request.state.person, parent, field(form, "kind"), _name(form), field(form, "language")
        )
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _page(request, parent, {name: field(form, name) for name in form}, dict(error.details))
    return go_to(request, f"/staff/areas/{added}")


async def change(request: Request) -> Response:
    """Renames, or shows the form again."""
    form, area = await read_form(request), request.path_params["area"]
    try:
        await areas.change_area(parts(request).db, request.state.person, area, _name(form), field(form, "language"))
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        given = {name: field(form, name) for name in form}
        return await _page(request, area, given, dict(error.details), is_renaming=True)
    return go_to(request, f"/staff/areas/{area}")


async def remove(request: Request) -> Response:
    """Raises `area_used`."""
    await areas.remove_area(parts(request).db, request.state.person, request.path_params["area"])
    return go_to(request, "/staff/areas")


async def _page(
    request: Request, area: str, given: Mapping[str, str], problems: Mapping[str, str], *, is_renaming: bool = False
) -> Response:
    known, counts = await _read(request)
    async with parts(request).db.reading() as db:
        uses = await count_area_uses(db, area)
    lang, person = language_of(request), request.state.person
    path = list_path_in(known, area)
    context = {
        "branch": _branch(known, counts, known[area], lang),
        "above": [known[each] for at, each in enumerate(path) if at and person.may(Action.ADMINISTER, path[at:])],
        "kinds": BELOW.get(Kind(known[area].kind), ()),
        "given": given,
        "problems": problems,
        "is_renaming": is_renaming,
        "may_remove": not uses and known[area].parent is not None,
        "path": f"/staff/areas/{area}",
    }
    return page(request, "areas/show.html", context, status=422 if problems else 200)


_Counts = tuple[Mapping[str, int], Mapping[str, tuple[int, int]]]


async def _read(request: Request) -> tuple[dict[str, Area], _Counts]:
    async with parts(request).db.reading() as db:
        return await list_areas(db), (await count_staff_by_area(db), await count_sessions_by_area(db))


def _branch(known: Mapping[str, Area], counts: _Counts, area: Area, lang: str) -> Branch:
    has_below = area.kind in BELOW
    children = by_name((each for each in known.values() if has_below and each.parent == area.id), lang)
    below = tuple(_branch(known, counts, child, lang) for child in children)
    people, (sessions, running) = counts[0].get(area.id, 0), counts[1].get(area.id, (0, 0))
    return Branch(
        area,
        below,
        people + sum(branch.people for branch in below),
        sessions + sum(branch.sessions for branch in below),
        running + sum(branch.running for branch in below),
    )


def _name(form: Form) -> dict[str, str]:
    return {lang: field(form, f"name_{lang}") for lang in ("sv", "fi")}
