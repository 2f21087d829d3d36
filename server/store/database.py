"""One writer whose transactions follow each other, and readers that cannot write. What lasts goes into the journal
before it is committed.
"""

import asyncio
import os
import random
import re
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from sqlalchemy import URL, Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from server.domain.errors import DomainError
from server.store.bulk import Returned, Work, do, do_on_sqlite
from server.store.journal import Journal, Statement, make_entry
from server.store.journaled import find_newest_entry, find_version, has_entry, insert_entry

UNUSABLE = (SQLAlchemyError, OSError)
"""What is raised when a database cannot be reached, opened or used."""
_READERS = 4
_NO_FILES = "PRAGMA temp_store=MEMORY"
"""Else what a statement changes or sorts, answers too, passes through files in /var/tmp."""
SQLITE_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    _NO_FILES,
    # 16 MB of log: a checkpoint holds a group up for some milliseconds.
    "PRAGMA wal_autocheckpoint=4000",
)
_NO_CHECKPOINTS = "PRAGMA wal_autocheckpoint=0"
_SQLITE_READER = ("PRAGMA query_only=ON", "PRAGMA busy_timeout=5000", _NO_FILES)
JOURNALED = "journaled"
"""The execution option that keeps a statement out of the journal, or lets it in."""

_ALONE, _BESIDE = (text(f"SELECT pg_advisory_xact_lock{how}({0x54796B74})") for how in ("", "_shared"))
_AGAIN = {"40001", "40P01"}
"""PostgreSQL took a transaction back: it could not be serialized, or two waited for each other."""
_TRIES = 5
_APART_S = 0.1
_PATIENCE_S = 20.0
"""A tablet waits half as long again for its answer."""

_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_NEVER_JOURNALED = frozenset({"responses", "held", "sign_ins", "challenges"})
"""What children answered is in no journal: after a replay usecases/recover.py sees to it. Nobody stays signed in."""


