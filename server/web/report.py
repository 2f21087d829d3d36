"""The report on a consultation, for child-friendly work and child impact assessment; and its results as a document."""

from collections import Counter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.areas import Kind
from server.domain.errors import DomainError
from server.domain.feedback import timeline
from server.exports.words import LICENCE, LICENCE_URL, LIMITS
from server.store.areas import find_area
from server.store.desk import count_states
from server.store.feedback import find_feedback
from server.store.ideas import list_shown_ideas
from server.store.themes import count_ideas_by_theme, list_themes
from server.usecases.asked import WhoseAnswers, read_whose_answers
from server.usecases.report import Results, read_results
from server.web.parts import parts
from server.web.printing import Tools
from server.web.start import today_of
from server.web.templating import page


async def show(request: Request) -> Response:
    """The report as a page; files.py has it as PDF."""
    here = parts(request)
    found = await read_whole(here, request.path_params["consultation"])
    return page(request, "report/show.html", await context_of(here, found, today_of(request).isoformat()))


async def read_whole(tools: Tools, consultation: str) -> Results:
    """The results of all places. Raises `not_found`."""
    async with tools.db.reading() as db:
        return await read_results(db, tools.revisions, consultation, {})


async def context_of(tools: Tools, found: Results, today: str, *, is_report: bool = True) -> dict[str, Any]:
    """What the templates need: of a report, or of results alone, which anyone may read. `today` is an ISO date."""
    consultation = found.consultation
    async with tools.db.reading() as db:
        feedback = (await find_feedback(db, consultation.id)).published
        publisher = await find_area(db, consultation.area)
        whose = await read_whose_answers(db, found)
        ideas = await _read_ideas(db, consultation.id) if is_report else {}
    if publisher is None:
        raise DomainError("not_found")
    return {
        **ideas,
        "is_report": is_report,
        "consultation": consultation,
        "publisher": publisher,
        "found": found,
        "where": found.where,
        "municipalities": any(area.kind == Kind.MUNICIPALITY for area in found.schools.values()),
        "whose": whose,
        "by_language": _by_language(whose),
        "feedback": feedback,
        "steps": timeline(
            consultation.facts, feedback, frozen=consultation.frozen, today=today, frozen_on=consultation.frozen_on
        ),
        "withheld": [asked for asked, results in found.by_question() if all(one.counts is None for one in results)],
        "limits": LIMITS,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "today": today,
    }


async def _read_ideas(db: AsyncConnection, consultation: str) -> dict[str, Any]:
    """How many ideas came in, how many others may see, and how far each theme has come."""
    return {
        "received": sum((await count_states(db, consultation)).values()),
        "shown": len(await list_shown_ideas(db, consultation)),
        "themes": await list_themes(db, consultation),
        "by_theme": await count_ideas_by_theme(db, consultation),
    }


def _by_language(whose: WhoseAnswers) -> dict[str, int]:
    """How many children answered, by the language of their school."""
    found: Counter[str] = Counter()
    for area, reach in whose.places:
        found[area.language] += reach.reached
    return found
