"""Data folders that take long to make: made once in a process, and copied for every test that wants one."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from server.store.database import Database
from server.store.migrate import migrate

Made = TypeVar("Made")
Make = Callable[[Path], Coroutine[Any, Any, None]]


def run_aside(work: Coroutine[Any, Any, Made]) -> Made:
    """Runs it to its end in a thread of its own: in this one, a loop may be running."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()


def lay_out(make: Make, folder: Path) -> None:
    """Fills `folder` with what `make` makes of an empty one and leaves closed."""
    shutil.copytree(_make_once(make), folder, dirs_exist_ok=True)


@cache
def _make_once(make: Make) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tyck-copies-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    run_aside(make(folder))
    return folder


def sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'tyck.sqlite3'}"


async def make_tables(url: str) -> None:
    db = Database(url)
    await migrate(db)
    await db.close()


async def make_sqlite(folder: Path) -> None:
    await make_tables(sqlite_url(folder))
