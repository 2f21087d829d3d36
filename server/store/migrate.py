"""Brings a database to this version's schema, and tells whether it is there."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from server.store.database import Database

VERSIONS = sorted(path.name[:4] for path in (Path(__file__).parent / "migrations/versions").glob("[0-9]*.py"))


class WrongVersion(Exception):
    """The database's schema is older or newer than this program's."""


async def migrate(db: Database) -> None:
    """Applies every missing migration in one transaction. Raises WrongVersion for a newer database."""
    async with db.writing() as tx:
        await tx.run_sync(upgrade)


async def check_version(db: Database) -> None:
    """Raises WrongVersion, with the way on, unless the schema is this version's."""
    async with db.reading() as tx:
        found = await tx.run_sync(_current)
    if found != VERSIONS[-1]:
        _refuse_newer(found)
        raise WrongVersion("The database is older than this program. Run: python -m server migrate")


def upgrade(connection: Connection, version: str = VERSIONS[-1]) -> None:
    """Applies the missing migrations up to `version`. Raises WrongVersion for a newer database."""
    found = _current(connection)
    _refuse_newer(found)
    _refuse_newer(version)
    if found is None or found < version:
        # Alembic takes eleven megabytes and half a second: a server whose tables are at this version never loads it.
        import_module("server.store.migrations.apply").apply(connection, version)


def _refuse_newer(found: str | None) -> None:
    if found is not None and found not in VERSIONS:
        raise WrongVersion("The database is newer than this program. Install the newer program.")


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)
