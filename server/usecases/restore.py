"""A data directory becomes what a backup holds, whole or not at all. No server may run on it meanwhile."""

import json
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from server.store.archive import DATABASE, Manifest, NotABackup
from server.store.database import Database
from server.store.journal import Journal
from server.store.keys import load_key, sync
from server.store.replay import Replayed
from server.store.snapshot import Broken
from server.usecases.backup import Say, try_out
from server.usecases.recover import recover

REPLACED = "replaced"
"""Where in the data directory lies what a restore replaced, a folder for each."""

_JOURNAL = "journal"
_STAGE, _NEW, _READY = "restoring", "new", "ready.json"
_BESIDE = (f"{DATABASE}-wal", f"{DATABASE}-shm")


@dataclass(frozen=True)
class Restored:
    """`replaced` is the folder that holds what was there before, None when there was nothing."""

    manifest: Manifest
    replayed: Replayed
    replaced: Path | None


async def restore(file: Path, data_dir: Path, say: Say) -> Restored:
    """Raises NotABackup, Broken, WrongVersion or OSError; then everything is as it was."""
    finish_restore(data_dir)
    stage = data_dir / _STAGE
    try:
        new = stage / _NEW
        new.mkdir(mode=0o700, parents=True)
        manifest = try_out(file, new, say)
        if DATABASE not in manifest.parts:
            raise NotABackup("It holds a PostgreSQL database: docs/operations.md says how that is restored.")
        key = load_key(new if (new / "keys").exists() else data_dir, "grants")
        replayed = await _bring_up_to_date(new, data_dir / _JOURNAL, key, say)
        aside = _make_aside(data_dir)
        _be_ready(stage, _list_moves(new, data_dir), aside.relative_to(data_dir))
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    finish_restore(data_dir)
    with suppress(OSError):
        aside.rmdir()
    return Restored(manifest, replayed, aside if aside.exists() else None)


def finish_restore(data_dir: Path) -> None:
    """Ends a restore that was interrupted: what was ready is put in place, what was not is dropped."""
    stage = data_dir / _STAGE
    ready = stage / _READY
    if ready.exists():
        plan = json.loads(ready.read_text("utf-8"))
        aside = data_dir / plan["aside"]
        for name in plan["moves"]:
            if (stage / _NEW / name).exists():
                # A log left beside another database would be read into it.
                for old in (*(_BESIDE if name == DATABASE else ()), name):
                    _move(data_dir / old, aside / old)
                _move(stage / _NEW / name, data_dir / name)
        ready.unlink()
    shutil.rmtree(stage, ignore_errors=True)


def is_interrupted(data_dir: Path) -> bool:
    """Whether a restore is ready and not yet in place."""
    return (data_dir / _STAGE / _READY).exists()


async def _bring_up_to_date(new: Path, here: Path, key: bytes, say: Say) -> Replayed:
    """A backup of an earlier version gets today's tables, and every backup what the journal says has happened since.

    The journal that is there is the newer one. It is tried on a copy: what is refused must leave no trace in it.
    """
    say("Bringing it up to date", 0, 0)
    is_here = not Journal(here).is_empty()
    if is_here:
        shutil.rmtree(new / _JOURNAL, ignore_errors=True)
        shutil.copytree(here, new / _JOURNAL)
    db = Database(f"sqlite+aiosqlite:///{new / DATABASE}", Journal(new / _JOURNAL))
    try:
        replayed = await recover(db, key, came_along=not is_here)
    finally:
        await db.close()
    log = new / _BESIDE[0]
    if log.exists() and log.stat().st_size:
        raise Broken("The write-ahead log could not be emptied.")
    return replayed


def _list_moves(new: Path, data_dir: Path) -> list[str]:
    """What goes in place of what is there: the database last, and no file that is there already."""
    names = [path.relative_to(new).as_posix() for path in sorted(new.rglob("*")) if path.is_file()]
    others = [name for name in names if name not in (DATABASE, *_BESIDE) and _is_wanted(new / name, data_dir / name)]
    return [*others, DATABASE]


def _is_wanted(new: Path, here: Path) -> bool:
    """What the database was made with belongs to it; but a key that was destroyed, here or there, stays destroyed."""
    if not here.exists():
        return True
    contents = new.read_bytes(), here.read_bytes()
    return all(contents) and contents[0] != contents[1]


def _make_aside(data_dir: Path) -> Path:
    folder = data_dir / REPLACED
    folder.mkdir(mode=0o700, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=folder, prefix=time.strftime("%Y-%m-%dT%H%M-")))


def _be_ready(stage: Path, moves: list[str], aside: Path) -> None:
    """From here on the restore is finished, also after a power cut."""
    for path in (stage / _NEW).rglob("*"):
        sync(path)
    draft = stage / "draft.json"
    draft.write_text(json.dumps({"moves": moves, "aside": str(aside)}), "utf-8")
    sync(draft)
    sync(stage)
    draft.replace(stage / _READY)
    sync(stage)


def _move(source: Path, target: Path) -> None:
    if source.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.replace(target)
        sync(target.parent)
