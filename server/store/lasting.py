"""Rows written as they stand, in a lasting transaction: so its replay needs nothing of what came before it."""

from sqlalchemy import ColumnElement, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.database import upsert


async def mark_as_it_stands(db: AsyncConnection, table: Table, *where: ColumnElement[bool]) -> None:
    """Writes these rows as they stand, each over the one with its key."""
    rows = (await db.execute(select(table).where(*where))).mappings().all()
    if not rows:
        return
    new = upsert(db, table)
    others = {column.name: new.excluded[column.name] for column in table.c if not column.primary_key}
    key = list(table.primary_key)
    anew = new.on_conflict_do_update(index_elements=key, set_=others) if others else new.on_conflict_do_nothing()
    await db.execute(anew, [dict(row) for row in rows])


async def mark_only_what_stands(db: AsyncConnection, table: Table, *where: ColumnElement[bool]) -> None:
    """As `mark_as_it_stands`; whatever else a database has there goes."""
    rows = (await db.execute(select(table).where(*where))).mappings().all()
    await db.execute(delete(table).where(*where))
    if rows:
        await db.execute(insert(table), [dict(row) for row in rows])
