"""Who is to be told today that something waits at the desk: how much, never what or from where."""

from dataclasses import dataclass
from datetime import date

from server.domain.school_days import is_school_day, is_workday
from server.store.areas import list_area_path
from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.desk import count_waiting
from server.store.holidays import list_holidays
from server.store.notices import list_told, mark_told
from server.store.staff import Account
from server.usecases.moderate import list_keepers


@dataclass
class Reminder:
    """What waits for one person in all of their consultations."""

    account: Account
    ideas: int = 0
    worries: int = 0


async def list_reminders(db: Database, day: date) -> list[Reminder]:
    """For everyone who keeps worries where something waits and who was not told on this day.

    In school holidays only worries are told of, with whatever else waits there; on other days off nothing.
    """
    found: dict[str, Reminder] = {}
    if not is_workday(day):
        return []
    async with db.reading() as tx:
        told = await list_told(tx, day.isoformat())
        for consultation_id, waiting in (await count_waiting(tx)).items():
            consultation = await find_consultation(tx, consultation_id)
            if consultation is None:
                continue
            holidays = await list_holidays(tx, await list_area_path(tx, consultation.area))
            if not waiting.worries and not is_school_day(day, holidays):
                continue
            for keeper in await list_keepers(tx, consultation):
                reminder = found.setdefault(keeper.account.id, Reminder(keeper.account))
                reminder.ideas += waiting.ideas
                reminder.worries += waiting.worries
    return [reminder for person, reminder in found.items() if person not in told]


async def note_told(db: Database, person: str, day: str) -> None:
    """So that nobody is told twice on a day, also after a restart."""
    async with db.writing() as tx:
        await mark_told(tx, person, day)
