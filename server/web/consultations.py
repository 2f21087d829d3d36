"""Pages of consultations: what a member of staff sees first, and which sessions there are. No answers, no ranking."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.feedback import is_overdue
from server.domain.people import Action
from server.store.areas import list_areas, list_below_in
from server.store.consultations import find_consultation, list_consultations, list_newest_revisions
from server.store.feedback import list_published_feedback
from server.store.responses import count_arrived_by_place
from server.store.sessions import list_closed_sessions, list_unclosed_sessions
from server.store.tablets import list_holding
from server.usecases import freeze as freezing
from server.web.desk import list_waiting
from server.web.events import stream
from server.web.forms import go_to
from server.web.overviews import build_overview, find_dashboard, find_known
from server.web.parts import parts
from server.web.start import today_of
from server.web.templating import language_of, page
from server.web.unreleased import list_own

_MOST_CLOSED = 100
_CALM_S = 1.0
"""A whole town's tablets change a dashboard at most this often."""


async def overview(request: Request) -> Response:
    """The first page: every consultation one has a part in, with its next step, and those that one is making."""
    here, person, lang = parts(request), request.state.person, language_of(request)
    async with here.db.reading() as db:
        consultations = await list_consultations(db)
        own = list_below_in(await list_areas(db), person.areas_for(Action.RUN_SESSION))
        sessions = [*await list_unclosed_sessions(db), *await list_closed_sessions(db, own, _MOST_CLOSED)]
        newest = await list_newest_revisions(db)
        known = await find_known(here, db, newest, sessions, await count_arrived_by_place(db))
        feedback = await list_published_feedback(db)
        waiting = await list_waiting(db, person, consultations)
        unreleased = len(await list_own(db, person))
    found = [build_overview(known, consultation, person, lang) for consultation in consultations]
    seen = [one for one in found if one.is_published and (one.schools or one.may_enter)]
    being_made = [one for one in found if not one.is_published and one.may_compose]
    may_compose = person.may_somewhere(Action.COMPOSE)
    context = {"overviews": seen, "being_made": being_made, "may_compose": may_compose}
    today = today_of(request).isoformat()
    answered = {each for each, published in feedback.items() if published.answered}
    overdue = {each.id for each in consultations if is_overdue(each.facts, feedback.get(each.id), today)}
    context |= {"answered": answered, "overdue": overdue, "waiting": waiting, "unreleased": unreleased}
    return page(request, "consultations/overview.html", context)


async def show(request: Request) -> Response:
    """How far a consultation has come, its one next step, and its sessions by school."""
    context = {**await _dashboard(request), "asks": request.query_params.get("ask")}
    return page(request, "consultations/show.html", context)


async def sessions_fragment(request: Request) -> Response:
    """The parts of the consultation's page that change, each under its own id."""
    return page(request, "consultations/_sessions.html", {**await _dashboard(request), "swaps": True})


async def events(request: Request) -> Response:
    return stream(request, request.path_params["consultation"], _CALM_S)


async def freeze(request: Request) -> Response:
    """Freezes for good; the results stand when it answers. Raises `frozen`."""
    here, consultation = parts(request), request.path_params["consultation"]
    await freezing.freeze(here.db, here.live, here.revisions, here.key, consultation, by=request.state.person.id)
    return go_to(request, f"/staff/consultations/{consultation}")


async def _dashboard(request: Request) -> dict[str, Any]:
    here, today = parts(request), today_of(request).isoformat()
    async with here.db.reading() as db:
        consultation = await find_consultation(db, request.path_params["consultation"])
        if consultation is None:
            raise DomainError("not_found")
        board = await find_dashboard(here, db, consultation, request.state.person, language_of(request), today)
        holding = [] if consultation.frozen else await list_holding(db, consultation.id)
    return {"board": board, "overview": board.overview, "holding": holding, "swaps": False}
