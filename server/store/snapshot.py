"""Consistent copies of an SQLite database in use, and whether a copy is whole. Works for databases of every version."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import make_url

_PAGES = 2048
"""How many pages are copied between two words on how far it has come."""

Told = Callable[[int, int], None]
"""Hears how much is done, and of how much."""


class Broken(Exception):
    """A database that cannot be read or copied whole; the text says why."""


@dataclass(frozen=True)
class Contents:
    """The schema a database has (an Alembic revision), how many rows by table, and which consultations are frozen."""

    schema: str
    counts: dict[str, int]
    frozen: frozenset[str]


def database_file(url: str) -> Path | None:
    """The file of an SQLite database by its SQLAlchemy URL, None for another engine."""
    named = make_url(url)
    return Path(named.database or "") if named.get_backend_name() == "sqlite" else None


def copy_database(source: Path, target: Path, told: Told) -> None:
    """Copies one moment of a database that others may write to; `told` hears pages. Raises Broken."""
    with _reading(source, in_use=True) as live:
        # The moment is held from here on: without it, every commit of the server would begin the copy anew.
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        try:
            with closing(sqlite3.connect(target)) as copy:
                live.backup(copy, pages=_PAGES, progress=lambda _state, left, pages: told(pages - left, pages))
        except sqlite3.Error as error:
            raise Broken(f"The database cannot be copied: {error}") from error


def read_contents(path: Path) -> Contents:
    """What a copy that nobody writes to holds. Raises Broken, also for what is no database of ours."""
    with _reading(path, in_use=False) as db:
        named = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        counts = {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in named}
        (schema,) = db.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
        frozen = frozenset(id_ for (id_,) in db.execute("SELECT id FROM consultations WHERE frozen"))
        return Contents(schema, counts, frozen)


def check_whole(path: Path, *, in_use: bool = False) -> None:
    """Reads every page; `in_use` when others may write meanwhile. Raises Broken."""
    with _reading(path, in_use=in_use) as db:
        (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise Broken(f"The database is damaged: {found.splitlines()[-1]}")


def list_dangling(path: Path) -> list[str]:
    """The tables with rows that point to rows which are not there. Raises Broken."""
    with _reading(path, in_use=True) as db:
        return sorted({row[0] for row in db.execute("PRAGMA foreign_key_check")})


@contextmanager
def _reading(path: Path, *, in_use: bool) -> Iterator[sqlite3.Connection]:
    # A reader of a file that may change leaves two more files beside it.
    how = "mode=ro" if in_use else "mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=5)) as db:
            yield db
    except sqlite3.Error as error:
        raise Broken(f"The database cannot be read: {error}") from error
