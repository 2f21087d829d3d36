"""Rows as they stand in one database, put into another of the same tables, and whether both hold the same."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from sqlalchemy import Select, String, Table, delete, func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import areas, journaled, metadata

TABLES = metadata.sorted_tables
"""Every table after those that its rows point to."""
_BATCH = 500

Told = Callable[[str, int, int], None]
"""Hears of which table, of how many rows, and how many of them are done."""


async def find_filled(db: AsyncConnection) -> str | None:
    """A table that holds rows, if there is one. A database that was just made knows one place in the journal."""
    for table in TABLES:
        if await count_rows(db, table) > (table is journaled):
            return table.name
    return None


async def count_rows(db: AsyncConnection, table: Table) -> int:
    return int((await db.execute(select(func.count()).select_from(table))).scalar_one())


async def copy_rows(source: AsyncConnection, target: AsyncConnection, table: Table, told: Told) -> int:
    """Copies a table into one without rows, and lets its numbers go on behind them; returns how many rows it has."""
    await target.execute(delete(table))
    of, done = await count_rows(source, table), 0
    async for rows in _batches(source, _from_above() if table is areas else select(table)):
        await target.execute(insert(table), rows)
        done += len(rows)
        told(table.name, of, done)
    if (number := table.autoincrement_column) is not None:
        sequence = func.pg_get_serial_sequence(table.name, number.name)
        newest = func.max(number)
        await target.execute(select(func.setval(sequence, func.coalesce(newest, 1), newest.is_not(None))))
    return done


async def find_digest(db: AsyncConnection, table: Table, told: Callable[[int], None]) -> str:
    """Of every row and column, in the order of the keys; the same on both engines. `told` hears how many are done."""
    found, done = hashlib.sha256(), 0
    in_order = [key.collate("C") if _is_text(key, db) else key for key in table.primary_key]
    async for rows in _batches(db, select(table).order_by(*in_order)):
        for row in rows:
            found.update(repr(tuple(row.values())).encode())
        told(done := done + len(rows))
    return found.hexdigest()


async def refresh_statistics(db: AsyncConnection) -> None:
    """Tells the engine what its new rows look like: without that the first hours' plans would be guesses."""
    await db.execute(text("ANALYZE"))


def _is_text(key: Any, db: AsyncConnection) -> bool:
    """SQLite compares texts byte by byte; PostgreSQL only where it is told to."""
    return isinstance(key.type, String) and db.dialect.name == "postgresql"


def _from_above() -> Select[Any]:
    """The places, each after the one above it."""
    tree = select(areas, literal(0).label("depth")).where(areas.c.parent.is_(None)).cte("tree", recursive=True)
    tree = tree.union_all(select(areas, tree.c.depth + 1).join(tree, areas.c.parent == tree.c.id))
    return select(*[tree.c[column.name] for column in areas.c]).order_by(tree.c.depth)


async def _batches(db: AsyncConnection, query: Select[Any]) -> AsyncIterator[list[Mapping[str, Any]]]:
    result = await db.stream(query.execution_options(yield_per=_BATCH))
    async for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]
