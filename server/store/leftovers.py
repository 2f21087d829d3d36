"""What a database that went back still holds of sessions that its journal closed."""

from sqlalchemy import exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.sessions import State
from server.store.database import upsert
from server.store.schema import consultations, erased, held, participation, responses, sessions, tombstones

_OVER = (State.CLOSED.value, State.DISCARDED.value)


async def list_sessions_left(db: AsyncConnection) -> list[str]:
    """The sessions that are over and still hold a raw response, or something held that may be counted by now."""
    is_over = or_(sessions.c.state.in_(_OVER), consultations.c.frozen)
    holds = or_(*(exists().where(table.c.session == sessions.c.id) for table in (responses, held)))
    query = select(sessions.c.id).join(consultations, consultations.c.id == sessions.c.consultation)
    stands = sessions.c.consultation.not_in(select(erased.c.consultation))
    return list((await db.execute(query.where(is_over, holds, stands))).scalars())


async def mark_uncounted_late(db: AsyncConnection, day: int) -> None:
    """Counts as late, after a freeze, what this database took in and the freeze that was replayed on it never saw."""
    counted = select(participation.c.session, func.sum(participation.c.arrived + participation.c.late).label("number"))
    by_session = counted.group_by(participation.c.session).subquery()
    missing = func.count() - func.coalesce(func.max(by_session.c.number), 0)
    query = (
        select(tombstones.c.session, literal(day), literal(0), missing)
        .join(sessions, sessions.c.id == tombstones.c.session)
        .join(consultations, consultations.c.id == sessions.c.consultation)
        .outerjoin(by_session, by_session.c.session == tombstones.c.session)
        .where(consultations.c.frozen)
        .group_by(tombstones.c.session)
        .having(missing > 0)
    )
    new = upsert(db, participation).from_select(["session", "day", "arrived", "late"], query)
    late = {"late": participation.c.late + new.excluded.late}
    await db.execute(new.on_conflict_do_update(index_elements=["session", "day"], set_=late))
