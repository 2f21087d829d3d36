"""Who is to be told today that something waits at the desk: how much, never what or from where."""

from dataclasses import dataclass

from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.desk import count_waiting
from server.store.notices import list_told, mark_told
from server.store.staff import Account
from server.usecases.moderate import list_keepers


@dataclass
class Reminder:
    """What waits for one person in all of their consultations."""

    account: Account
    ideas: int = 0
    worries: int = 0


async def list_reminders(db: Database, day: str) -> list[Reminder]:
    """For everyone who keeps worries where something waits and who was not told on this day (ISO date)."""
    found: dict[str, Reminder] = {}
    async with db.reading() as tx:
        told = await list_told(tx, day)
        for consultation_id, waiting in (await count_waiting(tx)).items():
            consultation = await find_consultation(tx, consultation_id)
            for keeper in await list_keepers(tx, consultation) if consultation else ():
                reminder = found.setdefault(keeper.account.id, Reminder(keeper.account))
                reminder.ideas += waiting.ideas
                reminder.worries += waiting.worries
    return [reminder for person, reminder in found.items() if person not in told]


async def note_told(db: Database, person: str, day: str) -> None:
    """So that nobody is told twice on a day, also after a restart."""
    async with db.writing() as tx:
        await mark_told(tx, person, day)
