"""Responses per second: the real server, the bare route and raw SQLite, in turns: all meet the same noise."""

import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.processes import Served, call_load
from tests.bench.raw_sqlite import RawSqlite

CONNECTIONS = 64
BATCH = 10
RETURNING = 300
STEADY = 1000
_ROUND_S = 2.0
_RAW_S = 0.5
_RETURN_S = 30.0
_MOST_PER_S = 14_000


@dataclass
class Responses:
    """`rounds` holds one list of measures per name."""

    server: Served
    bare: Served
    raw: RawSqlite
    database: Path
    tablets: Path
    revision: str
    rounds: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, rounds: int, steady_s: float) -> dict[str, float]:
        """Medians over the rounds, and one steady load on each."""
        for served in (self.server, self.bare):
            self._load(served, seconds=0.5)
        for _ in range(rounds):
            self._round()
        medians = {name: median(values) for name, values in self.rounds.items()}
        for name, served in (("steady", self.server), ("bare_steady", self.bare)):
            steady = self._load(served, seconds=steady_s, rate=float(STEADY))
            medians |= {f"{name}_p50_ms": steady["p50_ms"], f"{name}_p99_ms": steady["p99_ms"]}
        # After an outage they all come at once, each with what it could not send.
        back = self._load(self.server, items=BATCH, seconds=_RETURN_S, connections=RETURNING, most=RETURNING)
        return medians | {"returning_p50_ms": back["p50_ms"], "returning_p99_ms": back["p99_ms"]}

    def _round(self) -> None:
        bare = self._load(self.bare)
        before = self._kept()
        single = self._load(self.server)
        between = self._kept()
        batch = self._load(self.server, items=BATCH)
        bare_batch = self._load(self.bare, items=BATCH)
        groups = [_group(before, between), _group(between, self._kept())]
        self._note(
            bare_per_s=bare["per_s"],
            single_per_s=single["per_s"],
            single_ratio=single["per_s"] / bare["per_s"],
            cpu_ratio=bare["cpu_us"] / single["cpu_us"],
            bare_cpu_us=bare["cpu_us"],
            single_cpu_us=single["cpu_us"],
            single_p50_ms=single["p50_ms"],
            single_p99_ms=single["p99_ms"],
            batch_per_s=batch["per_s"] * BATCH,
            bare_batch_per_s=bare_batch["per_s"] * BATCH,
            client_busy=max(each["busy"] for each in (bare, single, batch, bare_batch)),
            single_group=groups[0],
            batch_group=groups[1],
            raw_one_per_s=self.raw.rows_per_second(1, _RAW_S),
            raw_single_group_per_s=self.raw.rows_per_second(max(1, round(groups[0])), _RAW_S),
            raw_batch_group_per_s=self.raw.rows_per_second(max(1, round(groups[1])), _RAW_S),
        )

    def _note(self, **measures: float) -> None:
        for name, value in measures.items():
            self.rounds.setdefault(name, []).append(value)

    def _load(
        self,
        served: Served,
        *,
        items: int = 1,
        seconds: float = _ROUND_S,
        rate: float | None = None,
        connections: int = CONNECTIONS,
        most: int | None = None,
    ) -> Any:
        """`most` requests in all, else as many as may be needed."""
        before = served.cpu_s()
        done = call_load(
            {
                "port": served.port,
                "query": f"?revision={self.revision}" if served == self.bare else "",
                "tablets": str(self.tablets),
                "connections": connections,
                "items": items,
                "seconds": seconds,
                "most": most or int((rate or _MOST_PER_S / items) * seconds) + CONNECTIONS,
                "first_tablet": random.randrange(1_000_000),
                "rate": rate,
            }
        )
        if done["failures"] or (served == self.server and done["stored"] != done["requests"] * items):
            raise SystemExit(f"Not every response was stored: {done}")
        return {
            **done,
            "per_s": done["requests"] / done["seconds"],
            "cpu_us": (served.cpu_s() - before) / done["requests"] * 1e6,
        }

    def _kept(self) -> tuple[int, int]:
        """Commits and responses in the server's database."""
        db = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        try:
            [(commits,)] = db.execute("SELECT COALESCE(MAX(seq), 0) FROM commits")
            [(responses,)] = db.execute("SELECT COUNT(*) FROM responses")
        finally:
            db.close()
        return commits, responses


def _group(before: tuple[int, int], after: tuple[int, int]) -> float:
    """Responses per commit."""
    return (after[1] - before[1]) / max(1, after[0] - before[0])
