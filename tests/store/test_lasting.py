"""A lasting transaction is in the journal before it is committed, and a database that went back gets it once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, bindparam, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from server.store.database import Database
from server.store.journal import Entry, Journal, make_entry
from server.store.replay import replay
from server.store.responses import insert_held, insert_tombstones
from server.store.schema import areas, commits, sessions, sign_ins, staff, tombstones


@pytest.fixture
async def db(migrated_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(migrated_url, Journal(tmp_path / "journal"))
    yield made
    await made.close()


def journal_of(db: Database) -> Journal:
    assert db.journal
    return db.journal


def entries(db: Database) -> list[Entry]:
    return list(journal_of(db).entries())


async def add(db: Database, tag: str, *, lasting: bool = True) -> None:
    async with db.writing(lasting=lasting) as tx:
        await tx.execute(insert(commits).values(tag=tag))


async def tags(db: Database) -> list[str]:
    async with db.reading() as tx:
        return list((await tx.execute(select(commits.c.tag).order_by(commits.c.seq))).scalars())


async def go_back(db: Database, keep: int) -> None:
    """What a copy would hold that was made after the first `keep` entries, for tables that these tests use."""
    async with db.writing() as tx:
        gone = [entry.id for entry in entries(db)[keep:]]
        for table in (commits, tombstones, areas):
            await tx.execute(table.delete())
        await tx.execute(
            text("DELETE FROM journaled WHERE entry IN :gone").bindparams(bindparam("gone", gone, expanding=True))
        )


async def test_only_lasting_transactions_are_journaled(db: Database) -> None:
    await add(db, "a", lasting=False)
    await add(db, "b")
    async with db.writing(lasting=True) as tx:
        await tx.execute(select(commits))
    assert len(entries(db)) == 1
    assert await replay(db) == await replay(db)
    assert await tags(db) == ["a", "b"]


async def test_what_a_database_lacks_is_applied_once_and_in_order(db: Database) -> None:
    await add(db, "a")
    async with db.writing(lasting=True) as tx:
        for name in ("one", "two"):
            named = {"id": name, "parent": None, "kind": "school", "name_sv": "Ö", "name_fi": "Ö", "language": "sv"}
            await tx.execute(insert(areas), [named])
        await tx.execute(update(areas).where(areas.c.id == "two").values(name_sv="x'; DROP TABLE areas; --"))
        assert await insert_tombstones(tx, [("s", "m1"), ("s", "m2")]) == {("s", "m1"), ("s", "m2")}
    await add(db, "b")
    await go_back(db, 1)
    assert (await replay(db)).applied == 2
    assert await tags(db) == ["b"]
    async with db.reading() as tx:
        found = (await tx.execute(select(areas.c.id, areas.c.name_sv).order_by(areas.c.id))).all()
        assert found == [("one", "Ö"), ("two", "x'; DROP TABLE areas; --")]
        assert len((await tx.execute(select(tombstones))).all()) == 2
    again = await replay(db)
    assert (again.applied, again.reaches_back) == (0, True)


async def test_bytes_come_back_as_they_were(db: Database) -> None:
    picture = bytes(range(256))
    async with db.writing(lasting=True) as tx:
        await tx.execute(
            text(
                "CREATE TEMPORARY TABLE kept (picture BLOB)"
                if db.is_sqlite
                else "CREATE TEMPORARY TABLE kept (picture BYTEA)"
            )
        )
        statement = text("INSERT INTO kept VALUES (:picture)").bindparams(bindparam("picture", type_=LargeBinary))
        await tx.execute(statement, {"picture": picture})
    ((_sql, rows),) = entries(db)[0].statements
    assert rows == [(picture,)]


async def test_no_response_and_no_sign_in_is_journaled(db: Database) -> None:
    async with db.writing(lasting=True) as tx:
        await insert_held(tx, [("s", "secret-id", "unfit", "secret-body")])
        await tx.execute(insert(commits).values(tag="a"))
        person = {"id": "p", "email": "e", "name": "n", "password": "", "demo": False, "disabled": False}
        await tx.execute(insert(staff).values(person))
        await tx.execute(insert(sign_ins).values(token_hash="secret-token", staff="p", seen_at=1))
    (only,) = entries(db)
    assert "secret" not in str(only.statements)
    assert len(only.statements) == 2


async def test_a_block_that_fails_leaves_no_entry(db: Database) -> None:
    with pytest.raises(RuntimeError):
        await _fail(db)
    assert entries(db) == []
    await add(db, "a")
    assert len(entries(db)) == 1


async def _fail(db: Database) -> None:
    async with db.writing(lasting=True) as tx:
        await tx.execute(insert(commits).values(tag="x"))
        raise RuntimeError


async def test_an_entry_whose_commit_failed_is_taken_back(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await add(db, "a")
    write = Journal.write

    def write_and_break(self: Journal, entry: Entry) -> None:
        write(self, entry)
        raise OSError("the disk is full")

    monkeypatch.setattr(Journal, "write", write_and_break)
    with pytest.raises(OSError, match="full"):
        await add(db, "b")
    monkeypatch.setattr(Journal, "write", write)
    assert len(entries(db)) == 2
    await add(db, "c", lasting=False)
    assert len(entries(db)) == 1
    assert (await replay(db)).applied == 0
    assert await tags(db) == ["a", "c"]


async def test_nothing_is_written_while_an_entry_cannot_be_taken_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next start the entry is applied: what was taken in meanwhile would not be in it."""
    write, void = Journal.write, Journal.void

    def break_off(self: Journal, *_given: Any) -> None:
        raise OSError("the disk is full")

    def write_and_break(self: Journal, entry: Entry) -> None:
        write(self, entry)
        break_off(self)

    monkeypatch.setattr(Journal, "write", write_and_break)
    monkeypatch.setattr(Journal, "void", break_off)
    for lasting in (True, False, False):
        with pytest.raises(OSError, match="full"):
            await add(db, "a", lasting=lasting)
    monkeypatch.setattr(Journal, "void", void)
    await add(db, "b", lasting=False)
    assert (await tags(db), entries(db)) == (["b"], [])


