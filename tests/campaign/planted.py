"""Bugs that the campaign must find: each changes the loaded program as a careless programmer might have written it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import text

from server.store import bulk, database, journal, responses
from server.store.bulk import Returned, Statement, Work
from server.usecases import collect
from tests.campaign.tablet import Tablet, Trouble

_LATER_S = 0.05


def _acknowledge_before_commit() -> None:
    """The reply goes out while the transaction is still open."""

    async def do(db: Any, begin: Callable[[], Work[Returned]]) -> Returned:
        await db._turn.acquire()
        try:
            connection = await db._write_connection()
            raw = (await connection.get_raw_connection()).driver_connection
            done: Returned = await raw._execute(_work_without_commit, raw._conn, begin())
        except BaseException:
            db._turn.release()
            raise
        committing.append(asyncio.create_task(_commit_later(db, raw)))
        return done

    committing: list[asyncio.Task[None]] = []
    database.Database.do = do  # type: ignore[method-assign,assignment]


def _work_without_commit(connection: sqlite3.Connection, work: Work[Returned]) -> Returned:
    connection.execute("BEGIN IMMEDIATE")
    try:
        return bulk._finish(connection, work)
    except BaseException:
        connection.execute("ROLLBACK")
        raise


async def _commit_later(db: Any, raw: Any) -> None:
    await asyncio.sleep(_LATER_S)
    await raw._execute(raw._conn.commit)
    db._turn.release()


def _sync_less() -> None:
    """SQLite's usual setting: a commit may be forgotten when the power goes."""
    database.SQLITE_WRITER = (*database.SQLITE_WRITER, "PRAGMA synchronous=NORMAL")  # type: ignore[assignment]


def _count_apart() -> None:
    """The number of children goes up in a transaction of its own, after the answers were kept."""
    counted: list[tuple[int, list[tuple[str, int, int]]]] = []
    insert_commit, store = responses.insert_commit, collect.Collector._store

    def only_tag(day: int, added: Iterable[tuple[str, int, int]]) -> Work[str]:
        counted.append((day, list(added)))
        return insert_commit(day, [])

    async def store_and_count(self: Any, waiting: Any) -> Any:
        outcomes = await store(self, waiting)
        while counted:
            day, added = counted.pop()
            await self._db.do(lambda day=day, added=added: responses._ADD_PARTICIPATION.run(added, day=day))
        return outcomes

    responses.insert_commit = only_tag
    collect.Collector._store = store_and_count  # type: ignore[method-assign]


def _check_numbers_only() -> None:
    """A commit is taken for known when there has been one with its number."""

    def list_commits(pairs: Iterable[str]) -> Work[set[str]]:
        newest = "SELECT max(seq) FROM commits"
        [(number,)] = yield Statement(newest, text(newest), {})
        return {pair for pair in pairs if int(pair.partition(".")[0]) <= (number or 0)}

    responses.list_commits = list_commits


def _close_twice() -> None:
    """There is no journal: what was closed is open again after a restore, and is drawn anew."""
    journal.Journal.write = lambda self, entry: None  # type: ignore[method-assign]
    journal.Journal.entries_after = lambda self, newest: []  # type: ignore[method-assign]


PLANTED: dict[str, Callable[[], None]] = {
    "acknowledge before COMMIT": _acknowledge_before_commit,
    "NORMAL instead of FULL": _sync_less,
    "count outside the transaction": _count_apart,
    "check by number only": _check_numbers_only,
    "close twice": _close_twice,
}


class DeletesBeforeSending(Tablet):
    """What is being sent has left the outbox already, as Workbox's background sync does it."""

    def _sync_once(self, session: str, items: Any, trouble: Trouble) -> bool:
        with self.storage.transaction() as stores:
            for item in items:
                stores["outbox"].pop(item["id"], None)
        return super()._sync_once(session, items, trouble)