class Database:
    """An SQLite file or a PostgreSQL database by its SQLAlchemy URL, with its journal where there is one."""

    def __init__(self, url: str, journal: Journal | None = None, *, checkpoints: bool = True) -> None:
        """`checkpoints` is for the one process that may empty the write-ahead log: two at once can spoil the file
        (SQLite before 3.51.3).
        """
        self.url = url
        self._checkpoints = checkpoints
        self.journal = journal
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writer = (
            _sqlite_engine(url, read_only=False, checkpoints=checkpoints)
            if self.is_sqlite
            else _postgres_engine(url, read_only=False)
        )
        self._readers = _sqlite_engine(url, read_only=True) if self.is_sqlite else _postgres_engine(url, read_only=True)
        self._turn = asyncio.Lock()
        self._connection: AsyncConnection | None = None
        # On PostgreSQL what children send does not wait for what staff write.
        self._bulk_turn = asyncio.Lock()
        self._bulk_connection: AsyncConnection | None = None
        self._recorded: list[Statement] | None = None
        self._unsettled = ""
        event.listen(self._writer.sync_engine, "before_cursor_execute", self._record)

    @asynccontextmanager
    async def writing(self, *, lasting: bool = False, beside: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction on the writer, committed durably when the block ends, rolled back when it raises.

        No other goes on meanwhile, in whatever process; but on PostgreSQL those `beside` others, which see to it by
        locks on rows that they may, and the bulk statements of `do` (decisions/0024).

        What a `lasting` one writes, but for responses, is in the journal before it is committed: a database that goes
        back to before it gets it again. Its statements must come to the same on any earlier state of this database.
        """
        async with self._its_turn():
            connection = await self._write_connection()
            async with connection.begin():
                if not self.is_sqlite:
                    await connection.execute(_BESIDE if beside else _ALONE)
                self._recorded = [] if lasting and self.journal else None
                try:
                    yield connection
                finally:
                    recorded, self._recorded = self._recorded, None
                if recorded:
                    await self._keep(connection, recorded)
            self._unsettled = ""

    @asynccontextmanager
    async def _its_turn(self) -> AsyncIterator[None]:
        """Who would wait longer has gone when the turn comes, and has asked again: to do it all the same is what keeps
        an overloaded server from ever being done. Deliveries, which share a turn, wait for all that are before them.
        """
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._turn.acquire()
        except TimeoutError:
            raise DomainError("busy") from None
        try:
            yield
        finally:
            self._turn.release()

    async def _keep(self, connection: AsyncConnection, recorded: list[Statement]) -> None:
        """Writes into the journal what is about to be committed."""
        assert self.journal
        entry_id = secrets.token_hex(16)
        previous = await find_newest_entry(connection)
        version, engine = await find_version(connection), connection.dialect.name
        entry = make_entry(entry_id, previous, version, recorded, engine)
        await insert_entry(connection, entry_id)
        self._unsettled = entry_id
        await asyncio.to_thread(self.journal.write, entry)

    async def _settle(self, connection: AsyncConnection) -> None:
        """Takes an entry back whose commit failed. Until that is done nothing more is written: the next start would
        apply the entry to what it never knew. Raises OSError.
        """
        async with connection.begin():
            is_committed = await has_entry(connection, self._unsettled)
        if not is_committed:
            assert self.journal
            await asyncio.to_thread(self.journal.void, self._unsettled)
        self._unsettled = ""

    def _record(
        self, _connection: Connection, _cursor: object, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if self._recorded is None or not (found := _WRITES.match(statement)):
            return
        usual = found[1].lower() not in _NEVER_JOURNALED
        if context.execution_options.get(JOURNALED, usual) if context else usual:
            self._recorded.append((statement, list(parameters) if many else [parameters]))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A consistent view on a connection that cannot write."""
        async with self._readers.begin() as connection:
            yield connection

    async def do(self, begin: Callable[[], Work[Returned]]) -> Returned:
        """One transaction of bulk statements, committed durably at return; `begin` is called when its turn comes, and
        again when PostgreSQL took back what it began.
        """
        if not self.is_sqlite:
            return await self._do_on_postgres(begin)
        async with self._turn:
            connection = await self._write_connection()
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            return await do_on_sqlite(raw, begin)

    async def _do_on_postgres(self, begin: Callable[[], Work[Returned]]) -> Returned:
        async with self._bulk_turn:
            if self._bulk_connection is None:
                self._bulk_connection = await self._writer.connect()
            tries_left = _TRIES
            while True:
                try:
                    async with self._bulk_connection.begin():
                        return await do(self._bulk_connection, begin())
                except DBAPIError as error:
                    tries_left -= 1
                    if not tries_left or getattr(error.orig, "sqlstate", "") not in _AGAIN:
                        raise
                # At once it would take back the row that the other one waits for.
                await asyncio.sleep(random.uniform(0, _APART_S))

    async def forget_deleted(self) -> None:
        """Empties the write-ahead log, so that erased rows stand nowhere; a busy reader puts it off."""
        if self.is_sqlite and self._checkpoints:
            async with self._turn:
                await (await self._write_connection()).run_sync(_checkpoint)

    async def _write_connection(self) -> AsyncConnection:
        """Kept between transactions: giving it back to the pool each time cost two changes of thread."""
        if self._connection is None:
            self._connection = await self._writer.connect()
        if self._unsettled:
            await self._settle(self._connection)
        return self._connection

    async def close(self) -> None:
        for connection in (self._connection, self._bulk_connection):
            if connection is not None:
                await connection.close()
        await self._readers.dispose()
        await self._writer.dispose()


def _sqlite_engine(url: str | URL, *, read_only: bool, checkpoints: bool = True) -> AsyncEngine:
    path = make_url(url).database or ""
    if read_only:
        query = {"mode": "ro", "uri": "true"}
        url = URL.create("sqlite+aiosqlite", database=f"file:{quote(path)}", query=query)
    else:
        _make_private(Path(path))
    pragmas = _SQLITE_READER if read_only else (*SQLITE_WRITER, *(() if checkpoints else (_NO_CHECKPOINTS,)))
    # The driver's own transactions begin too late and lose concurrent updates (decisions/0002).
    here = {"async_creator_fn": _read_here} if read_only else {"check_same_thread": False}
    engine = _engine(url, read_only, isolation_level=None, **here)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        how = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        connection.connection.dbapi_connection.run_async(lambda driver: driver.execute(how))

    return engine


class _Here(aiosqlite.Connection):
    """Runs every statement at once, on the thread that asks (decisions/0016)."""

    def __await__(self) -> Generator[Any, None, "_Here"]:
        return self._open().__await__()

    async def _open(self) -> "_Here":
        self._connection = self._connector()
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)

    def stop(self) -> None:
        self._running = False


def _read_here(path: str, **settings: Any) -> _Here:
    return _Here(lambda: sqlite3.connect(path, **settings), iter_chunk_size=64)


def _checkpoint(connection: Connection) -> None:
    """On the driver itself: SQLAlchemy would begin a transaction, and a checkpoint cannot run inside one."""
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    cursor.close()


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _postgres_engine(url: str, *, read_only: bool) -> AsyncEngine:
    settings = {"synchronous_commit": "on", "default_transaction_read_only": "on" if read_only else "off"}
    return _engine(url, read_only, server_settings=settings)


def _engine(url: str | URL, read_only: bool, **connect_args: Any) -> AsyncEngine:
    # Parameters are answers: they must not reach a log inside an error's text.
    return create_async_engine(
        url, pool_size=_READERS if read_only else 2, max_overflow=0, hide_parameters=True, connect_args=connect_args
    )


def upsert(db: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what happens on conflict, in the engine's own dialect."""
    return sqlite.insert(table) if db.dialect.name == "sqlite" else postgresql.insert(table)
