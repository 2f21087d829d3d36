"""Tables that tell no order of arrival, and raw answers that stand nowhere after closing."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.domain.packets import Place
from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.migrate import migrate
from server.store.packets import insert_waiting
from tests.town import Town, build_town, item


@pytest.fixture
async def sqlite_town(tmp_path: Path) -> Town:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'tyck.sqlite3'}")
    await migrate(db)
    return await build_town(db, Revisions(db), Live())


@pytest.mark.parametrize("name", ["responses", "held", "waiting", "tombstones", "packets", "figures", "ideas"])
async def test_a_table_keeps_no_order_of_arrival(sqlite_town: Town, name: str) -> None:
    with pytest.raises(DBAPIError, match="no such column: rowid"):
        async with sqlite_town.db.reading() as tx:
            await tx.execute(text(f"SELECT rowid FROM {name}"))
    await sqlite_town.db.close()


async def test_beside_a_response_stands_nothing_but_its_body(db: Database) -> None:
    columns = {"responses": {"session", "id", "body"}, "held": {"session", "id", "reason", "body"}}
    columns["tombstones"] = {"session", "mark"}
    async with db.reading() as tx:
        for name, expected in columns.items():
            assert set((await tx.execute(text(f"SELECT * FROM {name}"))).keys()) == expected


async def test_waiting_answers_are_shuffled_and_unlinked(db: Database) -> None:
    town = await build_town(db, Revisions(db), Live())
    given = [{"home": n} for n in range(200)]
    async with db.writing() as tx:
        await insert_waiting(tx, town.consultation, "p", "q1", Place(("stad", "koivu")), given)
        rows = (await tx.execute(text("SELECT key, cells FROM waiting ORDER BY key"))).all()
    assert sorted(row.cells for row in rows) == sorted(map(json.dumps, given))
    assert [row.cells for row in rows] != [*map(json.dumps, given)]
    assert all(re.fullmatch("[0-9a-f]{32}", row.key) for row in rows)


async def test_after_closing_no_file_holds_an_answer_or_an_id(sqlite_town: Town, tmp_path: Path) -> None:
    town = sqlite_town
    session = await town.session()
    grant = await town.tablet(session)
    sent = [item(grant, {"q1": "playground", "q2": ["friends", "cosy"]}) for _ in range(40)]
    for one in sent:
        await town.deliver(grant, one)
    searched = [one["id"].encode() for one in sent] + [one["body"].encode() for one in sent]
    searched += [grant.grant.encode(), b'"answers"', b'["friends", "cosy"]"}']
    assert found_in(tmp_path, searched)
    await town.close(session)
    assert found_in(tmp_path, searched) == []
    await town.freeze()
    assert found_in(tmp_path, [*searched, b'["friends", "cosy"]', b'"playground"}']) == []
    await town.db.close()
    assert found_in(tmp_path, searched) == []


def found_in(folder: Path, searched: list[bytes]) -> list[bytes]:
    """Which of these stand in a database file: byte for byte, as grep would find them."""
    files = [path.read_bytes() for path in folder.iterdir() if path.name.startswith("tyck.sqlite3")]
    assert files
    return [wanted for wanted in searched if any(wanted in content for content in files)]
