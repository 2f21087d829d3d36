"""Rows that have had their time: each table's own rule, told by when."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.actions import KEPT_S
from server.store.schema import actions, consultations, invitations


async def erase_spent_rows(db: AsyncConnection, now: int) -> None:
    """Erases actions older than two years, and one-time links that lead nowhere."""
    await db.execute(delete(actions).where(actions.c.at < now - KEPT_S))
    await db.execute(delete(invitations).where(invitations.c.ends_at <= now))


async def list_frozen_before(db: AsyncConnection, at: int) -> list[str]:
    """The ids of the consultations that were frozen before `at` (seconds since 1970)."""
    query = select(consultations.c.id).where(consultations.c.frozen, consultations.c.frozen_at < at)
    return list((await db.execute(query)).scalars())
