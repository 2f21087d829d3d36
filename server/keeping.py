"""`backup`, `restore`, `doctor`, `erase`: what keeps an installation whole, from the command line."""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from server.commands import database, settings_for, with_database
from server.doctor import Finding, examine
from server.seals import Seals
from server.settings import Settings
from server.store.archive import DATABASE, Manifest, NotABackup
from server.store.database import UNUSABLE, Database
from server.store.dump import find_contents
from server.store.lock import InUse, hold
from server.store.migrate import WrongVersion
from server.store.replay import Replayed
from server.store.snapshot import Broken, Contents, database_file
from server.usecases.backup import Copy, NoSpace, back_up, of_postgres, of_sqlite
from server.usecases.restore import finish_restore, restore
from server.usecases.retention import keep_to_retention

_COUNTED = ("consultations", "sessions", "responses", "packets", "ideas")
_MB = 1_000_000


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(file: Path) -> None:
    """Writes everything to FILE, also while the server runs."""
    settings = settings_for()
    copy = _find_copy(settings)
    with _plainly(f"{file} was not written"), _progress() as say:
        manifest = back_up(copy, settings.data_dir, file.absolute(), int(time.time()), say)
    click.echo(f"{file}: {file.stat().st_size / _MB:,.1f} MB, read back and found whole: {_said(manifest)}")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore_command(file: Path) -> None:
    """Puts what FILE holds in place of what is there."""
    settings = settings_for()
    _check_in_data_dir(settings)
    with _plainly("Nothing was restored"), kept(settings), _progress() as say:
        done = asyncio.run(restore(file.absolute(), settings.data_dir, say))
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(done.manifest.made_at))
    click.echo(f"Restored what was there on {made}: {_said(done.manifest)}")
    tell_of(done.replayed, settings)
    if done.replaced:
        click.echo(f"What it replaced lies in {done.replaced} for 30 days.")


def tell_of(replayed: Replayed, settings: Settings) -> None:
    """Says on stderr, which is the server's log, that the database had gone back."""
    if replayed.applied:
        click.echo(f"From the journal came {replayed.applied} entries that the database lacked.", err=True)
    if not replayed.reaches_back:
        where = f"{settings.base_url}/staff/unreleased"
        click.echo(f"The journal does not reach back to this database: sessions wait for a person at {where}", err=True)


@click.command("doctor")
def doctor_command() -> None:
    """Looks the installation over; exit code 1 when something is wrong."""
    settings = settings_for()
    if not settings.data_dir.exists():
        raise click.ClickException(f"There is no data directory {settings.data_dir}.")

    async def look() -> list[Finding]:
        async with database(settings) as db:
            return await examine(settings, db, int(time.time()))

    found = asyncio.run(look())
    for finding in found:
        click.echo(f"{'well ' if finding.is_well else 'WRONG'}  {finding.what}")
    if wrong := sum(not finding.is_well for finding in found):
        raise click.ClickException(f"{wrong} of {len(found)} are wrong.")


@click.command("erase")
def erase_command() -> None:
    """Deletes what has had its time, as every night."""
    settings = settings_for()
    seals = Seals(settings.data_dir)
    with_database(settings, lambda db: keep_to_retention(db, seals, settings.data_dir, int(time.time())))
    click.echo("Everything that has had its time is deleted.")


@contextmanager
def kept(settings: Settings) -> Iterator[int]:
    """The data directory for this process alone, by a lock's file; a restore that was interrupted is finished first."""
    try:
        with hold(settings.data_dir) as lock:
            finish_restore(settings.data_dir)
            yield lock
    except InUse:
        raise click.ClickException(f"A server runs on {settings.data_dir}: stop it first.") from None


@contextmanager
def kept_or_served(settings: Settings) -> Iterator[bool]:
    """The same; where a server runs already it goes on. Whether this process is alone."""
    with ExitStack() as alone:
        try:
            alone.enter_context(hold(settings.data_dir))
        except InUse:
            yield False
            return
        finish_restore(settings.data_dir)
        yield True


def _find_copy(settings: Settings) -> Copy:
    """How the database of these settings is copied; one that is not there is refused."""
    path = database_file(settings.database_url)
    if path is None:
        return of_postgres(settings.database_url, with_database(settings, _read_contents))
    if not path.exists():
        raise click.ClickException(f"There is no database at {path}.")
    return of_sqlite(path)


async def _read_contents(db: Database) -> Contents:
    async with db.reading() as tx:
        return await find_contents(tx)


def _check_in_data_dir(settings: Settings) -> None:
    if database_file(settings.database_url) != settings.data_dir / DATABASE:
        raise click.ClickException(
            f"restore puts a database at {settings.data_dir / DATABASE}: TYCK_DATABASE_URL names another."
        )


def _said(manifest: Manifest) -> str:
    return ", ".join(f"{manifest.counts.get(name, 0):,} {name}" for name in _COUNTED) + "."


@contextmanager
def _plainly(what: str) -> Iterator[None]:
    """Every refusal is one line that begins with what did not happen."""
    try:
        yield
    except NoSpace as error:
        needed, free = error.args
        why = f"it needs {needed / _MB:,.0f} MB of disk, and {free / _MB:,.0f} MB are free."
        raise click.ClickException(f"{what}: {why}") from error
    except (NotABackup, Broken, WrongVersion) as error:
        raise click.ClickException(f"{what}: {error}") from error
    except OSError as error:
        raise click.ClickException(f"{what}: {error.strerror or error}: {error.filename or ''}".rstrip(": ")) from error
    except UNUSABLE as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise click.ClickException(f"{what}: {reason}") from error


class _Progress:
    """One line on stderr that changes in place on a terminal; else a new line for each job and every two seconds."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._every_s = 0.1 if self._in_place else 2
        self._what = ""
        self._at = 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if what == self._what and now - self._at < self._every_s:
            return
        self._what, self._at = what, now
        line = f"{what}: {done * 100 // of} %" if of else what
        click.echo(f"\r\033[K{line} …" if self._in_place else f"{line} …", err=True, nl=not self._in_place)

    def end(self) -> None:
        if self._in_place and self._what:
            click.echo("\r\033[K", err=True, nl=False)


@contextmanager
def _progress() -> Iterator[_Progress]:
    progress = _Progress()
    try:
        yield progress
    finally:
        progress.end()
