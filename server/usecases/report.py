"""Reports: packets of many sessions, summed. Page, API, files and public pages all read here. Knows packets only."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.areas import PLACES
from server.domain.consultations import LANGUAGES, Poll
from server.domain.errors import DomainError
from server.domain.questions import ANSWERED_IN, Question
from server.domain.results import Figure, Result, at, sum_up
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import Consultation, Revisions, find_consultation, find_newest_revision
from server.store.packets import list_figures


@dataclass(frozen=True)
class Results:
    """What may be said of each entry of the ledger at one place; `where` holds the filters that were given."""

    consultation: Consultation
    where: Mapping[str, str]
    results: tuple[Result, ...]
    schools: Mapping[str, Area]
    poll: Poll

    def of(self, entry: str) -> Result:
        return next(result for result in self.results if result.question.id == entry)

    def by_question(self) -> list[tuple[Question, list[Result]]]:
        """The questions that are counted, and the language, each with its results: several when it has pairs."""
        of = {result.question.id: result for result in self.results}
        found = [
            (question, [of[entry.id] for entry in question.entries]) for question in (*self.poll.questions, ANSWERED_IN)
        ]
        return [(question, results) for question, results in found if results]


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
    here = await read_figures(db, consultation_id, schools, where)
    results = tuple(sum_up(revision.poll.id, entry, here) for entry in revision.poll.ledger.values())
    return Results(consultation, where, results, schools, revision.poll)


async def read_figures(
    db: AsyncConnection, consultation_id: str, schools: Mapping[str, Area], where: Mapping[str, str]
) -> list[Figure]:
    """What the packets of a consultation sum to where `where` says. Raises `not_found` for grades that are none."""
    school, language = where.get("school", ""), where.get("school_language", "")
    if language and school and schools[school].kind in PLACES:
        # A school has one language: asking for both is asking for the school, or for nothing.
        figures = await list_figures(db, consultation_id, school, "") if schools[school].language == language else []
    else:
        figures = await list_figures(db, consultation_id, school, language)
    return at(figures, where.get("grades", ""))
