"""Results from whole packets, as a page and as JSON. Knows packets only: no response, not even through `parts`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.consultations import LANGUAGES, Poll
from server.domain.errors import DomainError
from server.domain.questions import Question
from server.domain.results import Result, at, sum_up
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import Consultation, Revisions, find_consultation, find_newest_revision
from server.store.database import Database
from server.store.packets import list_figures
from server.web.templating import language_of, page
from server.web.words import by_name

_FILTERS = ("school", "grades", "school_language")


@dataclass(frozen=True)
class Results:
    """What may be said of each entry of the ledger at one place; `where` holds the filters that were given."""

    consultation: Consultation
    where: Mapping[str, str]
    results: tuple[Result, ...]
    schools: Mapping[str, Area]
    poll: Poll

    def by_question(self) -> list[tuple[Question, list[Result]]]:
        """The questions that are counted, each with its results: several when it has pairs."""
        of = {result.question.id: result for result in self.results}
        found = [(question, [of[entry.id] for entry in question.entries]) for question in self.poll.questions]
        return [(question, results) for question, results in found if results]


async def show(request: Request) -> Response:
    """The reviewer's page: every question with its counts, or that they are withheld."""
    found = await _read(request)
    lang = language_of(request)
    context = {
        "found": found,
        "schools": by_name(found.schools.values(), lang),
        "grades": _grades_to_choose(found),
    }
    return page(request, "results/show.html", context)


async def api(request: Request) -> Response:
    """The same as JSON (docs: results). Raises `not_found` for an unknown place."""
    found = await _read(request)
    body = {
        "consultation": found.consultation.id,
        "frozen": found.consultation.frozen,
        "where": found.where,
        "questions": [_written(result) for result in found.results],
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _written(result: Result) -> dict[str, Any]:
    return {
        "id": result.question.id,
        "poll": result.poll,
        "kind": result.question.kind,
        "shown": result.shown,
        "received": result.received,
        "counts": result.counts,
    }


async def _read(request: Request) -> Results:
    db: Database = request.app.state.parts.db
    revisions: Revisions = request.app.state.parts.revisions
    where = {name: request.query_params[name] for name in _FILTERS if request.query_params.get(name)}
    async with db.reading() as tx:
        return await read_results(tx, revisions, request.path_params["consultation"], where)


async def read_results(
    db: AsyncConnection, revisions: Revisions, consultation_id: str, where: Mapping[str, str]
) -> Results:
    """The results of a consultation where `where` (school, grades, school_language) says. Raises `not_found`."""
    consultation = await find_consultation(db, consultation_id)
    newest = await find_newest_revision(db, consultation_id)
    revision = await revisions.find(newest) if newest else None
    if consultation is None or revision is None:
        raise DomainError("not_found")
    known = await list_areas(db)
    schools = {area: known[area] for area in known if consultation.area in list_path_in(known, area)[1:]}
    school, language = where.get("school", ""), where.get("school_language", "")
    if (school and school not in schools) or (language and language not in LANGUAGES):
        raise DomainError("not_found")
    if school and language:
        # A school has one language: asking for both is asking for the school, or for nothing.
        figures = await list_figures(db, consultation_id, school, "") if schools[school].language == language else []
    else:
        figures = await list_figures(db, consultation_id, school, language)
    here = at(figures, where.get("grades", ""))
    results = tuple(sum_up(revision.poll.id, entry, here) for entry in revision.poll.ledger.values())
    return Results(consultation, where, results, schools, revision.poll)


def _grades_to_choose(found: Results) -> list[str]:
    """Each grade, and each band of grades that a profile of the poll names."""
    singles = sorted({grade for profile in found.poll.profiles for grade in profile.grades})
    bands = {(min(profile.grades), max(profile.grades)) for profile in found.poll.profiles}
    chosen = found.where.get("grades", "")
    offered = [str(grade) for grade in singles]
    offered += [f"{first}-{last}" for first, last in sorted(bands) if first != last]
    return offered if not chosen or chosen in offered else [*offered, chosen]
