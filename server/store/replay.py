"""A database that went back gets what never goes back again: every entry of the journal that it lacks, once."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.database import Database
from server.store.journal import Entry
from server.store.journaled import find_newest_entry, find_version, insert_entry, is_unused
from server.store.migrate import upgrade
from server.store.schema import consultations, sessions, sign_ins

_FIRST_VERSION = "0010"
"""With these tables a database knows its place in the journal."""


@dataclass(frozen=True)
class Replayed:
    """`applied` is how many entries the database lacked. `reaches_back` is false when nobody can know what else it
    lacks: then every session of a consultation that is not frozen waits to be released.
    """

    applied: int
    reaches_back: bool


async def replay(db: Database, *, came_along: bool = False) -> Replayed:
    """Brings the tables to this version and applies what is missing, each entry to the tables it was written for.

    `came_along`: the journal was lost and came with the backup, so that it says nothing of what happened since.
    Raises WrongVersion for a database or a journal of a newer program.
    """
    async with db.writing() as tx:
        await tx.run_sync(upgrade, _FIRST_VERSION)
        applied, reaches_back = await _apply_missing(tx, db)
        await tx.run_sync(upgrade)
        reaches_back &= not came_along
        if applied or not reaches_back:
            # Who has signed out or was disabled since must not be signed in again.
            await tx.execute(delete(sign_ins))
        if not reaches_back:
            await _let_wait_for_release(tx)
    if not reaches_back:
        # Once more for the journal, where a new chain begins: an earlier backup must not come without it.
        async with db.writing(lasting=True) as tx:
            await _let_wait_for_release(tx)
    return Replayed(applied, reaches_back)


async def _apply_missing(tx: AsyncConnection, db: Database) -> tuple[int, bool]:
    if db.journal is None:
        return 0, True
    missing = db.journal.entries_after(await find_newest_entry(tx))
    if missing is None:
        return 0, db.journal.is_empty() and await is_unused(tx)
    applied, version = 0, await find_version(tx)
    for entry in missing:
        if entry.schema > version:
            await tx.run_sync(upgrade, version := entry.schema)
        applied += await _apply(tx, entry)
    return applied, applied == len(missing)


async def _apply(tx: AsyncConnection, entry: Entry) -> bool:
    """Whether the entry could be applied, as a whole. What another engine's SQL says here is anybody's guess."""
    if entry.engine not in ("", tx.dialect.name):
        return False
    try:
        async with tx.begin_nested():
            for sql, rows in entry.statements:
                for row in rows:
                    await tx.exec_driver_sql(sql, row)
            await insert_entry(tx, entry.id)
    except SQLAlchemyError:
        return False
    return True


async def _let_wait_for_release(tx: AsyncConnection) -> None:
    frozen = select(consultations.c.id).where(consultations.c.frozen)
    await tx.execute(update(sessions).where(sessions.c.consultation.not_in(frozen)).values(released=False))
