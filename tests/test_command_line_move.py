"""`move` as an operator runs it: an installation goes on where it was, or nothing has happened."""

import asyncio
import json
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, text

from server.__main__ import main
from server.app import create_app
from server.demo import set_up_demo
from server.settings import Settings
from server.store.areas import Area, insert_area
from server.store.database import Database
from server.store.journal import Journal
from server.store.lock import hold
from server.store.moving import find_filled
from server.store.packets import list_session_packets
from server.store.schema import areas, edits, metadata, packets, responses, tablets
from server.usecases import run_session
from server.usecases.run_session import close
from tests.copies import lay_out, make_tables, run_aside, sqlite_url
from tests.postgres import Cluster
from tests.town import new_id
from tests.web.demo import DemoApp, Tablet, make_demo

_SETTINGS: dict[str, Any] = {"base_url": "http://localhost:8000", "host": "", "port": 8000, "proxy": "", "demo": True}
LINE = [[0.1, 0.1, 0.5], [0.5, 0.4, 0.5], [0.9, 0.9, 0.5]]


def run(data: Path, *arguments: object, **environment: str) -> Result:
    given = [str(each) for each in arguments]
    return CliRunner().invoke(main, given, env={"TYCK_DATA_DIR": str(data), "TYCK_DATABASE_URL": None, **environment})


@pytest.fixture
def target(cluster: Cluster) -> str:
    return cluster.new_database()


@asynccontextmanager
async def serving(folder: Path, url: str) -> AsyncIterator[DemoApp]:
    settings = Settings(folder, url, **_SETTINGS)
    app = create_app(settings)
    found = DemoApp(app, await set_up_demo(settings))
    async with app.router.lifespan_context(app):
        yield found
        await asyncio.gather(*(client.aclose() for client in found.clients))


@dataclass
class Left:
    """What was left behind at the end of the day, on tablets and on the wall."""

    open_: dict[str, Any]
    commits: list[str]
    again: dict[str, Any]
    closed: dict[str, Any]
    wall: Any
    newest: str


async def a_day(folder: Path) -> Left:
    """Two classes with a tablet each: one is closed in the end, of the other six children have answered."""
    async with serving(folder, sqlite_url(folder)) as demo:
        one, other = await demo.tablet(), await demo.tablet(await demo.session(grades=(3, 4)))
        first = one.item()
        commits = [(await one.sync(*[one.item() for _ in range(5)], first)).json()["commit"]]
        assert await one.told(one.item({"q99": "home"})) == [{"s": "held", "why": "unfit"}]
        await other.sync(*[other.item() for _ in range(8)])
        drawn = {
            "question": "q10",
            "lang": "fi",
            "grades": other.answer["grades"],
            "may_show": False,
            "strokes": [LINE],
        }
        sent = json.dumps({"proto": 1, "session": other.answer["session"], **drawn}).encode()
        address = f"/api/v1/ideas/{new_id()}"
        reply = await other.client.put(address, content=sent, headers=other.authorization)
        assert reply.status_code == 200, reply.text
        commits += [reply.json()["commit"]]
        here = demo.parts
        await close(here.db, here.live, here.revisions, here.key, other.answer["session"])
        async with here.db.reading() as tx:
            wall = await list_session_packets(tx, demo.made.consultation, other.answer["session"])
        assert wall
        return Left(one.answer, commits, first, other.answer, wall, newest_entry(folder))


def newest_entry(folder: Path) -> str:
    return list(Journal(folder / "journal").entries())[-1].id


