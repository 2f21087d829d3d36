"""Who was told on which day that something waits at the desk."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.database import upsert
from server.store.schema import notices


async def list_told(db: AsyncConnection, day: str) -> set[str]:
    """The ids of the staff who were told on this day (ISO date)."""
    return set((await db.execute(select(notices.c.staff).where(notices.c.day == day))).scalars())


async def mark_told(db: AsyncConnection, person: str, day: str) -> None:
    row = upsert(db, notices).values(staff=person, day=day)
    await db.execute(row.on_conflict_do_update(index_elements=["staff"], set_={"day": day}))
