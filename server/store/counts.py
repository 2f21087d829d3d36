"""How often something was tried, counted once for all workers: a small file beside the database, new at every start.

Holds no name and no address: what is counted stands there only as a keyed digest.
"""

import hashlib
import sqlite3
import time
from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS counts
(quota TEXT NOT NULL, key BLOB NOT NULL, taken INTEGER NOT NULL, ends_at REAL NOT NULL, PRIMARY KEY (quota, key))
WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS counts_ends_at ON counts (ends_at)"
_FORGET = "DELETE FROM counts WHERE ends_at <= ?"
_FIND = "SELECT taken FROM counts WHERE quota = ? AND key = ? AND ends_at > ?"
_ADD = """
INSERT INTO counts VALUES (?, ?, 1, ?) ON CONFLICT (quota, key) DO UPDATE SET taken = taken + 1 RETURNING taken
"""


class Counts:
    """Every call takes some microseconds, also while other processes count: nothing of it has to survive a crash."""

    def __init__(self, file: Path, key: bytes) -> None:
        """`key` makes the digests; the same for all who share the file. Its folder is there."""
        self._key = hashlib.blake2b(key, digest_size=32).digest()
        self._db = sqlite3.connect(file, isolation_level=None, timeout=1)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", _TABLE, _INDEX):
            self._db.execute(statement)

    def find(self, quota: str, key: str) -> int:
        """How many were taken in the window that runs."""
        row = self._db.execute(_FIND, (quota, self._digest(key), time.monotonic())).fetchone()
        return row[0] if row else 0

    def add(self, quota: str, key: str, window_s: float) -> int:
        """One more: how many it makes in the window, which begins with the first."""
        now = time.monotonic()
        self._db.execute(_FORGET, (now,))
        [(taken,)] = self._db.execute(_ADD, (quota, self._digest(key), now + window_s)).fetchall()
        return int(taken)

    def _digest(self, key: str) -> bytes:
        return hashlib.blake2b(key.encode(), key=self._key, digest_size=16).digest()