async def the_next_day(folder: Path, url: str, left: Left) -> None:
    """The same tablets, and nothing of what they know is lost."""
    async with serving(folder, url) as demo:
        one, other = (Tablet(demo, demo.client(), answer) for answer in (left.open_, left.closed))
        new = one.item()
        reply = (await one.sync(new, left.again, have=left.commits)).json()
        assert (reply["lost"], reply["session"]) == ([], {"state": "open"})
        assert {word["s"] for word in reply["items"].values()} == {"stored"}
        # Numbers go on behind the old ones: a tag that came twice would say of a lost commit that it is known.
        assert int(reply["commit"].partition(".")[0]) > max(int(pair.partition(".")[0]) for pair in left.commits)
        assert (await other.sync(have=left.commits)).json()["lost"] == []
        here = demo.parts
        async with here.db.reading() as tx:
            assert await list_session_packets(tx, demo.made.consultation, left.closed["session"]) == left.wall
            kept = select(responses.c.id).where(responses.c.session == left.open_["session"])
            assert len((await tx.execute(kept)).all()) == 7
        third = await demo.tablet(await run_session_of(demo, left.open_["session"]))
        async with here.db.reading() as tx:
            query = select(tablets.c.number).where(tablets.c.session == left.open_["session"]).order_by("number")
            assert list((await tx.execute(query)).scalars()) == [0, 1]
        assert third.answer["session"] == left.open_["session"]
        await close(here.db, here.live, here.revisions, here.key, left.open_["session"])
        async with here.db.reading() as tx:
            shown = select(packets.c.shown).where(
                packets.c.session == left.open_["session"], packets.c.question == "q1"
            )
            assert 5 <= (await tx.execute(shown)).scalar_one() <= 7
        assert (await one.sync()).json()["session"] == {"state": "closed"}


async def run_session_of(demo: DemoApp, session_id: str) -> Any:
    async with demo.parts.db.reading() as tx:
        return await run_session.find(tx, session_id)


def test_everything_goes_on_where_it_was(tmp_path: Path, target: str) -> None:
    lay_out(make_demo, tmp_path)
    left = run_aside(a_day(tmp_path))
    done = run(tmp_path, "move", "--to", target)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Moved: ")
    assert "the same" in done.stdout
    assert "responses: 6 of 6 rows\n" in done.stderr
    assert "responses: 6 of 6 rows, the same on both sides\n" in done.stderr
    assert "postgresql" not in done.output, "an address may hold a password"
    migrated = run(tmp_path, "migrate", TYCK_DATABASE_URL=target)
    assert (migrated.exit_code, migrated.stderr) == (0, ""), "nothing is replayed, nothing waits for release"
    run_aside(the_next_day(tmp_path, target, left))
    assert newest_entry(tmp_path) != left.newest
    again = run(tmp_path, "migrate", TYCK_DATABASE_URL=target)
    assert (again.exit_code, again.stderr) == (0, "")
    back = run(tmp_path, "migrate")
    assert "sessions wait for a person" in back.stderr, "the file that was left behind lacks what came since"


def test_every_row_of_every_table_comes_along_in_any_number(tmp_path: Path, target: str) -> None:
    """More rows than one batch, places below places whose names sort first, and bytes."""
    url = sqlite_url(tmp_path)
    rows = [
        {"about": "s", "path": f"{number:04}å", "changed_at": number, "changed_by": "é€😀\\"} for number in range(1203)
    ]

    async def fill() -> None:
        await make_tables(url)
        db = Database(url)
        async with db.writing() as tx:
            for name, parent in (("z", None), ("y", "z"), ("x", "y"), ("Ä", "x"), ("a", "y")):
                await insert_area(tx, Area(name, parent, "other", {"sv": name, "fi": name}, "sv"))
            await tx.execute(insert(edits), rows)
        await db.close()

    async def look() -> tuple[list[Any], int]:
        db = Database(target)
        async with db.reading() as tx:
            found = [dict(row) for row in (await tx.execute(select(edits).order_by(edits.c.changed_at))).mappings()]
            number = len((await tx.execute(select(areas))).all())
        await db.close()
        return found, number

    run_aside(fill())
    done = run(tmp_path, "move", "--to", target)
    assert done.exit_code == 0, done.output
    assert run_aside(look()) == (rows, 5)


async def is_bare(url: str) -> bool:
    """Whether a database holds no row of ours, and none of the move's tables either if it had none."""
    db = Database(url)
    async with db.reading() as tx:
        has_tables = (await tx.execute(text("SELECT to_regclass('journaled')"))).scalar_one()
        found = has_tables is None or await find_filled(tx) is None
    await db.close()
    return found


def refusal(done: Result) -> str:
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    assert isinstance(done.exception, SystemExit), done.exception
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: "), done.stderr
    return last


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lay_out(make_demo, tmp_path / "data")
    return tmp_path / "data"