async def test_a_commit_that_was_done_is_not_taken_back(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to COMMIT got lost: the transaction is there."""
    await add(db, "a")
    db._unsettled = entries(db)[-1].id
    await add(db, "b", lasting=False)
    assert len(entries(db)) == 1
    assert await tags(db) == ["a", "b"]


async def test_a_lost_journal_is_noticed(db: Database) -> None:
    await add(db, "a")
    for path in journal_of(db).folder.iterdir():
        path.unlink()
    assert not (await replay(db)).reaches_back
    assert (await replay(db)).reaches_back, "a new chain begins"


async def test_a_journal_of_another_history_is_not_applied(db: Database) -> None:
    await add(db, "a")
    other = Journal(journal_of(db).folder.parent / "other")
    (first,) = entries(db)
    other.write(make_entry("x", "somebody else's", first.schema, first.statements, first.engine))
    db.journal = other
    found = await replay(db)
    assert (found.applied, found.reaches_back) == (0, False)
    assert await tags(db) == ["a"]


@pytest.mark.parametrize("is_ours", [True, False])
async def test_what_another_engine_wrote_is_not_applied(db: Database, is_ours: bool) -> None:
    """Of a file that a move left behind; SQLite would take some of PostgreSQL's statements for its own."""
    await add(db, "a")
    (first,) = entries(db)
    engine = first.engine if is_ours else "another"
    statement = ("INSERT INTO commits (tag) VALUES ('x')", [()])
    journal_of(db).write(make_entry("x", first.id, first.schema, [statement], engine))
    found = await replay(db)
    assert (found.applied, found.reaches_back) == (int(is_ours), is_ours)
    assert await tags(db) == ["a", "x"][: 1 + is_ours]


async def test_a_new_database_with_a_new_journal_lacks_nothing(db: Database) -> None:
    found = await replay(db)
    assert (found.applied, found.reaches_back) == (0, True)


async def test_a_journal_that_came_along_says_nothing_of_what_came_after(db: Database) -> None:
    await add(db, "a")
    found = await replay(db, came_along=True)
    assert (found.applied, found.reaches_back) == (0, False)


async def test_an_entry_that_does_not_fit_is_left_out_whole_and_said(db: Database) -> None:
    await add(db, "a")
    async with db.writing(lasting=True) as tx:
        await tx.execute(insert(commits).values(tag="half"))
        await tx.execute(insert(tombstones).values(session="s", mark="m"))
    await add(db, "b")
    await go_back(db, 1)
    async with db.writing() as tx:
        await tx.execute(insert(tombstones).values(session="s", mark="m"))
    found = await replay(db)
    assert (found.applied, found.reaches_back) == (1, False)
    assert await tags(db) == ["b"]
    assert (await replay(db)).reaches_back


async def test_whoever_was_signed_in_signs_in_again_when_something_was_lacking(db: Database) -> None:
    async with db.writing(lasting=True) as tx:
        person = {"id": "p", "email": "e", "name": "n", "password": "", "demo": False, "disabled": False}
        await tx.execute(insert(staff).values(person))
        await tx.execute(insert(sign_ins).values(token_hash="t", staff="p", seen_at=1))
    await add(db, "a")
    await replay(db)
    assert await _count(db, sign_ins) == 1
    await go_back(db, 1)
    await replay(db)
    assert await _count(db, sign_ins) == 0


async def _count(db: Database, table: Any) -> int:
    async with db.reading() as tx:
        return len((await tx.execute(select(table))).all())


async def test_two_processes_make_one_chain(db: Database, migrated_url: str) -> None:
    other = Database(migrated_url, Journal(journal_of(db).folder))
    for number in range(3):
        await add(db, f"a{number}")
        await add(other, f"b{number}")
    await other.close()
    found = entries(db)
    assert [each.previous for each in found[1:]] == [each.id for each in found[:-1]]


async def test_a_failing_statement_is_no_entry(db: Database) -> None:
    with pytest.raises(SQLAlchemyError):
        async with db.writing(lasting=True) as tx:
            await tx.execute(insert(sessions).values(id="s"))
    assert entries(db) == []
