"""An area says when its schools have holidays; those that are over are forgotten when the next one is said."""

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.school_days import MOST_HOLIDAYS, read_holiday
from server.store.actions import insert_action
from server.store.areas import find_area
from server.store.database import Database
from server.store.holidays import erase_holiday, erase_past_holidays, insert_holiday, list_holidays


async def add_holiday(db: Database, area_id: str, first: str, last: str, *, today: str, by: str) -> None:
    """Raises `not_found`, or `bad_form` naming the field."""
    holiday = read_holiday(first, last)
    async with db.writing(lasting=True) as tx:
        if await find_area(tx, area_id) is None:
            raise DomainError("not_found")
        await erase_past_holidays(tx, area_id, today)
        if len(await list_holidays(tx, [area_id])) >= MOST_HOLIDAYS:
            raise DomainError("bad_form", [("first", "too_many")])
        await insert_holiday(tx, area_id, holiday)
        await insert_action(tx, by, Did.HOLIDAY_ADDED, area_id, f"{holiday.first} – {holiday.last}")


async def remove_holiday(db: Database, area_id: str, first: str, *, by: str) -> None:
    """Takes away the one that begins on `first`. Raises `not_found`."""
    async with db.writing(lasting=True) as tx:
        if first not in {holiday.first for holiday in await list_holidays(tx, [area_id])}:
            raise DomainError("not_found")
        await erase_holiday(tx, area_id, first)
        await insert_action(tx, by, Did.HOLIDAY_REMOVED, area_id, first)
