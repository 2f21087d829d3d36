"""What the measured processes use: the server with its children and, when it is on this machine, PostgreSQL."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import asyncpg

_TICKS = os.sysconf("SC_CLK_TCK")
_ANSWERS = re.compile(r'^tyck_answer_seconds_(sum|count)\{.*?kind="(\w+)".*?\} (\S+)$', re.MULTILINE)


@dataclass(frozen=True)
class Used:
    """Processor seconds, resident megabytes (shared pages counted in each process), bytes written to storage."""

    cpu_s: float
    resident_mb: float
    written: int
    processes: int


def used(root: int) -> Used:
    """By a process and all below it; 0 for what has no such process."""
    found = [*_tree(root)] if root else []
    return Used(sum(map(_cpu, found)), sum(map(_resident, found)) / 1e6, sum(map(_written, found)), len(found))


async def postgres(url: str) -> tuple[int, int, int]:
    """PostgreSQL's first process (0 when it runs elsewhere), its log's end and the database's size in bytes."""
    db = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        own = int(await db.fetchval("SELECT pg_backend_pid()"))
        log = int(await db.fetchval("SELECT pg_current_wal_lsn() - '0/0'"))
        size = int(await db.fetchval("SELECT pg_database_size(current_database())"))
    finally:
        await db.close()
    stat = Path(f"/proc/{own}/stat")
    is_here = stat.exists() and "(postgres" in stat.read_text()
    return (_parent(own) if is_here else 0), log, size


def file_bytes(data_dir: Path) -> int:
    """SQLite's file with its log."""
    return sum(path.stat().st_size for path in data_dir.glob("tyck.sqlite3*"))


def by_component(port: int, data_dir: Path) -> dict[str, tuple[int, float]]:
    """/metrics: answers, and the seconds until they began, by kind of address. Of those workers that answer for it."""
    token = (data_dir / "keys" / "metrics.key").read_text().strip()
    asked = Request(f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {token}"})
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for what, kind, value in _ANSWERS.findall(urlopen(asked).read().decode()):
        sums[what, kind] += float(value)
    return {kind: (int(sums["count", kind]), sums["sum", kind]) for what, kind in sums if what == "count"}


def _tree(pid: int) -> Iterator[int]:
    yield pid
    # A process that has ended meanwhile has none.
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in _read(task).split():
                yield from _tree(int(child))


def _cpu(pid: int) -> float:
    """With that of its children which have ended."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _parent(pid: int) -> int:
    return int(_read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[1])


def _resident(pid: int) -> int:
    return sum(int(line.split()[1]) * 1024 for line in _lines_of(pid, "status") if line.startswith("VmRSS"))


def _written(pid: int) -> int:
    return sum(int(line.split()[1]) for line in _lines_of(pid, "io") if line.startswith("write_bytes"))


def _lines_of(pid: int, name: str) -> list[str]:
    return _read(Path(f"/proc/{pid}/{name}")).splitlines()


def _read(path: Path) -> str:
    """Nothing of a process that has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
