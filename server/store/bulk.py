"""The statements of the hot path: many rows as one JSON parameter, so that a whole group costs one statement.

On SQLite they go to the driver at once: SQLAlchemy's own way changes threads four times for each (decisions/0002).
"""

import asyncio
import json
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Row = Sequence[Any]
First = TypeVar("First")
Second = TypeVar("Second")


class Bulk:
    """One statement for both engines: `{rows} AS item` stands for the rows and `item.value ->> 0` for a first column.

    `postgresql` is what only PostgreSQL needs at its end.
    """

    def __init__(self, statement: str, *, postgresql: str = "") -> None:
        self._sqlite = statement.format(rows="json_each(:rows)")
        self._postgresql = text(statement.format(rows="jsonb_array_elements(CAST(:rows AS jsonb))") + postgresql)

    async def run(self, db: AsyncConnection, rows: Iterable[Row], **values: object) -> Sequence[Row]:
        """What the statement returns for these rows."""
        parameters = {"rows": json.dumps(list(rows)), **values}
        if db.dialect.name == "postgresql":
            result = await db.execute(self._postgresql, parameters)
            return result.all() if result.returns_rows else ()
        raw = await db.get_raw_connection()
        assert raw.driver_connection is not None
        found: Sequence[Row] = await raw.driver_connection.execute_fetchall(self._sqlite, parameters)
        return found


async def both(
    db: AsyncConnection, first: Coroutine[Any, Any, First], second: Coroutine[Any, Any, Second]
) -> tuple[First, Second]:
    """Two bulk statements, the second waiting behind the first in the driver's queue instead of in ours."""
    if db.dialect.name == "postgresql":
        return await first, await second
    found: tuple[First, Second] = await asyncio.gather(first, second)
    return found
