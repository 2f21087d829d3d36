"""The desk where a person looks at every idea: one after another, or those that were decided. Never says from where."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.desk import READ, REASONS, WORRIES, State
from server.domain.errors import DomainError
from server.domain.people import Action, Person
from server.store import desk
from server.store.areas import list_area_path
from server.store.consultations import Consultation, find_consultation
from server.store.desk import DeskIdea
from server.store.themes import list_themes
from server.usecases import moderate
from server.usecases.forget import HIDDEN_DAYS
from server.web.forms import field, go_to, is_htmx, read_form
from server.web.parts import parts
from server.web.templating import page

_NEXT = 7
MOST_LISTED = 120
"""How many ideas a page lists; the next ones are one link away."""

_REFUSALS = ("already_decided", "second_person", "wrong_state", "bad_form")
LISTS = ("waiting", State.SHOWN, State.COVERED, State.DOUBTED, State.HIDDEN)


async def show(request: Request) -> Response:
    """The next idea that waits for this person, and what one may do with it."""
    person = request.state.person.id
    # Two people who begin at once begin in different places.
    after = request.query_params.get("after") or hashlib.sha256(person.encode()).hexdigest()
    return await _show(request, after, request.query_params.get("last", ""))


async def one(request: Request) -> Response:
    """One idea, however it stands. Raises `not_found`."""
    return await show_one(request)


async def decide(request: Request) -> Response:
    """Keeps a decision and goes on to the next idea; one that came second says whose was first."""
    here, named, form = parts(request), request.path_params, await read_form(request)
    wanted, _, reason = field(form, "decision").partition(" ")
    was, critical = field(form, "was"), field(form, "critical") == "yes"
    about = (named["consultation"], named["idea"], wanted)
    by = request.state.person.id
    try:
        await moderate.decide(here.db, here.clock, *about, was=was, by=by, reason=reason, critical=critical)
    except DomainError as error:
        if error.kind.code == "not_found":
            # It became a worry meanwhile, which is not for everybody: the desk goes on.
            return await _show(request, named["idea"], "", DomainError("already_decided"))
        if error.kind.code not in _REFUSALS:
            raise
        return await show_one(request, error)
    if is_htmx(request) and wanted != State.NEW:
        return await _show(request, named["idea"], named["idea"])
    if is_htmx(request):
        return await show_one(request)
    home = f"/staff/consultations/{named['consultation']}/ideas"
    back = f"{home}/{named['idea']}" if wanted == State.NEW else f"{home}?after={named['idea']}&last={named['idea']}"
    return go_to(request, back)


async def listed(request: Request) -> Response:
    """The ideas that stand in one way, to look at them again."""
    asked = request.query_params.get("state", "")
    state = asked if asked in LISTS or asked in WORRIES else State.SHOWN
    states = (State.NEW,) if state == "waiting" else (State(state),)
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        if asked in WORRIES and not context["keeps"]:
            raise DomainError("not_found")
        after = request.query_params.get("after", "")
        found = await desk.list_desk_ideas(db, context["consultation"].id, states, after=after, most=MOST_LISTED)
    more = {"ideas": found, "after": after, "state": state, "lists": LISTS}
    return page(request, "ideas/all.html", {**context, **more})


async def name_keepers(request: Request) -> Response:
    """Keeps who looks after worries."""
    here, consultation, form = parts(request), request.path_params["consultation"], await read_form(request)
    named = (field(form, name) for name in moderate.KEEPERS)
    try:
        await moderate.name_keepers(here.db, consultation, *named, by=request.state.person.id)
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _keepers(request, error)
    return go_to(request, f"/staff/consultations/{consultation}/ideas/keepers")


async def keepers(request: Request) -> Response:
    """Who looks after worries, the form that says so, and the worries for those who do."""
    return await _keepers(request, None)


async def show_one(request: Request, refused: DomainError | None = None) -> Response:
    """One idea with what was refused about it. Raises `not_found`."""
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        idea = await seen_idea(request, db, context["consultation"])
    status = refused.kind.status if refused else 200
    return _page(request, {**context, "idea": idea, "refused": refused}, status)


async def desk_context(request: Request, db: AsyncConnection) -> dict[str, Any]:
    """What every page of the desk says. Raises `not_found`."""
    consultation = await find_consultation(db, request.path_params["consultation"])
    if consultation is None:
        raise DomainError("not_found")
    me = request.state.person.id
    keep = await moderate.list_keepers(db, consultation)
    return {
        "consultation": consultation,
        "home": f"/staff/consultations/{consultation.id}",
        "counts": await desk.count_states(db, consultation.id),
        "left": await desk.count_waiting_for(db, consultation.id, me),
        "themes": {theme.id: theme for theme in await list_themes(db, consultation.id)},
        "me": me,
        "keeps": me in {member.account.id for member in keep},
        "keepers": keep,
        "is_named": any(consultation.facts.get(name) for name in moderate.KEEPERS),
        "reasons": REASONS,
        "hidden_days": HIDDEN_DAYS,
        "refused": None,
        "gone": None,
        "most": MOST_LISTED,
        "last": None,
        "following": (),
        "readable": READ,
    }


async def seen_idea(request: Request, db: AsyncConnection, consultation: Consultation) -> DeskIdea:
    """The idea in the path, if this person may see it. Raises `not_found`."""
    idea = await desk.find_desk_idea(db, consultation.id, request.path_params["idea"])
    if idea is None or not await moderate.may_see(db, consultation, idea.verdict.state, request.state.person.id):
        raise DomainError("not_found")
    return idea


async def list_waiting(
    db: AsyncConnection, person: Person, consultations: Iterable[Consultation]
) -> dict[str, desk.Waiting]:
    """What waits at the desk for this person, by consultation where something does."""
    counted, found = await desk.count_waiting(db), dict[str, desk.Waiting]()
    for consultation in consultations:
        waiting = counted.get(consultation.id)
        if waiting and person.may(Action.MODERATE_IDEAS, await list_area_path(db, consultation.area)):
            keep = await moderate.list_keepers(db, consultation) if waiting.worries else ()
            keeps = person.id in {member.account.id for member in keep}
            found[consultation.id] = desk.Waiting(waiting.ideas, waiting.worries if keeps else 0)
    return found


async def _show(request: Request, after: str, last: str, gone: DomainError | None = None) -> Response:
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        consultation = context["consultation"]
        found: Sequence[DeskIdea] = await desk.list_waiting_ideas(db, consultation.id, context["me"], after, _NEXT)
        decided = await desk.find_desk_idea(db, consultation.id, last) if last else None
    # What became a worry is not called back from here.
    is_mine = decided and decided.verdict.state not in (State.NEW, *WORRIES, State.ERASED)
    more = {"idea": found[0] if found else None, "following": found[1:], "last": decided if is_mine else None}
    return _page(request, {**context, **more, "gone": gone}, gone.kind.status if gone else 200)


def _page(request: Request, context: dict[str, Any], status: int = 200) -> Response:
    name = "ideas/_idea.html" if is_htmx(request) else "ideas/desk.html"
    path = f"{context['home']}/ideas"
    return page(request, name, {**context, "path": path}, status=status)


async def _keepers(request: Request, refused: DomainError | None) -> Response:
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        consultation = context["consultation"]
        able = await moderate.list_able(db, consultation)
        worries = await desk.list_desk_ideas(db, consultation.id, WORRIES, most=MOST_LISTED)
    more = {
        "able": able,
        "worries": worries if context["keeps"] else (),
        "fields": moderate.KEEPERS,
        "wrong": dict(refused.details) if refused else {},
        "path": f"{context['home']}/ideas/keepers",
    }
    return page(request, "ideas/keepers.html", {**context, **more}, status=refused.kind.status if refused else 200)
