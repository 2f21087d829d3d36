"""The harness's own books: what was confirmed and acknowledged, compared with the database, past all code of ours."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg


@dataclass
class Books:
    """Sessions by response; `resent` counts those that went out more than once."""

    confirmed: dict[str, str] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    resent: int = 0

    def problems(self, url: str, data_dir: Path) -> list[str]:
        """What does not balance once every tablet has handed in everything; nothing when all is well."""
        return list(self._compare(*_read(url, data_dir)))

    def _compare(self, stored: list[Any], held: list[Any], arrived: list[Any]) -> Iterator[str]:
        rows = Counter(id_ for _, id_ in stored)
        wrong = {
            "acknowledged, and not stored": self.acknowledged - rows.keys(),
            "confirmed, and not acknowledged": self.confirmed.keys() - self.acknowledged,
            "stored more than once": {id_ for id_, number in rows.items() if number > 1},
            "stored, and never confirmed": rows.keys() - self.confirmed.keys(),
            "stored in another session": {
                id_ for session, id_ in stored if self.confirmed.get(id_, session) != session
            },
            "held": {id_ for _, id_ in held},
        }
        for what, ids in wrong.items():
            if ids:
                yield f"{len(ids)} {what}"
        counted = {session: int(number) for session, number in arrived if number}
        if off := set(counted.items()) ^ set(Counter(self.confirmed.values()).items()):
            yield f"sessions counted wrongly: {len({session for session, _ in off})}"


_QUERIES = (
    "SELECT session, id FROM responses",
    "SELECT session, id FROM held",
    "SELECT session, sum(arrived) FROM participation GROUP BY session",
)


def _read(url: str, data_dir: Path) -> list[list[Any]]:
    if url.startswith("postgresql"):
        return asyncio.run(_read_postgres(url))
    with closing(sqlite3.connect(f"file:{data_dir / 'tyck.sqlite3'}?mode=ro", uri=True, timeout=20)) as db:
        return [db.execute(query).fetchall() for query in _QUERIES]


async def _read_postgres(url: str) -> list[list[Any]]:
    db = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [[tuple(row) for row in await db.fetch(query)] for query in _QUERIES]
    finally:
        await db.close()
