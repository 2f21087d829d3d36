"""Which entries of the journal a database has."""

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import journaled


async def find_newest_entry(db: AsyncConnection, *, for_update: bool = True) -> str:
    """The id of the newest entry this database has; `for_update`: no other transaction adds one before this ends."""
    if for_update and db.dialect.name == "postgresql":
        await db.execute(text("LOCK TABLE journaled IN EXCLUSIVE MODE"))
    query = select(journaled.c.entry).order_by(journaled.c.seq.desc()).limit(1)
    return str((await db.execute(query)).scalar_one())


async def has_entry(db: AsyncConnection, entry: str) -> bool:
    return (await db.scalar(select(journaled.c.seq).where(journaled.c.entry == entry))) is not None


async def is_unused(db: AsyncConnection) -> bool:
    """Whether nothing lasting was ever written: it knows only where its journal begins."""
    return (await db.execute(select(func.count()).select_from(journaled))).scalar_one() == 1


async def insert_entry(db: AsyncConnection, entry: str) -> None:
    await db.execute(insert(journaled).values(entry=entry))


async def find_version(db: AsyncConnection) -> str:
    """The version of the tables."""
    return str((await db.execute(text("SELECT version_num FROM alembic_version"))).scalar_one())
