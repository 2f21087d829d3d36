"""What a campaign came to, as JSON and as the table in docs/reliability.md. Knows no faults but by their names."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.campaign.episode import Outcome


@dataclass
class Figures:
    seed: str
    episodes: int = 0
    minutes: float = 0.0
    confirmed: int = 0
    requests: int = 0
    turns_in_browsers: int = 0
    recoveries_ms: list[int] = field(default_factory=list)
    recoveries_cpu_ms: list[int] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add(self, name: str, outcome: Outcome) -> None:
        self.episodes += 1
        self.minutes += outcome.seconds / 60
        self.confirmed += outcome.confirmed
        self.requests += outcome.requests
        self.turns_in_browsers += outcome.turns_in_browsers
        self.recoveries_ms += outcome.recoveries_ms
        self.recoveries_cpu_ms += outcome.recoveries_cpu_ms
        self.met += outcome.met
        self.problems += [f"episode {name}: {problem}" for problem in outcome.problems]

    def _sum(self, start: str) -> int:
        return sum(number for name, number in self.met.items() if name.startswith(start))

    @property
    def main(self) -> dict[str, Any]:
        waits = sorted(self.recoveries_ms) or [0]
        return {
            "confirmed responses": self.confirmed,
            "of these in real browsers": self.turns_in_browsers,
            "requests": self.requests,
            "server kills": self._sum("server killed"),
            "restores": self.met["restore"],
            "browser kills": self.met["browser killed"],
            "faults in all": sum(self.met.values()),
            "start after a kill, median ms": waits[len(waits) // 2],
            "start after a kill, longest ms": waits[-1],
            "of it processor time, longest ms": max(self.recoveries_cpu_ms, default=0),
            "lost, doubled, miscounted, drawn anew": len(self.problems),
        }

    def as_json(self) -> str:
        return json.dumps({**asdict(self), "main": self.main, "met": dict(sorted(self.met.items()))}, indent=2) + "\n"

    def as_markdown(self) -> str:
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
        lines = [
            f"Seed `{self.seed}`, {self.episodes} episodes in {self.minutes:.0f} minutes ({machine}).",
            "",
            *_table(("what", "number"), self.main.items()),
            "",
            *_table(("fault", "times"), sorted(self.met.items())),
        ]
        return "\n".join([*lines, *(f"- {problem}" for problem in self.problems)]) + "\n"


def _table(head: tuple[str, str], rows: Iterable[tuple[str, object]]) -> list[str]:
    return [f"| {head[0]} | {head[1]} |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)]
