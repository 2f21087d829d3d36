"""One process at a time keeps a data directory: whoever serves or restores it holds a lock on a file there."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FILE = "server.lock"
_TRIES = 10
_AGAIN_S = 0.02


class InUse(Exception):
    """Another process serves or restores this data directory."""


@contextmanager
def hold(data_dir: Path) -> Iterator[int]:
    """Keeps the data directory for this process; however it ends, the lock ends with it, and with those to whom it has
    handed the file's number. Raises InUse.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(data_dir / _FILE, os.O_CREAT | os.O_RDWR, 0o600), "rb") as file:
        for tries_left in reversed(range(_TRIES)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not tries_left:
                    raise InUse from None
            # Whoever only looks is gone in an instant.
            time.sleep(_AGAIN_S)
        yield file.fileno()


def is_held(data_dir: Path) -> bool:
    """Whether a process serves or restores this data directory just now. Writes nothing, sees no other who looks."""
    try:
        with (data_dir / _FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
