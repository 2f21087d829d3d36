"""School holidays, as the administrators of an area said them."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.school_days import Holiday
from server.store.database import upsert
from server.store.schema import holidays


async def list_holidays(db: AsyncConnection, area_ids: Collection[str]) -> list[Holiday]:
    """Those of any of these areas, in the order in which they begin."""
    query = select(holidays.c.first, holidays.c.last).where(holidays.c.area.in_(area_ids))
    return sorted(Holiday(first, last) for first, last in await db.execute(query))


async def insert_holiday(db: AsyncConnection, area_id: str, holiday: Holiday) -> None:
    """Keeps a holiday; another one that begins on the same day is no more."""
    row = upsert(db, holidays).values(area=area_id, first=holiday.first, last=holiday.last)
    await db.execute(row.on_conflict_do_update(index_elements=["area", "first"], set_={"last": holiday.last}))


async def erase_holiday(db: AsyncConnection, area_id: str, first: str) -> None:
    await db.execute(delete(holidays).where(holidays.c.area == area_id, holidays.c.first == first))


async def erase_past_holidays(db: AsyncConnection, area_id: str, today: str) -> None:
    """Forgets those that ended before `today`, an ISO date."""
    await db.execute(delete(holidays).where(holidays.c.area == area_id, holidays.c.last < today))
