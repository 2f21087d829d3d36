"""What every command needs: the settings, the database, an area that was named. Refusals are one clear line."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import click

from server.settings import Settings, read_settings
from server.store.areas import Area
from server.store.database import UNUSABLE, Database
from server.store.journal import Journal
from server.store.migrate import WrongVersion, check_version

Done = TypeVar("Done")


def settings_for(given: Mapping[str, object] | None = None, *, demo: bool = False) -> Settings:
    """The settings of the environment, with what was `given` on the command line."""
    said = {name: str(value) for name, value in (given or {}).items() if value is not None}
    try:
        return read_settings({**os.environ, **said}, demo=demo)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The database; whatever keeps it from being used becomes one line."""
    db = Database(settings.database_url, Journal(settings.data_dir / "journal"), checkpoints=False)
    try:
        yield db
    except WrongVersion as error:
        raise click.ClickException(str(error)) from error
    except UNUSABLE as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise click.ClickException(f"The database cannot be used: {reason}") from error
    finally:
        await db.close()


def with_database(settings: Settings, job: Callable[[Database], Coroutine[None, None, Done]]) -> Done:
    """What `job` does with the database, which must be at this version."""

    async def run() -> Done:
        async with database(settings) as db:
            await check_version(db)
            return await job(db)

    return asyncio.run(run())


def named_area(known: Mapping[str, Area], area: str, none_yet: str = "there is none yet") -> str:
    """The area that --area names, or the only one at the top."""
    top = [one.id for one in known.values() if one.parent is None]
    if area not in known and (area or len(top) != 1):
        raise click.ClickException(f"Name an area with --area: {', '.join(sorted(known)) or none_yet}")
    return area or top[0]


def write_file(path: Path, data: bytes) -> None:
    """Writes what a command made, and says how much it is."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"Cannot write {path}: {error.strerror or error}") from error
    click.echo(f"{path}: {len(data)} bytes")
