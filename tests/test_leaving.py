"""A consultation and a whole municipality are erased: no row, no file, no answer is left but what privacy.md lists."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from server.__main__ import main
from server.domain.people import Role
from server.live import Live
from server.seals import Seals
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.ideas import KeptIdea, insert_idea
from server.store.journal import Journal
from server.store.lock import hold
from server.store.schema import metadata, packets
from server.store.staff import Account, insert_account
from server.usecases.leave import erase, go_on_erasing, leave
from server.usecases.recover import recover
from tests.copies import make_sqlite, run_aside, sqlite_url
from tests.town import KEY, NAMES, NOW, build_town, item, new_id
from tests.traces import traces
from tests.web.demo import open_demo

SECRET = "Elsan salaisuus 4711"


async def fill(folder: Path) -> dict[str, list[str]]:
    """Two municipalities, and a consultation of the first one with a session closed and one open; what must be gone
    when it is erased.
    """
    await make_sqlite(folder)
    db = Database(sqlite_url(folder), Journal(folder / "journal"))
    town = await build_town(db, Revisions(db), Live())
    sent: list[str] = []
    places: list[str] = []
    async with db.writing() as tx:
        await insert_area(tx, Area("by", None, "municipality", NAMES, "sv"))
        for name, role in (("mika", (Role.MODERATOR, "stad")), ("otto", (Role.MODERATOR, "by"))):
            await insert_account(tx, Account(name, f"{name}@made-up.example", name, "x", False, False), [role])
    for number in range(2):
        session = await town.session(grades=(number + 1,))
        tablet = await town.tablet(session)
        given = [item(tablet, {"q1": "forest"}) for _ in range(12)]
        await town.deliver(tablet, *given)
        sent += [one["id"] for one in given]
        places += [session.id, tablet.grant]
        idea = KeptIdea(
            new_id(), town.consultation, "p", "q10", "koivu", "1-2", "fi", True, None, SECRET, SECRET.encode()
        )
        async with db.writing() as tx:
            await insert_idea(tx, session.id, idea)
        sent.append(idea.id)
        if not number:
            await town.close(session)
    await db.close()
    return {"consultation": [town.consultation], "sent": sent, "places": places}


@pytest.fixture
def filled(tmp_path: Path) -> dict[str, list[str]]:
    return run_aside(fill(tmp_path))


def opened(folder: Path) -> Database:
    return Database(sqlite_url(folder), Journal(folder / "journal"))


async def cells(db: Database) -> dict[str, list[Any]]:
    """Every cell of the database, by table."""
    async with db.reading() as tx:
        rows = {table.name: (await tx.execute(select(table))).all() for table in metadata.sorted_tables}
    return {name: [cell for row in found for cell in row] for name, found in rows.items()}


def naming(cells: dict[str, list[Any]], needles: list[str]) -> set[str]:
    """The tables with a cell that holds one of these."""
    return {name for name, found in cells.items() for cell in found for needle in needles if needle in str(cell)}


async def test_packets_go_with_their_consultation_and_never_without(
    tmp_path: Path, filled: dict[str, list[str]]
) -> None:
    [consultation] = filled["consultation"]
    db = opened(tmp_path)
    for gone in (delete(packets), packets.update().values(shown=7)):
        with pytest.raises(DBAPIError, match="append only"):
            async with db.writing() as tx:
                await tx.execute(gone)
    assert naming(await cells(db), [consultation]) >= {"packets", "sessions", "revisions", "consultations"}
    await erase(db, Seals(tmp_path), consultation, NOW)
    left = await cells(db)
    assert naming(left, [consultation]) == {"erased"}
    assert naming(left, [*filled["sent"], *filled["places"], SECRET]) == set()
    assert left["packets"] == left["tombstones"] == left["waiting"] == left["figures"] == []
    await db.close()
    assert traces(tmp_path, [*filled["sent"], SECRET]) == []
    assert {trace.where.split("/")[0] for trace in traces(tmp_path, filled["places"])} <= {"journal"}
    [key] = (tmp_path / "keys/seals").glob("*.key")
    assert key.read_bytes() == b""


async def test_an_old_database_loses_it_again(tmp_path: Path, filled: dict[str, list[str]]) -> None:
    old = (tmp_path / "tyck.sqlite3").read_bytes()
    db = opened(tmp_path)
    await erase(db, Seals(tmp_path), filled["consultation"][0], NOW)
    await db.close()
    (tmp_path / "tyck.sqlite3").write_bytes(old)
    assert traces(tmp_path, filled["sent"])
    db = opened(tmp_path)
    await recover(db, KEY)
    assert naming(await cells(db), filled["consultation"]) == {"erased"}
    await db.close()
    assert traces(tmp_path, [*filled["sent"], SECRET]) == []


async def test_a_tablet_that_comes_back_is_told_that_it_is_gone(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        tablet = await demo.tablet()
        await erase(demo.parts.db, demo.parts.seals, demo.made.consultation, NOW)
        one, two = tablet.item(), tablet.item()
        reply = (await tablet.sync(one, two, {"id": "odd"})).json()
        assert reply["session"] == {"state": "gone"}
        assert reply["items"]["#2"]["s"] == "rejected"
        assert [reply["items"][each["id"]] for each in (one, two)] == [{"s": "gone"}] * 2
        assert (await tablet.sync()).json()["session"] == {"state": "gone"}
        idea = new_id()
        content = {"proto": 1, "session": tablet.answer["session"], "question": "q10", "lang": "fi", "grades": [1, 2]}
        body = {**content, "may_show": True, "text": "hej"}
        told = await tablet.client.put(f"/api/v1/ideas/{idea}", json=body, headers=tablet.authorization)
        assert (told.status_code, told.json()["s"]) == (200, "gone"), told.text
        assert not any((await demo.rows("responses", "held", "participation", "tombstones")).values())


async def test_the_other_municipality_keeps_what_it_has(tmp_path: Path, filled: dict[str, list[str]]) -> None:
    db = opened(tmp_path)
    before = await cells(db)
    await leave(db, Seals(tmp_path), "by", NOW)
    after = await cells(db)
    assert naming(after, ["otto", "'by'"]) == set()
    assert {name for name in before if before[name] != after[name]} == {"areas", "staff", "roles", "journaled"}
    await leave(db, Seals(tmp_path), "stad", NOW)
    assert {name for name, found in (await cells(db)).items() if found} == {"erased", "commits", "journaled"}
    await db.close()


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments], env={"TYCK_DATA_DIR": str(folder)})


def test_from_the_command_line_nothing_goes_without_a_clear_word(tmp_path: Path, filled: dict[str, list[str]]) -> None:
    [consultation] = filled["consultation"]
    asked = run(tmp_path, "area", "erase", "stad")
    assert asked.exit_code == 1
    assert f"{consultation} (" in asked.stdout
    assert "2 ideas" in asked.stdout
    assert "--yes" in asked.stderr
    assert run(tmp_path, "consultation", "erase", "nothing", "--yes").exit_code == 1
    assert run(tmp_path, "area", "erase", "nothing", "--yes").exit_code == 1
    assert run(tmp_path, "consultation", "erase", consultation, "--yes").exit_code == 0
    assert run(tmp_path, "consultation", "erase", consultation, "--yes").exit_code == 1
    assert run(tmp_path, "area", "erase", "stad", "--yes").exit_code == 0
    assert run(tmp_path, "area", "erase", "stad", "--yes").exit_code == 1


def test_a_running_server_is_told_to_erase_and_what_it_has_not_done_the_next_one_does(
    tmp_path: Path, filled: dict[str, list[str]]
) -> None:
    [consultation] = filled["consultation"]
    old = (tmp_path / "tyck.sqlite3").read_bytes()
    with hold(tmp_path):
        for _ in range(2):
            done = run(tmp_path, "consultation", "erase", consultation, "--yes")
            assert (done.exit_code, "step by step" in done.stdout) == (0, True), done.output
        assert run(tmp_path, "area", "erase", "stad", "--yes").exit_code == 1
    # Power goes, and a backup from before is put back: the journal knows that it is being erased.
    (tmp_path / "tyck.sqlite3").write_bytes(old)

    async def start() -> dict[str, list[Any]]:
        db = opened(tmp_path)
        await recover(db, KEY)
        await go_on_erasing(db, Seals(tmp_path), Revisions(db))
        left = await cells(db)
        await db.close()
        return left

    left = run_aside(start())
    assert naming(left, [consultation]) == {"erased"}
    assert traces(tmp_path, [*filled["sent"], SECRET]) == []


def test_a_municipality_takes_its_own_along(tmp_path: Path, filled: dict[str, list[str]]) -> None:
    [consultation] = filled["consultation"]
    out = tmp_path / "out"
    done = run(tmp_path, "area", "export", "stad", str(out))
    assert done.exit_code == 0, done.output
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    here = f"consultations/{consultation}/"
    assert written >= {"areas.csv", "people.csv", "log.csv", here + "poll.zip", here + "results.json"}
    assert written >= {here + "results-fi.xlsx", here + "results.zip", here + "feedback.json", here + "ideas.json"}
    assert json.loads((out / here / "ideas.json").read_text("utf-8")) == [], "nobody let an idea be shown"
    assert "mika@made-up.example" in (out / "people.csv").read_text("utf-8")
    assert "otto" not in (out / "people.csv").read_text("utf-8")
    assert traces(out, [*filled["sent"], SECRET]) == []
