"""Our own secrets: files beside the database, made at first start, readable by their owner only."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def load_key(data_dir: Path, name: str) -> bytes:
    """The 32 random bytes of key `name`, made when missing."""
    folder = data_dir / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{name}.key"
    if not path.exists():
        _write_once(path, secrets.token_bytes(32))
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
