"""A poll package as a file: a zip of `poll.json`, `pictures/` and `sounds/` (docs/package.md). Knows no poll.

What is read here may come from anybody: nothing is unpacked to a disk, and nothing beyond the limits into memory.
"""

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.domain.errors import N_, DomainError
from server.domain.packages import PollError

MAX_PACKAGE = 16 * 1024 * 1024
MAX_FILES = 400
_MAX_UNPACKED = 24 * 1024 * 1024
_KINDS = (
    (re.compile(r"poll\.json"), 512 * 1024),
    (re.compile(r"pictures/[0-9a-f]{20}\.(webp|png|jpg)"), 8 * 1024 * 1024),
    (re.compile(r"sounds/[\w-]{8}\.(ogg|m4a|mp3|wav|webm|flac)", re.ASCII), 1024 * 1024),
)
"""What may be in a package, and how many bytes of it."""

_FOLDERS = {"pictures/", "sounds/"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENTRY = b"PK\x01\x02"
_ENCRYPTED = 1
_LONGEST_NAME = 100
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


class PackageError(DomainError):
    """A package that is not taken, with everything that is wrong in it."""

    def __init__(self, faults: Sequence[PollError]) -> None:
        super().__init__("bad_package", [(fault.path, fault.message) for fault in faults])
        self.faults = tuple(faults)


def fault(path: str, message: str, **values: object) -> PollError:
    return PollError(path[:_LONGEST_NAME], message, values)


def pack(files: Mapping[str, bytes]) -> bytes:
    """The zip of these files by name; the same bytes for the same files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            # A fixed day: a package does not tell when it was made.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, body, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of a package by name. Raises PackageError."""
    if len(data) > MAX_PACKAGE or data.count(_ENTRY) > MAX_FILES:
        raise PackageError([fault("zip", N_("is too large"))])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if entry.orig_filename not in _FOLDERS]
            if faults := list(_faults(entries)):
                raise PackageError(faults)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except _BROKEN as error:
        raise PackageError([fault("zip", N_("is damaged, or no zip file"))]) from error


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        # Never more than the entry says, which is within the limits.
        return file.read(entry.file_size)


def _faults(entries: Iterable[zipfile.ZipInfo]) -> Iterator[PollError]:
    seen: set[str] = set()
    total = 0
    for entry in entries:
        name = entry.orig_filename
        limit = next((most for pattern, most in _KINDS if pattern.fullmatch(name)), None)
        if limit is None or stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            yield fault(name, N_("does not belong in a package"))
        elif name in seen:
            yield fault(name, N_("is there twice"))
        elif entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            yield fault(name, N_("is encrypted or packed in a way we do not read"))
        elif entry.file_size > limit:
            yield fault(name, N_("is too large"))
        seen.add(name)
        total += entry.file_size
    if "poll.json" not in seen:
        yield fault("poll.json", N_("is missing"))
    if total > _MAX_UNPACKED:
        yield fault("zip", N_("is too large"))
