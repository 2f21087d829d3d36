"""One-time links that let a member of staff set a password; only a link's hash is kept."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import invitations


async def insert_invitation(db: AsyncConnection, token_hash: str, staff_id: str, ends_at: int) -> None:
    """In place of an earlier link of the same person; `ends_at` in seconds since 1970."""
    await erase_invitations(db, staff_id)
    await db.execute(insert(invitations).values(token_hash=token_hash, staff=staff_id, ends_at=ends_at))


async def find_invited(db: AsyncConnection, token_hash: str, now: int) -> str | None:
    """The id of whom the link is for; None when it is unknown or too old."""
    query = select(invitations.c.staff).where(invitations.c.token_hash == token_hash, invitations.c.ends_at > now)
    found: str | None = (await db.execute(query)).scalar_one_or_none()
    return found


async def erase_invitations(db: AsyncConnection, staff_id: str) -> None:
    await db.execute(delete(invitations).where(invitations.c.staff == staff_id))
