"""`make bench`: every measure in one run, as a table and as JSON. Knows what to aim for, not how it is measured."""

import argparse
import asyncio
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.constancy import MOST, measure_constancy
from tests.bench.erasing import SMALL, measure_erasing
from tests.bench.first_load import measure_first_load
from tests.bench.paint import measure_paint
from tests.bench.postgres import measure_postgres
from tests.bench.processes import bare, tyck, wait_for_sounds
from tests.bench.raw_sqlite import RawSqlite
from tests.bench.recovery import measure_recovery
from tests.bench.responses import Responses
from tests.bench.results import measure_results
from tests.bench.school_day import SchoolDay, make_school_day, tablets_file
from tests.bench.streams import measure_events, open_streams
from tests.bench.table import print_table
from tests.bench.tap import measure_taps
from tests.bench.turns import measure_turns
from tests.bench.utility import measure_utility
from tests.bench.workshop import measure_workshop


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of after the table")
    parser.add_argument("--rounds", type=int, default=5, help="how often each load runs; the median counts")
    parser.add_argument("--erased", type=int, default=SMALL, help="how many responses the erased consultation had")
    parser.add_argument("--stored", type=int, default=MOST, help="how many responses the largest database holds")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tyck-bench-") as folder:
        measured = _measure(Path(folder), chosen.rounds, chosen.erased, chosen.stored)
    print_table(measured)
    text = json.dumps(measured, indent=2)
    if chosen.json:
        chosen.json.write_text(text + "\n", "utf-8")
    else:
        print(text)


def _measure(folder: Path, rounds: int, erased: int, stored: int) -> dict[str, Any]:
    started = time.monotonic()
    data = folder / "data"
    day = asyncio.run(make_school_day(data))
    measured: dict[str, Any] = {"machine": _machine(), "load_before": os.getloadavg()[0]}
    with tyck(data) as server:
        wait_for_sounds(server, data / "tyck.sqlite3")
        measured["memory_mb"] = {"idle": server.resident_mb()}
        measured["first_load_bytes"] = measure_first_load(server, day.link)
        with bare() as beside:
            raw = RawSqlite(folder, day)
            responses = Responses(server, beside, raw, data / "tyck.sqlite3", tablets_file(folder, day), _revision(day))
            measured["responses"] = responses.measure(rounds, steady_s=10)
        measured["events"] = asyncio.run(measure_events(server, day, seconds=12))
        measured["memory_mb"]["after_load"] = server.resident_mb()
        measured["memory_mb"]["streams"] = asyncio.run(open_streams(server, day))
        measured["paint"] = measure_paint(server, day.link)
        measured["tap"] = measure_taps(server, day.link)
        measured["turns"] = measure_turns(server, day.link)
    measured["recovery"] = measure_recovery(data, day, tablets_file(folder, day), rounds)
    measured["erasing"] = measure_erasing(data, tablets_file(folder, day), erased)
    measured["postgres"] = measure_postgres(_inside(folder, "postgres"), rounds)
    measured["constancy"] = asyncio.run(measure_constancy(_inside(folder, "constancy"), stored))
    measured["results"] = asyncio.run(measure_results(_inside(folder, "results")))
    measured["workshop"] = asyncio.run(measure_workshop(_inside(folder, "workshop")))
    measured["utility"] = asyncio.run(measure_utility(_inside(folder, "utility")))
    measured["seconds"] = time.monotonic() - started
    return measured


def _inside(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _revision(day: SchoolDay) -> str:
    return str(json.loads(day.body)["revision"])


def _machine() -> str:
    return f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


if __name__ == "__main__":
    main()
