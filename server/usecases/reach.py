"""Whom a consultation reached: schools, sessions and children, as numbers. Knows no answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.areas import list_areas
from server.store.consultations import Consultation
from server.store.responses import count_arrived
from server.store.sessions import list_sessions


@dataclass(frozen=True)
class Reach:
    """`asked` and `reached` count schools and other places; `expected`, `arrived` and `late` children.

    `expected` is what teachers said when they started a session; `uncounted` is how many sessions nobody said it of.
    `by_language` is how many arrived, by the schools' language.
    """

    asked: int
    reached: int
    sessions: int
    expected: int
    uncounted: int
    arrived: int
    late: int
    by_language: Mapping[str, int]


async def read_reach(db: AsyncConnection, consultation: Consultation) -> Reach:
    """Of every session but trials."""
    areas = await list_areas(db)
    sessions = [session for session in await list_sessions(db, consultation.id) if not session.is_trial]
    arrived = await count_arrived(db, [session.id for session in sessions])
    by_place: Counter[str] = Counter()
    for session in sessions:
        by_place[session.area] += arrived.get(session.id, (0, 0))[0]
    by_language: Counter[str] = Counter()
    for place, number in by_place.items():
        by_language[areas[place].language] += number
    return Reach(
        asked=len(consultation.list_places_in(areas)),
        reached=sum(number > 0 for number in by_place.values()),
        sessions=len(sessions),
        expected=sum(session.children or 0 for session in sessions),
        uncounted=sum(session.children is None for session in sessions),
        arrived=by_place.total(),
        late=sum(late for _, late in arrived.values()),
        by_language=by_language,
    )
