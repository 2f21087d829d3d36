"""Accepted responses on PostgreSQL, by one worker and by two, beside what pgbench inserts into the same server.

A server of its own that writes durably, from the machine's binaries. `python -m tests.bench.postgres` prints it alone.
"""

import argparse
import asyncio
import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.processes import Served, call_load, tyck
from tests.bench.school_day import SESSIONS, SchoolDay, make_school_day, tablets_file
from tests.bench.table import postgres_lines, print_lines
from tests.load.gauge import used
from tests.postgres import Cluster, start_cluster

_WORKERS = (1, 2)
_CONNECTIONS = 64
_SECONDS = 3
_MOST_PER_S = 10_000
_TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)
_NUMBER = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_TABLE = "CREATE TABLE rows (session text, id text, body text, PRIMARY KEY (session, id))"
_INSERT = """\\set session random(1, {sessions})
INSERT INTO rows VALUES ('s_' || repeat('x', 20) || :session, gen_random_uuid()::text, repeat('x', {size}));
"""


def measure_postgres(folder: Path, rounds: int) -> dict[str, float]:
    """Responses and transactions per second and the processor time of one, pgbench's own included, in turns.

    Empty when PostgreSQL or pgbench is not installed.
    """
    cluster = start_cluster(durable=True)
    if cluster is None or not (cluster.binaries / "pgbench").exists():
        return {}
    taken: dict[str, list[float]] = {}
    with cluster, ExitStack() as servers:
        loads = []
        for workers in _WORKERS:
            here = folder / str(workers)
            (here / "data").mkdir(parents=True)
            url = cluster.new_database()
            day = asyncio.run(make_school_day(here / "data", url))
            server = servers.enter_context(_served(here / "data", url, workers))
            loads.append((f"workers_{workers}", server, tablets_file(here, day)))
        beside = _Pgbench(cluster, folder, day)
        for number in range(rounds + 1):
            figures = dict[str, float]()
            for name, server, tablets in loads:
                before = used(server.pid).cpu_s + _cpu_s(cluster)
                done = _load(server, tablets)
                after = used(server.pid).cpu_s + _cpu_s(cluster)
                figures[name] = done["requests"] / done["seconds"]
                figures[f"{name}_cpu_us"] = (after - before) / done["requests"] * 1e6
            figures |= beside.measure()
            if number:  # once everything has been used
                for name, figure in figures.items():
                    taken.setdefault(name, []).append(figure)
    return {name: median(values) for name, values in taken.items()}


@contextmanager
def _served(data: Path, url: str, workers: int) -> Iterator[Served]:
    chosen = {"TYCK_DATABASE_URL": url, "TYCK_WORKERS": str(workers), "TYCK_VOICE": "off"}
    before = {name: os.environ.get(name) for name in chosen}
    os.environ.update(chosen)
    try:
        with tyck(data) as server:
            yield server
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _cpu_s(cluster: Cluster) -> float:
    """Of PostgreSQL's processes, and of those that have ended."""
    return used(int((cluster.folder / "data/postmaster.pid").read_text("utf-8").split()[0])).cpu_s


def _load(server: Served, tablets: Path) -> dict[str, Any]:
    order = {"port": server.port, "query": "", "tablets": str(tablets), "connections": _CONNECTIONS, "items": 1}
    done: dict[str, Any] = call_load({**order, "seconds": _SECONDS, "most": _MOST_PER_S * _SECONDS})
    if done["failures"] or done["stored"] != done["requests"]:
        raise SystemExit(f"Not every response was stored: {done}")
    return done


class _Pgbench:
    """Rows of the same size with keys like ours, one a transaction, from as many connections."""

    def __init__(self, cluster: Cluster, folder: Path, day: SchoolDay) -> None:
        database = cluster.new_database().rpartition("/")[2]
        self._where = ("-h", "127.0.0.1", "-p", str(cluster.port), "-U", "tyck", database)
        self._program = str(cluster.binaries / "pgbench")
        self._cluster = cluster
        self._script = folder / "insert.sql"
        self._script.write_text(_INSERT.format(sessions=SESSIONS, size=len(day.body)), "utf-8")
        psql = str(cluster.binaries / "psql")
        subprocess.run([psql, *self._where, "-q", "-c", _TABLE], check=True)

    def measure(self) -> dict[str, float]:
        how = ("-n", "-M", "prepared", "-c", str(_CONNECTIONS), "-j", "2", "-T", str(_SECONDS), "-f", str(self._script))
        before = _cpu_s(self._cluster) + _children_s()
        done = subprocess.run([self._program, *how, *self._where], check=True, capture_output=True, text=True)
        used_s = _cpu_s(self._cluster) + _children_s() - before
        rate, number = _TPS.search(done.stdout), _NUMBER.search(done.stdout)
        if rate is None or number is None:
            raise SystemExit(f"pgbench said: {done.stdout}")
        return {"pgbench": float(rate[1]), "pgbench_cpu_us": used_s / int(number[1]) * 1e6}


def _children_s() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.postgres", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tyck-postgres-") as folder:
        print_lines(postgres_lines(measure_postgres(Path(folder), chosen.rounds)))


if __name__ == "__main__":
    main()
