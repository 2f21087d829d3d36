"""Whether a class notices that another consultation is erased: the 99th percentile of its syncs meanwhile, and quiet.

What a million counted responses leave is written past the server. `python -m tests.bench.erasing` prints it alone.
"""

import argparse
import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.processes import Served, call_load, tyck, wait_for_sounds
from tests.bench.school_day import SchoolDay, make_school_day, tablets_file
from tests.bench.table import erasing_lines, print_lines

SMALL = 100_000
_CHILDREN = 50
_ENTRIES = 10
_RATE = 100.0
"""Syncs a second, each with one response: what some two thousand tablets send."""

_PART_S = 5.0
_QUIET_PARTS = 4
_GONE = "gone"


def measure_erasing(data: Path, tablets: Path, responses: int) -> dict[str, Any]:
    """`data` is that of a school day, and no server runs there."""
    fill(data / "tyck.sqlite3", responses)
    with tyck(data) as server:
        wait_for_sounds(server, data / "tyck.sqlite3")
        _load(server, tablets)
        quiet = [_load(server, tablets) for _ in range(_QUIET_PARTS)]
        began, cpu = time.monotonic(), server.cpu_s()
        _erase(data)
        during = []
        while _stands(data):
            during.append(_load(server, tablets))
        took, cpu = time.monotonic() - began, server.cpu_s() - cpu
        quiet += [_load(server, tablets) for _ in range(_QUIET_PARTS)]
    return {
        "responses": responses,
        "seconds": took,
        "busy": cpu / took,
        "quiet_p99_ms": median(quiet),
        "erasing_p99_ms": median(during),
        "erasing_worst_p99_ms": max(during),
        "ratio": median(during) / median(quiet),
    }


def fill(path: Path, responses: int) -> None:
    """Writes what is left of so many responses in a frozen consultation: keys in their order, so it takes seconds."""
    classes = [f"s_gone{number:06}" for number in range(responses // _CHILDREN)]
    with closing(sqlite3.connect(path)) as db, db:
        area, revision = db.execute("SELECT area, revision FROM sessions LIMIT 1").fetchone()
        db.execute(
            "INSERT INTO consultations (id, area, title_sv, title_fi, cover, frozen, facts, frozen_at)"
            " SELECT ?, area, 'Borta', 'Poissa', cover, 1, facts, 1 FROM consultations LIMIT 1",
            (_GONE,),
        )
        db.executemany(
            "INSERT INTO sessions (id, consultation, area, grades, counts_in_school, revision, profile, state, link)"
            " VALUES (?, ?, ?, '1', 0, ?, 'short', 'closed', ?)",
            ((each, _GONE, area, revision, each) for each in classes),
        )
        marks = ((each, f"{number:043}") for each in classes for number in range(_CHILDREN))
        db.executemany("INSERT INTO tombstones VALUES (?, ?)", marks)
        db.executemany("INSERT INTO participation VALUES (?, 20000, ?, 0)", ((each, _CHILDREN) for each in classes))
        packets = (
            (f"{each}{entry:022}", _GONE, f"q{entry}", area, each) for each in classes for entry in range(_ENTRIES)
        )
        db.executemany(
            "INSERT INTO packets (id, consultation, poll, question, school, grades, session, language, shown, counts)"
            """ VALUES (?, ?, 'p', ?, ?, '1', ?, 'fi', 49, '{"forest": 20, "water": 19, "swing": 10}')""",
            packets,
        )


def _load(server: Served, tablets: Path) -> float:
    """The 99th percentile of some seconds, in ms."""
    order = {"port": server.port, "query": "", "tablets": str(tablets), "connections": 32, "items": 1}
    order |= {"seconds": _PART_S, "most": int(_RATE * _PART_S) + 32, "rate": _RATE, "first_tablet": 0}
    done = call_load(order)
    if done["failures"] or done["stored"] != done["requests"]:
        raise SystemExit(f"Not every response was stored: {done}")
    return float(done["p99_ms"])


def _erase(data: Path) -> None:
    command = [sys.executable, "-m", "server", "consultation", "erase", _GONE, "--yes"]
    subprocess.run(command, check=True, env={**os.environ, "TYCK_DATA_DIR": str(data)}, stdout=subprocess.DEVNULL)


def _stands(data: Path) -> bool:
    with closing(sqlite3.connect(f"file:{data / 'tyck.sqlite3'}?mode=ro", uri=True)) as db:
        return db.execute("SELECT 1 FROM consultations WHERE id = ?", (_GONE,)).fetchone() is not None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.erasing", description=__doc__)
    parser.add_argument("--responses", type=int, default=SMALL, help="how many the erased consultation had")
    chosen = parser.parse_args()
    os.environ.setdefault("TYCK_VOICE", "off")
    with tempfile.TemporaryDirectory(prefix="tyck-erasing-") as name:
        folder = Path(name)
        day: SchoolDay = asyncio.run(make_school_day(folder / "data"))
        measured = measure_erasing(folder / "data", tablets_file(folder, day), chosen.responses)
    print_lines(erasing_lines(measured))


if __name__ == "__main__":
    main()
