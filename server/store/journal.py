"""The journal: what never goes back, entry by entry, in files beside the database (docs/sync.md). Knows no database."""

import base64
import hashlib
import json
import os
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from server.store.keys import sync

_DAY_S = 86_400
_BYTES = "base64"

Rows: TypeAlias = Sequence[Sequence[Any]]
Statement: TypeAlias = tuple[str, Rows]
"""SQL as its driver takes it, and the parameters of each time it was run: text, numbers, bytes, None."""


@dataclass(frozen=True)
class Entry:
    """What one transaction wrote. `previous` is the id of the entry before it, `schema` the version of the tables,
    `day` the server's day (days since 1970), `work` the packed statements, `engine` whose SQL they are in ('' in
    entries that are older than this word).
    """

    id: str
    previous: str
    schema: str
    day: int
    work: str
    engine: str = ""

    @property
    def statements(self) -> list[Statement]:
        packed = json.loads(zlib.decompress(base64.b64decode(self.work)), object_hook=_unpacked)
        return [(sql, [tuple(row) for row in rows]) for sql, rows in packed]

    @property
    def checksum(self) -> str:
        engine = (self.engine,) if self.engine else ()
        content = "\n".join((self.id, self.previous, self.schema, str(self.day), self.work, *engine))
        return hashlib.sha256(content.encode()).hexdigest()


def make_entry(entry_id: str, previous: str, schema: str, statements: Sequence[Statement], engine: str) -> Entry:
    packed = json.dumps(statements, default=_packed, separators=(",", ":"), ensure_ascii=False).encode()
    work = base64.b64encode(zlib.compress(packed)).decode()
    return Entry(entry_id, previous, schema, int(time.time()) // _DAY_S, work, engine)


class Journal:
    """Files of one line for each entry, one file for each day; only ever added to. Processes may share a folder: each
    adds to it while it holds the database's lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, entry: Entry) -> None:
        """Keeps an entry durably: once this returns it survives a power cut. Raises OSError."""
        self._add({**vars(entry), "sum": entry.checksum}, entry.day)

    def void(self, entry_id: str) -> None:
        """Takes an entry back whose transaction was never committed. Raises OSError."""
        self._add({"void": entry_id}, int(time.time()) // _DAY_S)

    def entries(self) -> Iterator[Entry]:
        """Every entry that holds, oldest first. A line that was torn when the power went is none: its transaction
        cannot have been committed.
        """
        found: dict[str, Entry] = {}
        taken_back: set[str] = set()
        for path in self._files():
            _read(path, found, taken_back)
        yield from (entry for entry in found.values() if entry.id not in taken_back)

    def entries_after(self, newest: str) -> list[Entry] | None:
        """What followed the entry `newest`, oldest first; None when the journal does not reach back to it."""
        known: dict[str, Entry] = {}
        taken_back: set[str] = set()
        for path in reversed(self._files()):
            here: dict[str, Entry] = {}
            _read(path, here, taken_back)
            known = {**here, **known}
            if newest in known or any(entry.previous == newest for entry in known.values()):
                break
        held = [entry for entry in known.values() if entry.id not in taken_back]
        followed: list[Entry] = []
        at = held[-1].id if held else ""
        while at != newest:
            if at not in known:
                return None
            followed.append(known[at])
            at = known[at].previous
        return followed[::-1]

    def is_empty(self) -> bool:
        return not self._files()

    def forget_before(self, day: int) -> None:
        """Deletes the files of the days before `day` (days since 1970), but for the newest: a chain needs its end."""
        for path in self._files()[:-1]:
            if int(path.stem) < day:
                path.unlink()

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"), key=lambda path: int(path.stem))

    def _add(self, record: Mapping[str, object], day: int) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Lines stay in their order, also when the clock is set back.
        day = max(day, *(int(path.stem) for path in self._files()[-1:]), 0)
        path = self.folder / f"{day}.jsonl"
        is_new = not path.exists()
        # The line break in front ends what a power cut may have left.
        line = f"\n{json.dumps(record, separators=(',', ':'))}\n".encode()
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "wb", buffering=0) as file:
            written = file.write(line)
            os.fsync(file.fileno())
        if written != len(line):
            raise OSError(f"{path}: the disk took {written} of {len(line)} bytes")
        if is_new:
            sync(self.folder)
            sync(self.folder.parent)


def _read(path: Path, entries: dict[str, Entry], taken_back: set[str]) -> None:
    """Adds what stands in a file."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                record = json.loads(line)
                checksum = record.pop("sum", None)
                entry = Entry(**record) if checksum else None
            except (ValueError, TypeError, AttributeError):
                continue
            if entry and entry.checksum == checksum:
                entries[entry.id] = entry
            elif "void" in record:
                taken_back.add(record["void"])


def _packed(value: object) -> dict[str, str]:
    assert isinstance(value, bytes | memoryview)
    return {_BYTES: base64.b64encode(value).decode()}


def _unpacked(value: dict[str, str]) -> bytes:
    return base64.b64decode(value[_BYTES])
