"""The migrations lead to the schema the program knows, and another version's database is refused in one line."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Connection, inspect, text

from server.__main__ import main
from server.store import migrate as migrate_module
from server.store.database import Database
from server.store.migrate import VERSIONS, WrongVersion, check_version, migrate, upgrade
from server.store.schema import metadata


async def test_the_migrations_make_the_tables_of_the_schema(db: Database) -> None:
    async with db.reading() as tx:
        assert await tx.run_sync(_differences) == []


def _differences(connection: Connection) -> object:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return compare_metadata(context, metadata)


def test_every_migration_is_named_by_its_version() -> None:
    scripts = ScriptDirectory(str(Path(migrate_module.__file__).parent / "migrations")).walk_revisions()
    assert [script.revision for script in scripts][::-1] == VERSIONS


async def test_migrating_again_changes_nothing(db: Database) -> None:
    async with db.writing() as tx:
        await tx.execute(text("INSERT INTO commits (tag) VALUES ('x')"))
    await migrate(db)
    await check_version(db)
    async with db.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM commits"))).scalar_one() == 1


async def test_answers_that_wait_in_an_older_database_become_what_they_add(database_url: str) -> None:
    db = Database(database_url)
    given = {"1": '"home"', "2": '["friends", "fun"]', "3": '["adult"]'}
    async with db.writing() as tx:
        await tx.run_sync(upgrade, "0001")
        for key, answer in given.items():
            row = {"key": key, "answer": answer}
            await tx.execute(text("INSERT INTO waiting VALUES ('c', 'p', 'q', 's', '1-2', :key, :answer)"), row)
    await migrate(db)
    async with db.reading() as tx:
        found = {key: json.loads(cells) for key, cells in await tx.execute(text("SELECT key, cells FROM waiting"))}
    assert found == {"1": {"home": 1}, "2": {"friends": 1, "fun": 1}, "3": {"adult": 1}}
    await db.close()


@pytest.mark.parametrize(("version", "word"), [("'9999'", "newer"), ("'0000'", "newer"), (None, "older")])
async def test_another_versions_database_is_refused(db: Database, version: str | None, word: str) -> None:
    async with db.writing() as tx:
        change = f"UPDATE alembic_version SET version_num = {version}" if version else "DELETE FROM alembic_version"
        await tx.execute(text(change))
    with pytest.raises(WrongVersion, match=word):
        await check_version(db)


async def test_a_newer_database_is_not_migrated(db: Database) -> None:
    async with db.writing() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WrongVersion, match="newer"):
        await migrate(db)


async def test_a_migration_that_fails_leaves_nothing(database_url: str) -> None:
    db = Database(database_url)
    async with db.writing() as tx:
        await tx.execute(text("CREATE TABLE sessions (id VARCHAR(9))"))
    with pytest.raises(Exception, match="sessions"):
        await migrate(db)
    async with db.reading() as tx:
        assert await tx.run_sync(lambda connection: inspect(connection).get_table_names()) == ["sessions"]
    await db.close()


def command(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command answers, in this process: starting another one takes seconds."""
    forgotten = {name: None for name in os.environ if name.startswith("TYCK_")}
    done = CliRunner().invoke(main, arguments, env={**forgotten, "TYCK_DATA_DIR": str(data), **environment})
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def process(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same as an operator runs it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
    return subprocess.run(
        [sys.executable, "-m", "server", *arguments],
        env={**inherited, "TYCK_DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def check_refusal(answer: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit code 1, nothing on stdout, one line on stderr with these words."""
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert "Traceback" not in answer.stderr
    assert all(word in answer.stderr for word in words), answer.stderr


def test_serve_refuses_a_database_that_was_never_migrated(tmp_path: Path) -> None:
    check_refusal(process(tmp_path / "data", "serve"), "older", "migrate")


@pytest.mark.parametrize("name", ["serve", "migrate", "demo"])
def test_every_command_refuses_a_newer_database(tmp_path: Path, name: str) -> None:
    assert command(tmp_path, "migrate").returncode == 0
    _set_version(tmp_path, "9999")
    check_refusal(command(tmp_path, name), "newer")


def _set_version(data: Path, version: str) -> None:
    with closing(sqlite3.connect(data / "tyck.sqlite3")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", [version])


@pytest.mark.parametrize("name", ["serve", "migrate", "demo"])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "tyck.sqlite3").write_text("This is no database. " * 100)
    check_refusal((process if name == "migrate" else command)(tmp_path, name))


@pytest.mark.parametrize("name", ["serve", "migrate"])
def test_a_database_server_that_does_not_answer_is_refused(tmp_path: Path, name: str) -> None:
    check_refusal(command(tmp_path, name, TYCK_DATABASE_URL="postgresql+asyncpg://tyck@127.0.0.1:1/tyck"))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("TYCK_PORT", "0"),
        ("TYCK_PORT", "²"),
        ("TYCK_PORT", "http"),
        ("TYCK_BASE_URL", "localhost"),
        ("TYCK_BASE_URL", "ftp://tyck.example"),
        ("TYCK_DATABASE_URL_FILE", "/no/such/file"),
        ("TYCK_DATABASE_URL", "mysql://tyck@localhost/tyck"),
        ("TYCK_DATABASE_URL", "nonsense"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path, setting: str, value: str) -> None:
    check_refusal(command(tmp_path, "migrate", **{setting: value}), setting.removesuffix("_FILE"))


def test_a_wrong_option_is_wrong_usage(tmp_path: Path) -> None:
    assert process(tmp_path, "serve", "--no-such-option").returncode == 2
    assert command(tmp_path, "no-such-command").returncode == 2


def test_a_port_in_use_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = command(tmp_path, "demo", "--port", str(taken.getsockname()[1]), "--json")
    check_refusal(answer, "in use")


async def test_ideas_from_an_older_database_wait_for_a_person(database_url: str) -> None:
    db = Database(database_url)
    async with db.writing() as tx:
        await tx.run_sync(upgrade, "0008")
        row = "'i', 'c', 'p', 'q', 's', '1-2', 'sv', true, 'revoked', 'En koja'"
        await tx.execute(text(f"INSERT INTO ideas VALUES ({row}, :picture)"), {"picture": b"drawn"})
    await migrate(db)
    async with db.reading() as tx:
        (found,) = (await tx.execute(text("SELECT * FROM ideas"))).mappings()
    assert {name: value for name, value in found.items() if value is not None} == {
        "id": "i",
        "consultation": "c",
        "poll": "p",
        "question": "q",
        "school": "s",
        "grades": "1-2",
        "lang": "sv",
        "may_show": True,
        "held": "revoked",
        "text": "En koja",
        "picture": b"drawn",
        "state": "new",
    }
    await db.close()
