"""What a response costs in a database that holds a thousand, a hundred thousand, a million of them: always the same.

Processor time of the server's own use cases on real files, the sizes in turns. Nothing stands between: no HTTP, whose
cost does not know the database. `python -m tests.bench.constancy --most 10000000` prints it alone.
"""

import argparse
import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from server.domain.grants import Grant
from server.domain.sessions import Session
from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.journal import Journal
from tests.bench.table import constancy_lines, print_lines
from tests.copies import make_sqlite, sqlite_url
from tests.town import Town, build_town, item

MOST = 1_000_000
_CHILDREN = 50
_CLASSES = 12
_TURNS = 20
_SINGLES = 24
_BATCHES = 6
_BATCH = 10
_ANSWERS = {"q1": "forest"}


@dataclass
class Full:
    """A database that holds `stored` responses, and the classes that answer there."""

    stored: int
    town: Town
    tablets: list[Grant]


async def measure_constancy(folder: Path, most: int = MOST) -> dict[str, float]:
    """Microseconds of processor time for each response, by kind and size; `most` is the largest size."""
    sizes = [size for size in (1_000, 100_000, 1_000_000, 10_000_000) if size <= most]
    full = [await _open(folder / str(size), size) for size in sizes]
    taken: dict[str, list[float]] = {f"{kind}_{size}": [] for kind in ("single", "batch", "closing") for size in sizes}
    for turn in range(_TURNS):
        for one in full[turn % len(full) :] + full[: turn % len(full)]:
            for kind, cost in (await _turn(one, turn)).items():
                taken[f"{kind}_{one.stored}"].append(cost)
    for one in full:
        await one.town.db.close()
    return {name: median(costs) * 1e6 for name, costs in taken.items()}


async def _turn(full: Full, turn: int) -> dict[str, float]:
    """Seconds of processor time of one response in a request of its own, of one among ten, and at closing."""
    town, tablets = full.town, full.tablets
    singles = [(tablets[number % len(tablets)], 1) for number in range(_SINGLES)]
    batches = [(tablets[(turn + number) % len(tablets)], _BATCH) for number in range(_BATCHES)]
    session = await town.session(children=_CHILDREN)
    await _deliver(town, [(await town.tablet(session), _CHILDREN)])
    return {
        "single": await _cpu(_deliver(town, singles)) / _SINGLES,
        "batch": await _cpu(_deliver(town, batches)) / (_BATCHES * _BATCH),
        "closing": await _cpu(_close(town, session)) / _CHILDREN,
    }


async def _deliver(town: Town, requests: list[tuple[Grant, int]]) -> None:
    for tablet, number in requests:
        outcome = await town.deliver(tablet, *[item(tablet, _ANSWERS) for _ in range(number)])
        if {receipt.status for receipt in outcome.receipts.values()} != {"stored"}:
            raise SystemExit("Not every response was stored.")


async def _close(town: Town, session: Session) -> None:
    await town.close(session)


async def _cpu(work: Awaitable[None]) -> float:
    began = time.process_time()
    await work
    return time.process_time() - began


async def _open(folder: Path, stored: int) -> Full:
    await make_sqlite(folder)
    db = Database(sqlite_url(folder), Journal(folder / "journal"))
    town = await build_town(db, Revisions(db), Live())
    # Responses of one class are one behind the other: those who answer lie among those who did, wherever they fall.
    tablets = [await town.tablet(await town.session(grades=(1,), children=10_000)) for _ in range(_CLASSES)]
    await asyncio.to_thread(_fill, folder / "tyck.sqlite3", item(tablets[0], _ANSWERS)["body"], stored)
    return Full(stored, town, tablets)


def _fill(path: Path, body: str, stored: int) -> None:
    """Classes of fifty that have answered and are still open, their keys in order."""
    classes = [f"s_{number * 2**16:021x}" for number in range(stored // _CHILDREN)]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA synchronous=OFF")
        named = "id, consultation, area, grades, counts_in_school, revision, profile, state, link"
        like = "SELECT ?, consultation, area, grades, counts_in_school, revision, profile, state, ? FROM sessions"
        db.executemany(f"INSERT INTO sessions ({named}) {like} LIMIT 1", ((each, each) for each in classes))
        rows = ((each, f"{number:036}", body) for each in classes for number in range(_CHILDREN))
        db.executemany("INSERT INTO responses VALUES (?, ?, ?)", rows)
        marks = ((each, f"{number:043}") for each in classes for number in range(_CHILDREN))
        db.executemany("INSERT INTO tombstones VALUES (?, ?)", marks)
        db.executemany("INSERT INTO participation VALUES (?, 20000, ?, 0)", ((each, _CHILDREN) for each in classes))
        db.executemany("INSERT INTO commits (tag) VALUES (?)", (("0123abcd",) for _ in range(stored // 10)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.constancy", description=__doc__)
    parser.add_argument("--most", type=int, default=MOST, help="how many responses the largest database holds")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tyck-constancy-") as folder:
        measured = asyncio.run(measure_constancy(Path(folder), chosen.most))
    print_lines(constancy_lines(measured))


if __name__ == "__main__":
    main()
