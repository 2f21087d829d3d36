"""Beside every result: who was asked, who answered, who has not been asked yet. Knows numbers of children only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.participation import Reach
from server.domain.results import lies_in
from server.domain.sessions import State, read_grades
from server.store.areas import Area, list_areas, list_path_in
from server.store.asked import Asked, list_answered, list_asked
from server.store.consultations import Consultation
from server.usecases.report import Results

_GOING = (State.OPEN, State.CLOSING)


@dataclass(frozen=True)
class WhoseAnswers:
    """Of the places that a result is about: all together, and each, by id; whom closed sessions reached."""

    whole: Reach
    places: tuple[tuple[Area, Reach], ...]

    @property
    def asked(self) -> tuple[Area, ...]:
        return tuple(area for area, reach in self.places if reach.sessions)

    @property
    def not_asked(self) -> tuple[Area, ...]:
        return tuple(area for area, reach in self.places if not reach.sessions)


async def read_whose_answers(db: AsyncConnection, found: Results) -> WhoseAnswers:
    """Where `found.where` says. Costs as much as there are classes, however many sessions and answers."""
    known = await list_areas(db)
    places = [area for area in found.consultation.list_places_in(known) if _is_in(known, area, found)]
    grades = found.where.get("grades", "")
    sessions: dict[str, list[Asked]] = defaultdict(list)
    for row in await list_asked(db, found.consultation.id):
        if not grades or _lies_in(row.grades, grades):
            sessions[row.area].append(row)
    answered: dict[str, int] = defaultdict(int)
    for area, node, number in await list_answered(db, found.consultation.id):
        if _lies_in(node, grades) if grades else not node:
            answered[area] += number
    each = [(known[area], _reach(sessions[area], answered[area])) for area in places]
    return WhoseAnswers(sum((reach for _, reach in each), Reach()), tuple(each))


async def list_asked_areas(db: AsyncConnection, consultation: Consultation) -> set[str]:
    """The places that it asks or that had sessions, and all above them."""
    known = await list_areas(db)
    places = {*consultation.list_places_in(known), *(row.area for row in await list_asked(db, consultation.id))}
    return {area for place in places for area in list_path_in(known, place)}


def _is_in(known: Mapping[str, Area], area: str, found: Results) -> bool:
    school, language = found.where.get("school", ""), found.where.get("school_language", "")
    return (not school or school in list_path_in(known, area)) and (not language or known[area].language == language)


def _lies_in(node: str, grades: str) -> bool:
    return bool(node) and lies_in(node, read_grades(grades))


def _reach(rows: Sequence[Asked], answered: int) -> Reach:
    return Reach(
        sessions=sum(row.sessions for row in rows),
        going=sum(row.sessions for row in rows if row.state in _GOING),
        expected=sum(row.expected for row in rows),
        untold=sum(row.untold for row in rows),
        reached=answered,
    )
