"""What a browser was asked while somebody signs in, to be answered once and soon; only its secret's hash is kept."""

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import challenges


async def insert_challenge(db: AsyncConnection, token_hash: str, what: str, content: str, ends_at: int) -> None:
    """`ends_at` in seconds since 1970."""
    await db.execute(insert(challenges).values(token_hash=token_hash, what=what, content=content, ends_at=ends_at))


async def erase_old_challenges(db: AsyncConnection, now: int) -> None:
    await db.execute(delete(challenges).where(challenges.c.ends_at < now))


async def erase_challenge(db: AsyncConnection, token_hash: str, what: str, now: int) -> str | None:
    """Takes it away and gives its content, once; None when there is none, or it is too old."""
    this = (challenges.c.token_hash == token_hash, challenges.c.what == what)
    row = (
        await db.execute(delete(challenges).where(*this).returning(challenges.c.content, challenges.c.ends_at))
    ).first()
    return row.content if row and row.ends_at >= now else None
