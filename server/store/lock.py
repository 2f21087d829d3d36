"""One process at a time keeps a data directory: whoever serves or restores it holds a lock on a file there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FILE = "server.lock"


class InUse(Exception):
    """Another process serves or restores this data directory."""


@contextmanager
def hold(data_dir: Path) -> Iterator[int]:
    """Keeps the data directory for this process; however it ends, the lock ends with it, and with those to whom it has
    handed the file's number. Raises InUse.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(data_dir / _FILE, os.O_CREAT | os.O_RDWR, 0o600), "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse from None
        yield file.fileno()


def is_held(data_dir: Path) -> bool:
    """Whether a process serves or restores this data directory just now."""
    if not (data_dir / _FILE).exists():
        return False
    try:
        with hold(data_dir):
            return False
    except InUse:
        return True
