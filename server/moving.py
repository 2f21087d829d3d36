"""`move`: an installation goes from its SQLite file to PostgreSQL."""

import asyncio
import re
import time

import click

from server.commands import database, settings_for
from server.keeping import kept, tell_of
from server.settings import Settings
from server.store.database import UNUSABLE, Database
from server.store.keys import load_key
from server.store.migrate import WrongVersion, check_version
from server.store.snapshot import database_file
from server.usecases.move import NotEmpty, NotTheSame, move
from server.usecases.recover import recover

_ENGINE = "postgresql+asyncpg://"
_EVERY_S = 2


@click.command("move")
@click.option("--to", "url", required=True, metavar="URL", help=f"An empty database: {_ENGINE}user@host/name")
def move_command(url: str) -> None:
    """Copies everything into an empty PostgreSQL database."""
    settings = settings_for()
    path = database_file(settings.database_url)
    if path is None:
        raise click.ClickException("This installation is on PostgreSQL already: TYCK_DATABASE_URL says so.")
    if not path.exists():
        raise click.ClickException(f"There is no database at {path}.")
    if not url.startswith(_ENGINE):
        # The address is not repeated: it may hold a password.
        raise click.ClickException(f"--to must be the address of a PostgreSQL database: {_ENGINE}user@host/name")
    with kept(settings):
        rows = asyncio.run(_move(settings, url))
    click.echo(f"Moved: {rows:,} rows, read again on both sides and found the same.")
    click.echo(f"Now set TYCK_DATABASE_URL to the new database and start the server. {path} stays as it is:")
    click.echo("delete it once all is well, for it holds what children answered in sessions that were open.")


async def _move(settings: Settings, url: str) -> int:
    async with database(settings) as source:
        await check_version(source)
        # What this database lacks or has left over after a restore is settled with the journal of its own engine.
        tell_of(await recover(source, load_key(settings.data_dir, "grants")), settings)
        return await _into(source, url)


async def _into(source: Database, url: str) -> int:
    target: Database | None = None
    try:
        target = Database(url)
        return await move(source, target, _Told("rows"), _Told("rows, the same on both sides"))
    except NotEmpty as error:
        why = f"The new database must be empty, and its table {error} holds rows. Make another: createdb."
    except NotTheSame as error:
        why = f"The table {error} came out different. Please tell us."
    except WrongVersion:
        why = "The new database was used by a newer program. Make another: createdb."
    except ImportError:
        why = "The driver is not installed: .venv/bin/pip install --require-hashes -r requirements-postgres.txt"
    except ValueError:
        why = "Its address has a port that is no number."
    except UNUSABLE as error:
        said = str(getattr(error, "orig", error)).partition("\n")[0]
        why = "The new database says: " + re.sub(r"^<class '[\w.]+'>: ", "", said)
    finally:
        if target is not None:
            await target.close()
    raise click.ClickException(f"Nothing was moved, and the new database is as it was. {why}")


class _Told:
    """A line on stderr when a table is done, and every two seconds of a large one."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._at = time.monotonic()

    def __call__(self, table: str, of: int, done: int) -> None:
        if done == of or time.monotonic() - self._at >= _EVERY_S:
            self._at = time.monotonic()
            click.echo(f"{table}: {done:,} of {of:,} {self._what}", err=True)
