"""What the class is told once the municipality has answered: on the wall, at its teacher's desk, on its tablets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.errors import DomainError
from server.domain.feedback import Feedback, day_of, grades_told
from server.domain.sessions import Session
from server.store.areas import list_areas
from server.store.consultations import Consultation, list_consultations
from server.store.feedback import find_feedback, list_published_feedback
from server.web.boards import board_context
from server.web.forms import small_number
from server.web.listening import draw_with_sounds
from server.web.parts import parts
from server.web.progress import find_progress
from server.web.templating import language_of, remember_language


@dataclass(frozen=True)
class Answer:
    """What a class is told; after each summer `grades` are those it has gone up to, and those who came after it."""

    feedback: Feedback
    grades: Sequence[int]


def answer_for(session: Session, consultation: Consultation, feedback: Feedback | None, today: str) -> Answer | None:
    """None until the municipality has answered, and for a trial."""
    if feedback is None or not feedback.answered or session.is_trial:
        return None
    facts = consultation.facts
    asked_on = session.opens or facts.get("ends") or facts.get("begins") or feedback.answered
    return Answer(feedback, grades_told(session.grades, min(asked_on, today), today))


async def find_answer(db: AsyncConnection, session: Session, consultation: Consultation, now: int) -> Answer | None:
    """The answer to the class of a session; `now` in seconds since 1970."""
    found = await find_feedback(db, consultation.id)
    return answer_for(session, consultation, found.published, day_of(now))


async def board(request: Request) -> Response:
    """The cards for the wall, one at a time, and all of them on paper; `?card=` counts from 1. Raises `not_found`."""
    here, lang = parts(request), language_of(request)
    async with here.db.reading() as db:
        found = await find_progress(db, request.path_params["session"], here.clock())
        told = await find_answer(db, found.session, found.consultation, here.clock())
    cards = told.feedback.cards if told else ()
    at = small_number(request.query_params.get("card", "0"), len(cards))
    if at is None:
        raise DomainError("not_found")
    shown = {"told": told, "cards": cards, "at": at, "card": cards[at - 1] if at else None}
    context = {
        **await board_context(request, found, "feedback"),
        **shown,
        "person": request.state.person,
        "path": request.url.path,
        "consultation": found.consultation,
    }
    body, _ = await draw_with_sounds(here, "boards/feedback.html", lang, context, found.consultation.id)
    response = Response(body, headers={"Cache-Control": "no-store"}, media_type="text/html")
    remember_language(request, response)
    return response


async def for_school(request: Request) -> Response:
    """The newest answer for the children of a school, for its tablets: where to read it. Raises `not_found`."""
    here, school_id = parts(request), request.path_params["school"]
    async with here.db.reading() as db:
        known = await list_areas(db)
        answered = await list_published_feedback(db)
        consultations = await list_consultations(db)
    if school_id not in known:
        raise DomainError("not_found")
    newest = next((each for each in _told(consultations, answered) if school_id in each.list_places_in(known)), None)
    found = None
    if newest:
        address = f"/results/{newest.id}?lang={known[school_id].language}"
        found = {"url": address, "picture": here.assets.picture_url(newest.cover)}
    return JSONResponse({"answer": found}, headers={"Cache-Control": "no-store"})


def _told(consultations: Sequence[Consultation], published: Mapping[str, Feedback]) -> list[Consultation]:
    """Those that were answered and are not put away, the newest answer first."""
    days = {each: feedback.answered for each, feedback in published.items() if feedback.answered}
    told = [each for each in consultations if each.id in days and not each.archived]
    return sorted(told, key=lambda each: days[each.id], reverse=True)
