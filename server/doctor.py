"""Looks an installation over: files, keys, disk, database, journal, backups. Changes nothing."""

import shutil
import stat
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from server.settings import Settings
from server.store.archive import DATABASE, NotABackup, read_manifest
from server.store.database import UNUSABLE, Database
from server.store.journaled import find_newest_entry, is_unused
from server.store.lock import is_held
from server.store.migrate import WrongVersion, check_version
from server.store.sessions import list_unreleased_sessions
from server.store.snapshot import Broken, check_whole, database_file, list_dangling
from server.usecases.backup import SPARE_BYTES, list_nightly
from server.usecases.restore import is_interrupted
from server.workers import FOLDER

_OLD_S = 2 * 86_400
"""The age from which the newest backup is too old: one night was missed."""

_MOVED_S = 30 * 86_400
"""The age from which what a move left behind is too old: what is deleted must be gone everywhere by then."""

_MB = 1_000_000
_NAMED = 3


@dataclass(frozen=True)
class Finding:
    """One line of what was looked at."""

    is_well: bool
    what: str


Findings = Iterator[Finding]


async def examine(settings: Settings, db: Database, now: int) -> list[Finding]:
    """Everything at `now` (seconds since 1970); what cannot be looked at is a finding of its own."""
    found = [*_files(settings.data_dir), *_keys(settings.data_dir), *_disk(settings), *_backups(settings, now)]
    found += _left_behind(settings, now)
    for look in (_tables, _journal, _sessions):
        found += await _looked(look, settings, db)
    return found


async def _looked(
    look: Callable[[Settings, Database], Awaitable[list[Finding]]], settings: Settings, db: Database
) -> list[Finding]:
    try:
        return await look(settings, db)
    except (Broken, WrongVersion, *UNUSABLE) as error:
        return [Finding(False, f"database: {str(getattr(error, 'orig', error)).splitlines()[0]}")]


def _files(data_dir: Path) -> Findings:
    owner = data_dir.stat().st_uid
    # What workers share comes and goes, in a folder that only they may open.
    paths = [data_dir, *(path for path in data_dir.rglob("*") if path.parent.name != FOLDER)]
    open_ = [path for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]
    others = [path for path in paths if path.stat().st_uid != owner]
    if open_:
        yield Finding(False, f"files: others on this machine may read {_some(open_)}: chmod -R go= {data_dir}")
    if others:
        yield Finding(False, f"files: {_some(others)} belong to another account than {data_dir}")
    if not open_ and not others:
        yield Finding(True, f"files: {len(paths)} in {data_dir}, for one account alone")
    if is_held(data_dir):
        yield Finding(True, "server: it runs")
    elif is_interrupted(data_dir):
        yield Finding(False, "restore: one was interrupted; the next start finishes it, or start it again")


def _keys(data_dir: Path) -> Findings:
    keys = sorted((data_dir / "keys").rglob("*.key"))
    if not (data_dir / "keys" / "grants.key").exists():
        yield Finding(False, "keys: keys/grants.key is missing: tablets that joined cannot deliver; restore a backup")
    # A seal's key that was destroyed is an empty file.
    spoiled = [path for path in keys if path.stat().st_size == 0 and path.parent.name != "seals"]
    if spoiled:
        yield Finding(False, f"keys: {_some(spoiled)} empty")
    elif keys:
        yield Finding(True, f"keys: {len(keys)}")


def _disk(settings: Settings) -> Findings:
    free = shutil.disk_usage(settings.data_dir).free
    path = database_file(settings.database_url)
    needed = SPARE_BYTES + (2 * path.stat().st_size if path and path.exists() else 0)
    yield Finding(free >= needed, f"disk: {free / _MB:,.0f} MB free, a backup needs {needed / _MB:,.0f} MB")


def _backups(settings: Settings, now: int) -> Findings:
    if not settings.backups:
        yield Finding(True, "backups: nightly ones are off (TYCK_BACKUPS)")
        return
    nightly = list_nightly(settings.data_dir)
    key = settings.data_dir / "keys" / "grants.key"
    if not nightly:
        since = key.stat().st_mtime if key.exists() else 0
        yield Finding(now - since < _OLD_S, "backups: none yet")
        return
    try:
        age = now - read_manifest(nightly[-1]).made_at
        yield Finding(age < _OLD_S, f"backups: {len(nightly)}, the newest {age // 3600} hours old")
    except (NotABackup, OSError) as error:
        yield Finding(False, f"backups: {nightly[-1].name} is of no use: {error}")


def _left_behind(settings: Settings, now: int) -> Findings:
    path = settings.data_dir / DATABASE
    if database_file(settings.database_url) is None and path.exists():
        age = now - path.stat().st_mtime
        yield Finding(age < _MOVED_S, f"files: {path.name}, which was moved to PostgreSQL, holds answers: delete it")


async def _tables(settings: Settings, db: Database) -> list[Finding]:
    await check_version(db)
    path = database_file(settings.database_url)
    if path is None:
        return [Finding(True, "database: PostgreSQL, at this version")]
    check_whole(path, in_use=True)
    if dangling := list_dangling(path):
        return [Finding(False, f"database: rows point to rows that are not there, in {', '.join(dangling)}")]
    return [Finding(True, f"database: whole, at this version, {path.stat().st_size / _MB:,.1f} MB")]


async def _journal(settings: Settings, db: Database) -> list[Finding]:
    assert db.journal
    async with db.reading() as tx:
        is_new = db.journal.is_empty() and await is_unused(tx)
        missing = [] if is_new else db.journal.entries_after(await find_newest_entry(tx, for_update=False))
    if missing is None:
        return [Finding(False, "journal: it does not reach back to this database; the next start says what follows")]
    # What is just being committed stands in the journal first.
    if missing and not is_held(settings.data_dir):
        return [Finding(False, f"journal: {len(missing)} entries are not in the database; the next start adds them")]
    return [Finding(True, "journal: all of it is in the database")]


async def _sessions(settings: Settings, db: Database) -> list[Finding]:
    async with db.reading() as tx:
        waiting = len(await list_unreleased_sessions(tx))
    if not waiting:
        return []
    where = f"{settings.base_url}/staff/unreleased"
    return [Finding(False, f"sessions: after a restore {waiting} wait for an administrator's word: {where}")]


def _some(paths: list[Path]) -> str:
    named = ", ".join(path.name for path in paths[:_NAMED])
    return f"{named} and {len(paths) - _NAMED} more" if len(paths) > _NAMED else named
