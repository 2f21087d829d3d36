"""Copies of a PostgreSQL database, made and read by its own programs."""

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.journaled import find_version
from server.store.schema import consultations, metadata
from server.store.snapshot import Broken, Contents


async def find_contents(db: AsyncConnection) -> Contents:
    """What a database of this version holds."""
    counts = {
        name: (await db.execute(select(func.count()).select_from(table))).scalar_one()
        for name, table in sorted(metadata.tables.items())
    }
    frozen = (await db.execute(select(consultations.c.id).where(consultations.c.frozen))).scalars()
    return Contents(await find_version(db), counts, frozenset(frozen))


def dump_database(url: str, target: Path) -> None:
    """Copies one moment of the database with this SQLAlchemy URL. Raises Broken, also where pg_dump is missing."""
    named = make_url(url)
    said = {
        "PGHOST": named.host,
        "PGPORT": named.port,
        "PGUSER": named.username,
        "PGPASSWORD": named.password,
        "PGDATABASE": named.database,
    }
    # On the command line everybody on this machine could read the password.
    environment = {name: str(value) for name, value in said.items() if value}
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}", **environment)


def check_dump(path: Path) -> None:
    """Reads all of it. Raises Broken."""
    _run("pg_restore", f"--file={os.devnull}", str(path))


def _run(name: str, *arguments: str, **environment: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise Broken(f"PostgreSQL is backed up by {name}, which is not installed here (package postgresql-client).")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )
    if done.returncode:
        raise Broken(f"{name} failed: {done.stderr.strip().splitlines()[0] if done.stderr else done.returncode}")
