"""What the test itself knows was confirmed, and what the database file holds: two records, kept apart, compared."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.demo import Class

Answer = str | tuple[str, ...] | dict[str, Any] | None


@dataclass(frozen=True)
class Child:
    """One turn as it was played; questions that were skipped or not reached are left out."""

    lang: str
    answers: dict[str, Answer]
    end: str = "done"

    @property
    def body(self) -> str:
        given = {key: value for key, value in sorted(self.answers.items()) if value is not None}
        return json.dumps({"lang": self.lang, "end": self.end, "answers": given}, sort_keys=True)


@dataclass
class Ledger:
    """Every turn that ended with a tick, by session. Kept by the test, told by nobody."""

    confirmed: dict[str, list[Child]] = field(default_factory=dict)

    def confirm(self, session: str, child: Child) -> None:
        self.confirmed.setdefault(session, []).append(child)

    def bodies(self, session: str) -> list[str]:
        return sorted(child.body for child in self.confirmed.get(session, []))

    def answers(self, question: str, session: str) -> list[Answer]:
        return [child.answers.get(question) for child in self.confirmed.get(session, [])]


@dataclass(frozen=True)
class Records:
    """Reads the database file directly, past every line of our own code."""

    path: Path

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=20)) as db:
            yield db

    def rows(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        with self._reading() as db:
            return db.execute(statement, values).fetchall()

    def number(self, table: str, session: str) -> int:
        # The names come from the tests themselves.
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE session = ?", session)[0][0])

    def find_class(self, session: str) -> Class:
        (area, grades, pictures, link), *_ = self.rows(
            "SELECT area, grades, pictures, link FROM sessions WHERE id = ?", session
        )
        return Class(session, area, _grades(grades), _pictures(pictures), link)

    def state(self, session: str) -> str:
        return str(self.rows("SELECT state FROM sessions WHERE id = ?", session)[0][0])

    def arrived(self, session: str) -> int:
        found = self.rows("SELECT coalesce(sum(arrived), 0) FROM participation WHERE session = ?", session)
        return int(found[0][0])

    def bodies(self, session: str) -> list[str]:
        """The raw responses of a session that is not closed, in the ledger's writing."""
        stored = [json.loads(body) for (body,) in self.rows("SELECT body FROM responses WHERE session = ?", session)]
        return sorted(Child(body["lang"], _tuples(body["answers"]), body["end"]).body for body in stored)

    def packets(self, session: str) -> dict[str, Counter[str]]:
        """The counts of a closed session's packets, by entry of the ledger; empty cells left out."""
        found: dict[str, Counter[str]] = {}
        for entry, counts in self.rows("SELECT question, counts FROM packets WHERE session = ?", session):
            found[entry] = found.get(entry, Counter()) + Counter(json.loads(counts))
        return found

    def shown(self, session: str) -> dict[str, int]:
        return {
            question: int(shown)
            for question, shown in self.rows(
                "SELECT question, sum(shown) FROM packets WHERE session = ? GROUP BY question", session
            )
        }

    def waiting(self, entry: str) -> list[Counter[str]]:
        """What the answers to an entry of the ledger add that wait anywhere in the consultation."""
        rows = self.rows("SELECT cells FROM waiting WHERE question = ?", entry)
        return [Counter(json.loads(cells)) for (cells,) in rows]


def _tuple(answer: Any) -> Answer:
    return tuple(answer) if isinstance(answer, list) else answer


def _tuples(answers: dict[str, Any]) -> dict[str, Answer]:
    return {question: _tuple(answer) for question, answer in answers.items()}


def _grades(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.replace("-", ",").split(",") if part)


def _pictures(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())
