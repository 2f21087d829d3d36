"""`make load`: a school morning of many classes against the running server, as a table; its books must balance."""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from server.connections import make_room
from server.settings import read_settings
from tests.bench.processes import tyck, wait_for_sounds_of
from tests.load import gauge
from tests.load.books import Books
from tests.load.costs import SPARE, measure_costs, wake
from tests.load.morning import make_morning
from tests.load.play import play
from tests.load.table import draw, print_load


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--classes", type=int, default=100, help="each of 20 tablets and a teacher")
    parser.add_argument("--minutes", type=float, default=10, help="how long each class answers")
    parser.add_argument("--speed", type=float, default=1, help="so many times as fast as children are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", metavar="URL", help="an empty PostgreSQL database")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, and a drawing beside it")
    chosen = parser.parse_args(arguments)
    make_room()
    with tempfile.TemporaryDirectory(prefix="tyck-load-") as folder:
        of = run(Path(folder), chosen)
    print_load(of)
    if chosen.json:
        chosen.json.write_text(json.dumps(of, indent=2, ensure_ascii=False) + "\n", "utf-8")
        chosen.json.with_suffix(".svg").write_text(draw(of), "utf-8")
    return 1 if of["problems"] else 0


def run(data_dir: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """The morning, then what each kind of request costs, then the books."""
    url = chosen.database
    if url:
        os.environ["TYCK_DATABASE_URL"] = url
    settings = read_settings({**os.environ, "TYCK_DATA_DIR": str(data_dir)}, demo=True)
    classes = uvloop.run(make_morning(settings, chosen.classes + SPARE, chosen.minutes, chosen.seed))
    played, spare = classes[: chosen.classes], classes[chosen.classes :]
    books = Books()
    machine = (
        f"{os.cpu_count()} processors, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    of: dict[str, Any] = {"machine": machine, "load_before": os.getloadavg()[0], "lesson_min": chosen.minutes}
    with tyck(data_dir) as server:
        wait_for_sounds_of(server, {each.edition for each in classes})
        uvloop.run(wake(server, spare))
        above, log, size = asyncio.run(gauge.postgres(url)) if url else (0, 0, gauge.file_bytes(data_dir))
        before = gauge.used(above).cpu_s
        of |= uvloop.run(play(server, played, books, chosen.speed, chosen.seed))
        if url:
            _, log_after, size_after = asyncio.run(gauge.postgres(url))
            of |= {
                "postgres_cpu_s": gauge.used(above).cpu_s - before,
                "wal": log_after - log,
                "grown": size_after - size,
            }
        else:
            of["grown"] = gauge.file_bytes(data_dir) - size
        of["components"] = gauge.by_component(server.port, data_dir)
        of["costs_ms"] = uvloop.run(measure_costs(server, spare, books, [above] if above else []))
        of["problems"] = books.problems(url, data_dir)
    return of


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
