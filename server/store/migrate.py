"""Brings a database to this version's schema, and tells whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from server.store.database import Database

_FOLDER = Path(__file__).parent / "migrations"


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
    if found != _head():
        _refuse_newer(found)
        raise WrongVersion("The database is older than this program. Run: python -m server migrate")


def upgrade(connection: Connection, version: str = "head") -> None:
    """Applies the missing migrations up to `version`. Raises WrongVersion for a newer database."""
    found = _current(connection)
    _refuse_newer(found)
    if version != "head":
        _refuse_newer(version)
        if found is not None and found >= version:
            return
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def _refuse_newer(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise WrongVersion("The database is newer than this program. Install the newer program.")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config
