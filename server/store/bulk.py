"""The statements of the hot path: many rows as one JSON parameter, so that a whole group costs one statement.

A `Work` yields them one by one and is sent what each returns. It knows no engine: PostgreSQL awaits them in turn,
SQLite runs them at once on the thread that asks (decisions/0006).
"""

import json
import sqlite3
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import aiosqlite
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Sequence[Any]
Rows = Sequence[Row]
"""What a statement returns; for one that returns none, one row with the number of rows it changed."""
Returned = TypeVar("Returned")


@dataclass(frozen=True)
class Statement:
    """One statement for both engines with its parameters."""

    sqlite: str
    postgresql: TextClause
    parameters: Mapping[str, object]


Work: TypeAlias = Generator[Statement, Rows, Returned]


class Bulk:
    """One statement for both engines: `{rows} AS item` stands for the rows and `item.value ->> 0` for a first column.

    `postgresql` is what only PostgreSQL needs at its end.
    """

    def __init__(self, statement: str, *, postgresql: str = "") -> None:
        self._sqlite = statement.format(rows="json_each(:rows)")
        self._postgresql = text(statement.format(rows="jsonb_array_elements(CAST(:rows AS jsonb))") + postgresql)

    def run(self, rows: Iterable[Row], **values: object) -> Work[Rows]:
        """What the statement returns for these rows."""
        return (yield Statement(self._sqlite, self._postgresql, {"rows": json.dumps(list(rows)), **values}))


async def do(db: AsyncConnection, work: Work[Returned]) -> Returned:
    """Does the work inside the transaction of `db`, statement by statement."""
    rows: Rows | None = None
    try:
        while True:
            rows = await _execute(db, next(work) if rows is None else work.send(rows))
    except StopIteration as done:
        returned: Returned = done.value
        return returned


async def _execute(db: AsyncConnection, statement: Statement) -> Rows:
    written = statement.postgresql if db.dialect.name == "postgresql" else text(statement.sqlite)
    result = await db.execute(written, statement.parameters)
    return result.all() if result.returns_rows else [(result.rowcount,)]


async def do_on_sqlite(driver: aiosqlite.Connection, begin: Callable[[], Work[Returned]]) -> Returned:
    """Does a work as a whole transaction of its own, durably committed at return, rolled back when it raises.

    Only what waits for another process or for the disk goes to the driver's thread (decisions/0006).
    """
    await driver.execute("BEGIN IMMEDIATE")
    try:
        returned = _finish(driver._conn, begin())
        await driver.commit()
    except BaseException:
        if driver.in_transaction:
            await driver.rollback()
        raise
    return returned


def _finish(connection: sqlite3.Connection, work: Work[Returned]) -> Returned:
    rows: Rows | None = None
    try:
        while True:
            statement = next(work) if rows is None else work.send(rows)
            rows = _run(connection, statement)
    except StopIteration as done:
        returned: Returned = done.value
        return returned


def _run(connection: sqlite3.Connection, statement: Statement) -> Rows:
    cursor = connection.execute(statement.sqlite, statement.parameters)
    return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
