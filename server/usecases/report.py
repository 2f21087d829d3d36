"""Reports: packets of many sessions, summed. Page, API, files and public pages all read here. Knows packets only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.areas import PLACES
from server.domain.consultations import LANGUAGES, Poll
from server.domain.errors import DomainError
from server.domain.questions import Question
from server.domain.results import Figure, Result, at, sum_up
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import Consultation, Revisions, find_consultation, list_newest_of_polls
from server.store.packets import list_figures


@dataclass(frozen=True)
class Results:
    """What may be said of each entry of the ledger at one place; `where` holds the filters that were given.

    `polls` are all that were published, the one that sessions use now first.
    """

    consultation: Consultation
    where: Mapping[str, str]
    results: tuple[Result, ...]
    schools: Mapping[str, Area]
    polls: tuple[Poll, ...]

    @property
    def poll(self) -> Poll:
        """The one that sessions use now."""
        return self.polls[0]

    def of(self, result: Result) -> Result:
        """The result of the same entry here."""
        return next(one for one in self.results if (one.poll, one.question.id) == (result.poll, result.question.id))

    def by_question(self) -> list[tuple[Question, list[Result]]]:
        """The questions that are counted, and the language, each with its results: several when it has pairs."""
        of = {(result.poll, result.question.id): result for result in self.results}
        found = [
            (question, [of[poll.id, entry.id] for entry in question.entries])
            for poll in self.polls
            for question in (*poll.questions, poll.answered_in)
        ]
        return [(question, results) for question, results in found if results]

    def anchor(self, question: Question, results: Sequence[Result]) -> str:
        """Where a question stands on a page: questions of two polls may have one name."""
        poll = results[0].poll
        return question.id if poll == self.poll.id else f"{poll}-{question.id}"


async def read_results(
    db: AsyncConnection, revisions: Revisions, consultation_id: str, where: Mapping[str, str]
) -> Results:
    """The results of a consultation where `where` (school, grades, school_language) says. Raises `not_found`."""
    consultation = await find_consultation(db, consultation_id)
    newest = [await revisions.find(each) for each in await list_newest_of_polls(db, consultation_id)]
    polls = tuple(revision.poll for revision in newest if revision)
    if consultation is None or not polls:
        raise DomainError("not_found")
    known = await list_areas(db)
    schools = {area: known[area] for area in known if consultation.area in list_path_in(known, area)[1:]}
    school, language = where.get("school", ""), where.get("school_language", "")
    if (school and school not in schools) or (language and language not in LANGUAGES):
        raise DomainError("not_found")
    here = await read_figures(db, consultation_id, schools, where)
    results = tuple(sum_up(poll.id, entry, here) for poll in polls for entry in poll.ledger.values())
    return Results(consultation, where, results, schools, polls)


async def read_figures(
    db: AsyncConnection, consultation_id: str, schools: Mapping[str, Area], where: Mapping[str, str]
) -> list[Figure]:
    """What the packets of a consultation sum to where `where` says. Raises `not_found` for grades that are none."""
    school, language, grades = where.get("school", ""), where.get("school_language", ""), where.get("grades", "")
    if language and school and schools[school].kind in PLACES:
        # A school has one language: asking for both is asking for the school, or for nothing.
        if schools[school].language != language:
            return at([], grades)
        language = ""
    return at(await list_figures(db, consultation_id, school, language, whole=not grades), grades)
