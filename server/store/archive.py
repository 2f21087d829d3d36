"""A backup as one file: a tar whose last part names every other by size and digest. Knows no database."""

import hashlib
import io
import json
import re
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from server.store.snapshot import Told

DATABASE, DUMP = "tyck.sqlite3", "tyck.dump"
"""The database's part: a copy of an SQLite file, or what pg_dump wrote."""

_MANIFEST = "manifest.json"
_FORMAT = 1
_MOST_MANIFEST = 100_000_000
_PART = re.compile(rf"{re.escape(DATABASE)}|{re.escape(DUMP)}|demo\.json|(keys|journal)(/[\w%-][\w.%-]*)+", re.ASCII)
_CHUNK = 1 << 20


class NotABackup(Exception):
    """A file that cannot be restored; the text says why."""


@dataclass(frozen=True)
class Manifest:
    """`made_at` in seconds since 1970, `schema` an Alembic revision, `counts` the rows by table; `parts` holds
    (bytes, SHA-256) by name.
    """

    made_at: int
    schema: str
    counts: dict[str, int]
    parts: dict[str, tuple[int, str]]


def write_archive(file: IO[bytes], folder: Path, made_at: int, schema: str, counts: dict[str, int], told: Told) -> None:
    """Packs every file of `folder`; `told` hears bytes."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    count = _Count(sum(path.stat().st_size for path in paths), told)
    parts = {}
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path in paths:
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as content:
                read = _Read(content, count)
                tar.addfile(_info(name, path.stat().st_size), read)
            parts[name] = (path.stat().st_size, read.sha256.hexdigest())
        manifest = json.dumps({"tyck": _FORMAT, **asdict(Manifest(made_at, schema, counts, parts))}).encode()
        tar.addfile(_info(_MANIFEST, len(manifest)), io.BytesIO(manifest))


def read_manifest(file: Path) -> Manifest:
    """Raises NotABackup, also for one that was cut short; OSError when it cannot be read at all."""
    with _opened(file) as tar:
        return _manifest(tar)


def read_archive(file: Path, folder: Path, told: Told) -> Manifest:
    """Unpacks a backup into `folder`, each part compared with the manifest. Raises NotABackup or OSError."""
    with _opened(file) as tar:
        manifest = _manifest(tar)
        count = _Count(sum(size for size, _ in manifest.parts.values()), told)
        for name, (size, sha256) in manifest.parts.items():
            member = _member(tar, name)
            target = folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None
            read = _Read(content, count)
            with target.open("xb") as out:
                target.chmod(0o600)
                _copy(read, out)
            if (target.stat().st_size, read.sha256.hexdigest()) != (size, sha256):
                raise NotABackup(f"It is damaged: {name} is not what was packed.")
        return manifest


def _opened(file: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(file, "r:")
    except tarfile.TarError as error:
        raise NotABackup("It is no backup of Tyck.") from error


def _manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        member = _member(tar, _MANIFEST, most=_MOST_MANIFEST)
        content = tar.extractfile(member)
        assert content is not None
        said: dict[str, Any] = json.loads(content.read())
        if said.pop("tyck") > _FORMAT:
            raise NotABackup("It was made by a newer Tyck. Install that.")
        parts = {name: (int(size), str(sha256)) for name, (size, sha256) in said.pop("parts").items()}
        manifest = Manifest(**said, parts=parts)
    except (tarfile.TarError, EOFError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise NotABackup("It is no backup of Tyck, or only a part of one.") from error
    if strange := [name for name in manifest.parts if not _PART.fullmatch(name)]:
        raise NotABackup(f"It holds what no backup of Tyck holds: {strange[0]!r}.")
    return manifest


def _member(tar: tarfile.TarFile, name: str, *, most: int | None = None) -> tarfile.TarInfo:
    try:
        member = tar.getmember(name)
    except (KeyError, tarfile.TarError) as error:
        raise NotABackup(f"It is no backup of Tyck, or only a part of one: {name} is missing.") from error
    if not member.isreg() or member.issparse() or (most is not None and member.size > most):
        raise NotABackup(f"It is damaged: {name} is not what was packed.")
    return member


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _copy(source: "_Read", target: IO[bytes]) -> None:
    try:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
    except (tarfile.TarError, EOFError) as error:
        raise NotABackup("It is only a part of a backup.") from error


class _Count:
    """How many bytes went by, of how many."""

    def __init__(self, total: int, told: Told) -> None:
        self._done, self._total, self._told = 0, total, told

    def add(self, more: int) -> None:
        self._done += more
        self._told(self._done, self._total)


class _Read:
    """A file whose bytes are counted and digested as they are read."""

    def __init__(self, file: IO[bytes], count: _Count) -> None:
        self._file, self._count = file, count
        self.sha256 = hashlib.sha256()

    def read(self, most: int = -1) -> bytes:
        chunk = self._file.read(most)
        self.sha256.update(chunk)
        self._count.add(len(chunk))
        return chunk
