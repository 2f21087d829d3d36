"""What SQLite itself can do here: one thread, the server's PRAGMAs and rows, nothing else."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from server.store.database import SQLITE_WRITER, Database
from server.store.migrate import migrate
from tests.bench.school_day import SchoolDay

_INSERT = "INSERT INTO responses (session, id, body) VALUES (?, ?, ?)"


class RawSqlite:
    """A database of its own in `folder`."""

    def __init__(self, folder: Path, day: SchoolDay) -> None:
        path = folder / "raw.sqlite3"
        asyncio.run(_make(path))
        self._db = sqlite3.connect(path, isolation_level=None)
        for pragma in SQLITE_WRITER:
            self._db.execute(pragma)
        self._rows = _rows(day)

    def rows_per_second(self, group: int, seconds: float) -> float:
        """Rows durably kept per second when `group` of them share a commit."""
        start, kept = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            rows = [next(self._rows) for _ in range(group)]
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(_INSERT, rows)
            self._db.execute("COMMIT")
            kept += group
        return kept / (time.perf_counter() - start)


async def _make(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(db)
    await db.close()


def _rows(day: SchoolDay) -> Iterator[tuple[str, str, str]]:
    while True:
        for tablet in day.tablets:
            yield tablet.session, str(uuid.uuid4()), day.body
