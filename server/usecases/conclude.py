"""What ends a consultation after the freeze: anyone may read its results, and once its children are answered it is put
away.
"""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.levels import GRADES, SCHOOLS
from server.live import Live
from server.store import areas
from server.store.actions import insert_action
from server.store.consultations import Consultation, find_consultation, mark_archived, mark_public
from server.store.database import Database
from server.store.feedback import find_feedback

Clock = Callable[[], int]

_LEVELS = (SCHOOLS, GRADES)


async def publish_results(
    db: Database, live: Live, clock: Clock, consultation_id: str, level: str, *, by: str = ""
) -> None:
    """Lets anyone read the results down to `level`, or further down than before; twice is once. The first time stays.

    Raises `not_frozen` while answers can still come, `stays_public` when grades were open already, `bad_form` for
    another level, `not_found`.
    """
    if level not in _LEVELS:
        raise DomainError("bad_form", [("level", "unknown")])
    async with db.writing(lasting=True) as tx:
        found = await _find_frozen(tx, consultation_id)
        if found.public == level:
            return
        if found.public == GRADES:
            raise DomainError("stays_public")
        await mark_public(tx, found.id, level, found.public_at if found.public else clock())
        did = Did.RESULTS_PUBLISHED if level == SCHOOLS else Did.GRADES_PUBLISHED
        await insert_action(tx, by, did, found.area, await title_of(tx, found))
    live.announce(consultation_id)


async def archive(db: Database, live: Live, consultation_id: str, *, by: str = "") -> None:
    """Puts a consultation away. Raises `not_frozen`, `not_answered` before its feedback is public, or `not_found`."""
    async with db.writing(lasting=True) as tx:
        found = await _find_frozen(tx, consultation_id)
        published = (await find_feedback(tx, consultation_id)).published
        if not (published and published.answered):
            raise DomainError("not_answered")
        if found.archived:
            return
        await mark_archived(tx, consultation_id)
        await insert_action(tx, by, Did.CONSULTATION_ARCHIVED, found.area, await title_of(tx, found))
    live.announce(consultation_id)


async def title_of(tx: AsyncConnection, consultation: Consultation) -> str:
    """Its title in its area's language, as the log of actions names it."""
    area = await areas.find_area(tx, consultation.area)
    return consultation.title[area.language if area else "sv"]


async def _find_frozen(tx: AsyncConnection, consultation_id: str) -> Consultation:
    found = await find_consultation(tx, consultation_id, for_update=True)
    if found is None:
        raise DomainError("not_found")
    if not found.frozen:
        raise DomainError("not_frozen")
    return found