def test_a_running_server_is_not_moved(data: Path, target: str) -> None:
    with hold(data):
        assert refusal(run(data, "move", "--to", target)).endswith("stop it first.")
    assert run_aside(is_bare(target))


def test_a_database_with_rows_is_left_alone(data: Path, target: str) -> None:
    assert run(data, "move", "--to", target).exit_code == 0
    said = refusal(run(data, "move", "--to", target))
    assert "must be empty" in said
    assert not run_aside(is_bare(target))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite+aiosqlite:////tmp/other.sqlite3", "--to must be"),
        ("postgresql://tyck:secret@127.0.0.1/tyck", "--to must be"),
        ("postgresql+asyncpg://tyck:secret@127.0.0.1:1/tyck", "Nothing was moved"),
        ("postgresql+asyncpg://tyck:secret@127.0.0.1:one/tyck", "Nothing was moved"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(data: Path, url: str, said: str) -> None:
    line = refusal(run(data, "move", "--to", url))
    assert said in line
    assert "secret" not in line


def test_without_a_database_there_is_nothing_to_move(tmp_path: Path, target: str) -> None:
    assert "There is no database" in refusal(run(tmp_path / "none", "move", "--to", target))
    assert not (tmp_path / "none").exists()


def test_what_is_on_postgresql_stays_there(data: Path, target: str) -> None:
    said = refusal(run(data, "move", "--to", target, TYCK_DATABASE_URL=target))
    assert "on PostgreSQL already" in said


def spoil(data: Path, statement: str) -> None:
    with closing(sqlite3.connect(data / "tyck.sqlite3")) as db, db:
        db.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sessions SET area = 'nowhere'",
        "UPDATE sessions SET link = 'a' || char(0) WHERE rowid = (SELECT min(rowid) FROM sessions)",
        "INSERT INTO tombstones VALUES ('s', x'ff')",
        "INSERT INTO areas VALUES ('astray', 'nowhere', 'school', 'a', 'b', 'sv')",
        "INSERT INTO guesses VALUES ('c', 'p', 'q', 'l', 5000000000)",
    ],
)
def test_what_postgresql_does_not_take_leaves_it_empty(data: Path, target: str, statement: str) -> None:
    spoil(data, statement)
    assert "Nothing was moved, and the new database is as it was." in refusal(run(data, "move", "--to", target))
    assert run_aside(is_bare(target))
    assert run(data, "doctor").exit_code in (0, 1), "and the old one is where it was"


def test_a_row_that_came_out_different_is_found(data: Path, target: str) -> None:
    """PostgreSQL itself changes a row behind the move's back."""

    async def set_a_trap() -> None:
        await make_tables(target)
        db = Database(target)
        async with db.writing() as tx:
            await tx.execute(
                text(
                    "CREATE FUNCTION spoil() RETURNS trigger AS 'BEGIN NEW.card := 7; RETURN NEW; END' LANGUAGE plpgsql"
                )
            )
            await tx.execute(
                text("CREATE TRIGGER spoil BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION spoil()")
            )
        await db.close()

    run_aside(set_a_trap())
    assert "table sessions came out different" in refusal(run(data, "move", "--to", target))
    assert run_aside(is_bare(target))


def test_the_file_that_was_left_behind_is_not_forgotten(data: Path, target: str) -> None:
    assert run(data, "move", "--to", target).exit_code == 0
    said = "tyck.sqlite3, which was moved to PostgreSQL, holds answers: delete it"
    settings = {"TYCK_DATABASE_URL": target, "TYCK_BACKUPS": "0"}
    assert f"well   files: {said}" in run(data, "doctor", **settings).stdout
    old = time.time() - 31 * 86_400
    os.utime(data / "tyck.sqlite3", (old, old))
    assert f"WRONG  files: {said}" in run(data, "doctor", **settings).stdout
    assert said not in run(data, "doctor").stdout


def test_every_table_of_ours_is_moved(data: Path, target: str) -> None:
    done = run(data, "move", "--to", target)
    named = {line.partition(":")[0] for line in done.stderr.splitlines() if line.endswith("both sides")}
    with closing(sqlite3.connect(data / "tyck.sqlite3")) as db:
        filled = {name for name in metadata.tables if db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]}
    assert filled <= named
