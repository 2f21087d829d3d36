"""Looks for what must no longer be there, byte by byte, in every file below a folder: also inside archives, packed
journal entries and a browser's LevelDB. Knows nothing of what is looked for.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LEVELDB_MAGIC = bytes.fromhex("57fb808b247547db")


@dataclass(frozen=True, order=True)
class Trace:
    """`where` is a file below the folder, with the part of it behind a `!`."""

    where: str
    needle: str


def traces(folder: Path, needles: Iterable[str]) -> list[Trace]:
    """Every place where one of `needles` stands, as UTF-8, Latin-1 or UTF-16. Ids (UUIDs) may be very many."""
    wanted = list(needles)
    ids = {needle.encode(): needle for needle in wanted if _ID.fullmatch(needle.encode())}
    others = [needle for needle in wanted if needle.encode() not in ids]
    texts = [(needle, {needle.encode(), needle.encode("latin-1", "ignore")}) for needle in others]
    found = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        for where, content in _views(str(path.relative_to(folder)), _read(path)):
            # Without its NUL bytes UTF-16 reads like Latin-1.
            for form in (content, content.replace(b"\0", b"")):
                found |= {Trace(where, ids[hit]) for hit in ids.keys() & set(_ID.findall(form))}
                found |= {Trace(where, needle) for needle, forms in texts if any(each in form for each in forms)}
    return sorted(found)


def _read(path: Path) -> bytes:
    # A file that was replaced meanwhile is looked at under its new name.
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return b""


def _views(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and whatever is packed in them."""
    yield name, content
    if content[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield from _views(f"{name}!gzip", gzip.decompress(content))
    elif content[:4] == b"PK\x03\x04":
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as packed:
            for inner in packed.namelist():
                yield from _views(f"{name}!{inner}", packed.read(inner))
    elif content[257:262] == b"ustar":
        with suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for member in tar:
                if opened := tar.extractfile(member):
                    yield from _views(f"{name}!{member.name}", opened.read())
    elif content[-8:] == _LEVELDB_MAGIC:
        for number, block in enumerate(_leveldb_blocks(content)):
            yield f"{name}!{number}", block
    elif name.endswith(".jsonl"):
        yield f"{name}!work", b"\n".join(_journal_work(content))


def _journal_work(content: bytes) -> Iterator[bytes]:
    for line in content.splitlines():
        with suppress(ValueError, KeyError, TypeError, zlib.error):
            yield zlib.decompress(base64.b64decode(json.loads(line)["work"]))


def _leveldb_blocks(table: bytes) -> Iterator[bytes]:
    """The unpacked data blocks of a sorted table (leveldb/doc/table_format.md)."""
    footer = table[-48:]
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    index_at, at = _varint(footer, at)
    index_size, _ = _varint(footer, at)
    index = _block(table, index_at, index_size)
    restarts = int.from_bytes(index[-4:], "little")
    at, end = 0, len(index) - 4 * (restarts + 1)
    while at < end:
        _shared, at = _varint(index, at)
        key, at = _varint(index, at)
        value, at = _varint(index, at)
        block_at, next_at = _varint(index, at + key)
        block_size, _ = _varint(index, next_at)
        at += key + value
        yield _block(table, block_at, block_size)


def _block(table: bytes, at: int, size: int) -> bytes:
    raw = table[at : at + size]
    return _unsnappy(raw) if table[at + size] == 1 else raw


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where the next one begins."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def _unsnappy(packed: bytes) -> bytes:
    """Snappy's raw format (google/snappy, format_description.txt)."""
    length, at = _varint(packed, 0)
    out = bytearray()
    while at < len(packed):
        tag = packed[at]
        at += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                more = size - 59
                size = int.from_bytes(packed[at : at + more], "little")
                at += more
            out += packed[at : at + size + 1]
            at += size + 1
            continue
        width = (1, 2, 4)[(tag & 3) - 1]
        back = int.from_bytes(packed[at : at + width], "little") | ((tag >> 5) << 8 if width == 1 else 0)
        size = (tag >> 2 & 7) + 4 if width == 1 else (tag >> 2) + 1
        at += width
        for _ in range(size):
            out.append(out[-back])
    assert len(out) == length
    return bytes(out)
