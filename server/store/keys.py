"""Our own secrets: files beside the database, made at first start, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def load_key(data_dir: Path, name: str) -> bytes:
    """The 32 random bytes of key `name`, made when missing."""
    return load_made(data_dir, name, lambda: secrets.token_bytes(32))


def load_token(data_dir: Path, name: str) -> bytes:
    """A key of letters, which programs of others show us; made when missing."""
    return load_made(data_dir, name, lambda: secrets.token_urlsafe(32).encode()).strip()


def load_made(data_dir: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """A key of another shape, which `make` makes when missing."""
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.key"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        _write_once(path, make())
    return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    """A crash leaves no half key, and of two processes starting at once the first one's key stays."""
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    sync(path.parent)


def sync(path: Path) -> None:
    """What stands in a file, or the names in a folder, stay after a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
