"""Deleting ideas on schedule: what is not shown after thirty days, everything a year after the freeze."""

from server.store.database import Database
from server.store.desk import erase_content, erase_ideas, list_spent_ideas

DAY_S = 86_400
HIDDEN_DAYS = 30
"""How long what was not shown, and what was handed over, is kept."""

FROZEN_DAYS = 365
"""How long after its freeze a consultation's ideas are kept."""


async def forget_ideas(db: Database, now: int) -> None:
    """Erases what is due at `now` (seconds since 1970), so that no trace of it stays in the database's files."""
    async with db.reading() as tx:
        ideas, consultations = await list_spent_ideas(tx, now - HIDDEN_DAYS * DAY_S, now - FROZEN_DAYS * DAY_S)
    if not ideas and not consultations:
        return
    async with db.writing(lasting=True) as tx:
        await erase_content(tx, ideas)
        await erase_ideas(tx, consultations)
    await db.forget_deleted()
