"""One writer that loses nothing, readers that cannot write, and what was acknowledged survives."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Integer, String, column, select, table, text
from sqlalchemy.exc import DBAPIError

from server.domain.errors import DomainError
from server.store.bulk import Work
from server.store.database import Database
from server.store.keys import load_key
from server.store.migrate import migrate
from server.store.responses import insert_responses
from tests.copies import sqlite_url

counter = table("counter", column("id", String), column("n", Integer))
WRITER = Path(__file__).with_name("acknowledging_writer.py")


@pytest.fixture
async def counting(db: Database) -> Database:
    async with db.writing() as tx:
        await tx.execute(text("CREATE TABLE counter (id VARCHAR(9) PRIMARY KEY, n INTEGER NOT NULL)"))
        await tx.execute(counter.insert().values(id="one", n=0))
    return db


async def count_of(db: Database) -> int:
    async with db.reading() as tx:
        return int((await tx.execute(select(counter.c.n))).scalar_one())


async def read_then_write(db: Database) -> None:
    async with db.writing() as tx:
        seen = (await tx.execute(select(counter.c.n))).scalar_one()
        await asyncio.sleep(0)
        await tx.execute(counter.update().values(n=seen + 1))


async def test_no_update_is_lost_among_200_at_once(counting: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.store.database._PATIENCE_S", None)  # however slow this machine is just now
    await asyncio.gather(*(read_then_write(counting) for _ in range(200)))
    assert await count_of(counting) == 200


async def test_no_update_is_lost_between_two_processes(counting: Database) -> None:
    other = Database(counting.url)
    await asyncio.gather(*(read_then_write(db) for db in (counting, other) for _ in range(20)))
    assert await count_of(counting) == 40
    await other.close()


@pytest.mark.parametrize(
    "statement", ["UPDATE counter SET n = 9", "DELETE FROM counter", "CREATE TABLE more (n INTEGER)"]
)
async def test_a_reader_cannot_write(counting: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only|readonly"):
        async with counting.reading() as tx:
            await tx.execute(text(statement))
    assert await count_of(counting) == 0


async def test_a_failing_block_leaves_nothing_behind(counting: Database) -> None:
    with pytest.raises(RuntimeError):
        await _write_and_fail(counting)
    assert await count_of(counting) == 0
    await read_then_write(counting)
    assert await count_of(counting) == 1


async def _write_and_fail(db: Database) -> None:
    async with db.writing() as tx:
        await tx.execute(counter.update().values(n=5))
        raise RuntimeError


async def test_a_reader_sees_one_moment(counting: Database) -> None:
    async with counting.reading() as tx:
        await tx.execute(text("SELECT 1" if counting.is_sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        before = (await tx.execute(select(counter.c.n))).scalar_one()
        await read_then_write(counting)
        assert (await tx.execute(select(counter.c.n))).scalar_one() == before
    assert await count_of(counting) == before + 1


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
async def test_the_writer_on_sqlite_is_durable_and_forgets(tmp_path: Path, pragma: str, value: object) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'tyck.sqlite3'}")
    async with db.writing() as tx:
        assert (await tx.execute(text(f"PRAGMA {pragma}"))).scalar_one() == value
    await db.close()


async def test_only_who_checkpoints_empties_the_log(tmp_path: Path) -> None:
    url, log = sqlite_url(tmp_path), tmp_path / "tyck.sqlite3-wal"
    server, command = Database(url), Database(url, checkpoints=False)
    await migrate(server)
    for _ in range(2):
        async with command.writing() as tx:
            await tx.execute(text("CREATE TABLE IF NOT EXISTS big (body BLOB)"))
            await tx.execute(text("INSERT INTO big VALUES (zeroblob(8000000))"))
        await command.forget_deleted()
    assert log.stat().st_size > 16_000_000
    await server.forget_deleted()
    assert log.stat().st_size == 0
    await command.close()
    await server.close()


async def test_what_a_transaction_needs_for_a_moment_passes_through_no_file(db: Database) -> None:
    """SQLite notes what a statement changes, so as to take it back; by itself it does so in /var/tmp."""
    if not db.is_sqlite:
        pytest.skip("PostgreSQL writes to its own folder only")

    def work() -> Work[set[Path]]:
        for turn in (0, 1):
            yield from insert_responses([("s", f"{2 * number + turn:04}", "q" * 700) for number in range(400)])
        return {path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()}

    opened = await db.do(work)
    assert any(path.name == "tyck.sqlite3-wal" for path in opened)
    assert not [path for path in opened if "etilqs" in path.name]


async def test_the_writer_on_postgresql_is_durable(db: Database) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite has its own row")
    async with db.writing() as tx:
        assert (await tx.execute(text("SHOW synchronous_commit"))).scalar_one() == "on"


@pytest.mark.parametrize("folder", ["with space", "50% #1", "åäö"])
async def test_any_folder_will_do(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "tyck.sqlite3"
    db = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(db)
    async with db.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM areas"))).scalar_one() == 0
    await db.close()
    assert path.exists()


async def test_the_database_and_its_folder_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    db = Database(f"sqlite+aiosqlite:///{folder / 'tyck.sqlite3'}")
    await migrate(db)
    async with db.reading() as tx:
        await tx.execute(text("SELECT * FROM areas"))
    load_key(folder, "grants")
    modes = {path.relative_to(folder).as_posix(): mode_of(path) for path in folder.rglob("*")}
    assert mode_of(folder) == 0o700
    assert modes.pop("keys") == 0o700
    assert set(modes) >= {"tyck.sqlite3", "tyck.sqlite3-wal", "tyck.sqlite3-shm", "keys/grants.key"}
    assert set(modes.values()) == {0o600}
    await db.close()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_stays_the_same_and_differs_by_name_and_place(tmp_path: Path) -> None:
    made = load_key(tmp_path, "grants")
    assert len(made) == 32
    assert load_key(tmp_path, "grants") == made
    assert len({made, load_key(tmp_path, "seals"), load_key(tmp_path / "other", "grants")}) == 3
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {"grants.key", "seals.key"}


async def test_what_a_killed_process_acknowledged_is_there(database_url: str) -> None:
    acknowledged = _write_until_killed(database_url)
    db = Database(database_url)
    async with db.reading() as tx:
        kept = set((await tx.execute(text("SELECT n FROM kept"))).scalars())
        assert set(acknowledged) <= kept
        if db.is_sqlite:
            assert (await tx.execute(text("PRAGMA integrity_check"))).scalar_one() == "ok"
    await db.close()


def _write_until_killed(url: str) -> list[int]:
    with subprocess.Popen([sys.executable, WRITER, url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        acknowledged = [int(process.stdout.readline()) for _ in range(50)]
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout if line.endswith("\n")]
    assert process.returncode == -signal.SIGKILL
    return acknowledged


async def test_who_waits_too_long_for_the_writer_is_told_that_it_is_busy_and_keeps_nobody_waiting(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.database._PATIENCE_S", 0)
    async with db.writing():
        for _ in range(3):
            with pytest.raises(DomainError, match="busy"):
                async with db.writing():
                    pytest.fail("two at once")
    async with db.writing() as tx:
        assert await tx.scalar(text("SELECT 1")) == 1
