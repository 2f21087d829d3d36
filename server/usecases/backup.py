"""One file that holds everything: database, journal, keys. Made while the server runs, and tried before it counts."""

import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from server.seals import key_name
from server.store.archive import DATABASE, DUMP, Manifest, NotABackup, read_archive, write_archive
from server.store.dump import check_dump, dump_database
from server.store.keys import sync
from server.store.snapshot import Contents, check_whole, copy_database, read_contents

Say = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much."""

LEFTOVER = ".tyck-backup-"
"""How the names of folders begin in which backups are made: one that a killed process left can be deleted."""

BACKUPS = "backups"
"""The folder in the data directory where nightly backups lie."""

SPARE_BYTES = 100_000_000


class NoSpace(Exception):
    """The text says how much space is needed and how much there is, in bytes."""


Copy = Callable[[Path, Say], Contents]
"""Writes a copy of the database into a folder, and tells what it holds."""


def of_sqlite(database: Path) -> Copy:
    """Copies an SQLite file, also while others write to it."""

    def copy(folder: Path, say: Say) -> Contents:
        # A backup that fills the disk would keep the server from storing answers.
        needed = 2 * database.stat().st_size + SPARE_BYTES
        if (free := shutil.disk_usage(folder).free) < needed:
            raise NoSpace(needed, free)
        copy_database(database, folder / DATABASE, lambda done, of: say("Copying the database", done, of))
        return read_contents(folder / DATABASE)

    return copy


def of_postgres(url: str, contents: Contents) -> Copy:
    """Copies a PostgreSQL database; `contents` is what it held before."""

    def copy(folder: Path, say: Say) -> Contents:
        say("Copying the database", 0, 0)
        dump_database(url, folder / DUMP)
        return contents

    return copy


def back_up(copy: Copy, data_dir: Path, file: Path, now: int, say: Say) -> Manifest:
    """Writes `file` in place of what bears that name; it is there only once it was unpacked again and found whole.

    The seal keys of frozen consultations go in as if destroyed: their tablets need none, and a key that is destroyed
    must not come back. Raises NoSpace, Broken, NotABackup or OSError.
    """
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=LEFTOVER) as made:
        parts, draft = Path(made, "parts"), Path(made, "backup.tar")
        parts.mkdir()
        contents = copy(parts, say)
        _copy_rest(data_dir, parts, contents.frozen)
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out:
            counts = contents.counts
            write_archive(out, parts, now, contents.schema, counts, lambda done, of: say("Packing", done, of))
            out.flush()
            os.fsync(out.fileno())
        shutil.rmtree(parts)
        manifest = try_out(draft, Path(made, "again"), say)
        draft.replace(file)
    sync(file.parent)
    return manifest


def try_out(file: Path, folder: Path, say: Say) -> Manifest:
    """Unpacks a backup into `folder` and reads all of its database. Raises NotABackup, Broken or OSError."""
    manifest = read_archive(file, folder, lambda done, of: say("Unpacking", done, of))
    say("Checking the database", 0, 0)
    if (folder / DUMP).exists():
        check_dump(folder / DUMP)
        return manifest
    check_whole(folder / DATABASE)
    contents = read_contents(folder / DATABASE)
    if (contents.schema, contents.counts) != (manifest.schema, manifest.counts):
        raise NotABackup("Its database holds something else than was packed.")
    return manifest


def nightly_file(data_dir: Path, day: str) -> Path:
    """Where the backup of that day (ISO date) lies."""
    return data_dir / BACKUPS / f"tyck-{day}.tar"


def list_nightly(data_dir: Path) -> list[Path]:
    """The nightly backups, oldest first."""
    return sorted((data_dir / BACKUPS).glob("tyck-*.tar"))


def rotate(data_dir: Path, kept: int) -> None:
    """Leaves the `kept` newest nightly backups."""
    for path in list_nightly(data_dir)[:-kept]:
        path.unlink()


def _copy_rest(data_dir: Path, parts: Path, frozen: Collection[str]) -> None:
    """After the database, never before it: the journal must tell all that the copy has been through."""
    destroyed = {f"keys/{key_name(consultation)}.key" for consultation in frozen}
    for folder in ("journal", "keys"):
        for path in sorted((data_dir / folder).rglob("*")):
            name = path.relative_to(data_dir).as_posix()
            # A key that is just being made has the number of a process behind its name.
            if path.is_file() and not path.suffix[1:].isdigit():
                (parts / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile("/dev/null" if name in destroyed else path, parts / name)
    if (data_dir / "demo.json").exists():
        shutil.copyfile(data_dir / "demo.json", parts / "demo.json")
