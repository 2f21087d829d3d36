"""Erasing a whole consultation, or a whole area with its people: every row that names it, in whatever table."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store import schema
from server.store.database import upsert
from server.store.schema import actions, areas, consultations, drafts, edits, erased, pictures, roles, sessions, staff
from server.store.sessions import lock_sessions

_OF_A_SESSION = (
    schema.responses,
    schema.held,
    schema.participation,
    schema.tombstones,
    schema.tablets,
    schema.idea_counts,
    schema.session_ideas,
)
_MANY_OF_A_CONSULTATION = (schema.ideas, schema.packets, schema.waiting, schema.figures)
_ROWS_A_STEP = 500
_SESSIONS_A_STEP = 10
_OF_A_CONSULTATION = (
    schema.ideas,
    schema.waiting,
    schema.packets,
    schema.figures,
    schema.guesses,
    schema.themes,
    schema.feedback,
    schema.sounds,
    schema.revisions,
    drafts,
    sessions,
)


@dataclass(frozen=True)
class Extent:
    """How much would go: numbers of rows."""

    sessions: int
    packets: int
    ideas: int


async def is_erased(db: AsyncConnection, consultation: str) -> bool:
    return (await db.execute(select(erased.c.day).where(erased.c.consultation == consultation))).first() is not None


async def count_extent(db: AsyncConnection, consultation: str) -> Extent:
    counts = [
        select(func.count()).select_from(table).where(table.c.consultation == consultation)
        for table in (sessions, schema.packets, schema.ideas)
    ]
    return Extent(*[(await db.execute(count)).scalar_one() for count in counts])


async def mark_erased(db: AsyncConnection, consultation: str, day: int) -> None:
    """From now on nobody finds it. Its id and the `day` (days since 1970) stay: so a tablet that comes back is told
    that it is gone.
    """
    named = upsert(db, erased).values(consultation=consultation, day=day)
    await db.execute(named.on_conflict_do_nothing())


async def list_erasing(db: AsyncConnection) -> list[str]:
    """The consultations that are marked as erased and of which rows are left."""
    query = select(consultations.c.id).where(consultations.c.id.in_(select(erased.c.consultation)))
    return list((await db.execute(query.order_by(consultations.c.id))).scalars())


async def erase_some(db: AsyncConnection, consultation: str) -> bool:
    """Erases about a thousand rows of one that is marked; False when only those few are left that go at once."""
    query = select(sessions.c.id).where(sessions.c.consultation == consultation).limit(_SESSIONS_A_STEP)
    if its_sessions := (await db.execute(query)).scalars().all():
        await lock_sessions(db, its_sessions)
        for table in _OF_A_SESSION:
            await db.execute(delete(table).where(table.c.session.in_(its_sessions)))
        await db.execute(delete(sessions).where(sessions.c.id.in_(its_sessions)))
        return True
    for table in _MANY_OF_A_CONSULTATION:
        key = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(table.c.consultation == consultation).limit(_ROWS_A_STEP)
        if (await db.execute(delete(table).where(key.in_(some)))).rowcount:
            return True
    return False


async def erase_consultation(db: AsyncConnection, consultation: str) -> None:
    """Erases every row that is left of one that is marked."""
    # Nothing is delivered meanwhile: who delivers locks the consultation, shared.
    await db.execute(select(consultations.c.id).where(consultations.c.id == consultation).with_for_update())
    its_sessions = select(sessions.c.id).where(sessions.c.consultation == consultation)
    for table in _OF_A_SESSION:
        await db.execute(delete(table).where(table.c.session.in_(its_sessions)))
    its_polls = select(drafts.c.poll).where(drafts.c.consultation == consultation)
    is_its = or_(edits.c.about.in_((consultation, f"{consultation} feedback")), edits.c.about.in_(its_polls))
    await db.execute(delete(edits).where(is_its))
    await db.execute(delete(schema.picture_tries).where(schema.picture_tries.c.poll.in_(its_polls)))
    for table in _OF_A_CONSULTATION:
        await db.execute(delete(table).where(table.c.consultation == consultation))
    await db.execute(delete(consultations).where(consultations.c.id == consultation))


async def erase_strays(db: AsyncConnection) -> None:
    """What a database that went back still holds of answers whose consultation was erased since."""
    for table in (schema.responses, schema.held):
        await db.execute(delete(table).where(table.c.session.not_in(select(sessions.c.id))))


async def list_consultations_of(db: AsyncConnection, area_ids: Collection[str]) -> list[str]:
    """The consultations of these areas themselves."""
    query = select(consultations.c.id).where(consultations.c.area.in_(area_ids)).order_by(consultations.c.id)
    return list((await db.execute(query)).scalars())


async def list_guests(db: AsyncConnection, area_ids: Collection[str]) -> list[str]:
    """The consultations of other areas that have sessions in these."""
    query = (
        select(sessions.c.consultation).distinct().join(consultations, consultations.c.id == sessions.c.consultation)
    )
    query = query.where(sessions.c.area.in_(area_ids), consultations.c.area.not_in(area_ids))
    return list((await db.execute(query.order_by(sessions.c.consultation))).scalars())


async def erase_areas(db: AsyncConnection, area_ids: Collection[str]) -> None:
    """These areas, their pictures and log, their roles, and whoever has no role elsewhere. No session or consultation
    may be left there.
    """
    await db.execute(delete(roles).where(roles.c.area.in_(area_ids)))
    without = select(staff.c.id).where(staff.c.id.not_in(select(roles.c.staff)))
    for table in schema.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is staff.c.id and table is not roles:
                await db.execute(delete(table).where(key.parent.in_(without)))
    await db.execute(delete(staff).where(staff.c.id.not_in(select(roles.c.staff))))
    await db.execute(delete(actions).where(actions.c.area.in_(area_ids)))
    for table in (pictures, schema.holidays):
        await db.execute(delete(table).where(table.c.area.in_(area_ids)))
    left = set(area_ids)
    while left:
        # Those below first: a place names the one above it.
        above = select(areas.c.parent).where(areas.c.parent.is_not(None))
        lowest = select(areas.c.id).where(areas.c.id.in_(left), areas.c.id.not_in(above))
        gone = set((await db.execute(lowest)).scalars())
        if not gone:
            raise ValueError("an area below these is left")
        await db.execute(delete(areas).where(areas.c.id.in_(gone)))
        left -= gone
