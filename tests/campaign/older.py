"""A database as an earlier version of the program left it: its tables with what stands in them today."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from server.store.database import Database
from server.store.migrate import upgrade
from tests.copies import run_aside


def make_older(path: Path, version: str) -> None:
    """Changes the file in place; no program may have it open. What the earlier version does not know is lost."""
    older = path.with_name("older.sqlite3")
    run_aside(_make_tables(older, version))
    with closing(sqlite3.connect(older, isolation_level=None)) as db:
        db.execute("ATTACH ? AS today", (str(path),))
        for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table == "alembic_version" or table.startswith("sqlite_"):
                continue
            columns = ", ".join(sorted(_columns(db, "main", table) & _columns(db, "today", table)))
            db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    os.replace(older, path)


def _columns(db: sqlite3.Connection, schema: str, table: str) -> set[str]:
    return {str(row[1]) for row in db.execute(f"PRAGMA {schema}.table_info({table})")}


async def _make_tables(path: Path, version: str) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    async with db.writing() as tx:
        await tx.run_sync(upgrade, version)
    await db.forget_deleted()
    await db.close()
