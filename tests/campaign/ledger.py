"""The campaign's own books: what was confirmed where, kept outside the system, and compared with the database file.

The law: confirmed ⊆ stored ∪ held ∪ counted ∪ late ⊆ confirmed ∪ not known, each id once; what was closed stays closed
and no packet ever changes; every count is exact.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.records import Child
from tests.campaign.children import added

_NEEDED = 6
"""Answers that a packet of an ordinary question needs (docs/privacy.md)."""
_RECEIVED = """
    SELECT question, sum(number) FROM figures
     WHERE cell = '#received' AND school = '' AND grades = '' AND language = '' GROUP BY question
"""


@dataclass
class Turn:
    """`ticked` when a tick was seen, so that it must be kept; else it may be."""

    session: str
    child: Child
    ticked: bool = False


@dataclass(frozen=True)
class Found:
    """The database file as it stands, past every line of our own code."""

    states: dict[str, str]
    profiles: dict[str, str]
    responses: set[tuple[str, str]]
    held: set[tuple[str, str]]
    marks: set[tuple[str, str]]
    arrived: Counter[str]
    late: Counter[str]
    packets: dict[str, tuple[Any, ...]]
    waiting: dict[str, list[Counter[str]]]
    received: Counter[str]
    ideas: set[str]
    intact: str


@dataclass
class Ledger:
    data: Path
    turns: dict[str, Turn] = field(default_factory=dict)
    ideas: dict[str, tuple[str, bool]] = field(default_factory=dict)
    attention: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    discarded: set[str] = field(default_factory=set)
    packets: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    at_freeze: set[tuple[str, str]] | None = None
    late: set[tuple[str, str]] = field(default_factory=set)
    went_back_since_freeze: bool = False
    _writing: threading.Lock = field(default_factory=threading.Lock)

    # what happens

    def begin(self, item_id: str, session: str, child: Child) -> None:
        """About to be confirmed: from now on it may be found, and need not."""
        with self._writing:
            self.turns[item_id] = Turn(session, child)

    def tick(self, item_id: str, ideas: Iterable[str] = ()) -> None:
        """The tablet has shown the tick."""
        with self._writing:
            turn = self.turns[item_id]
            turn.ticked = True
            for idea in ideas:
                self.ideas[idea] = (turn.session, True)

    def begin_ideas(self, session: str, ideas: Iterable[str]) -> None:
        with self._writing:
            self.ideas.update(dict.fromkeys(ideas, (session, False)))

    def excuse(self, keys: Iterable[str]) -> None:
        """A tablet was emptied: what it alone held may be gone."""
        with self._writing:
            for key in keys:
                if idea := key.partition("ideas/")[2]:
                    self.ideas[idea] = (self.ideas[idea][0], False)
                elif key in self.turns:
                    self.turns[key].ticked = False

    @property
    def confirmed(self) -> int:
        return sum(turn.ticked for turn in [*self.turns.values()])

    # what is found

    def note_freeze(self) -> None:
        self.at_freeze = self.read().marks

    def read(self) -> Found:
        path = self.data / "tyck.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as db:
            db.execute("BEGIN")
            waiting = defaultdict(list)
            for question, cells in db.execute("SELECT question, cells FROM waiting"):
                waiting[question].append(Counter(json.loads(cells)))
            days = db.execute("SELECT session, sum(arrived), sum(late) FROM participation GROUP BY session").fetchall()
            return Found(
                states=dict(db.execute("SELECT id, state FROM sessions").fetchall()),
                profiles=dict(db.execute("SELECT id, profile FROM sessions").fetchall()),
                responses=set(db.execute("SELECT session, id FROM responses").fetchall()),
                held=set(db.execute("SELECT session, id FROM held").fetchall()),
                marks=set(db.execute("SELECT session, mark FROM tombstones").fetchall()),
                arrived=Counter({session: arrived for session, arrived, _ in days}),
                late=Counter({session: late for session, _, late in days}),
                packets={row[0]: row for row in db.execute("SELECT * FROM packets")},
                waiting=waiting,
                received=Counter(dict(db.execute(_RECEIVED).fetchall())),
                ideas={idea for (idea,) in db.execute("SELECT id FROM ideas")},
                intact=db.execute("PRAGMA integrity_check").fetchone()[0],
            )

    def check(self, *, waiting: Collection[str] = ()) -> list[str]:
        """What is wrong now; `waiting` are the ids that still lie on tablets, and so may be missing."""
        with self._writing:
            turns, ideas = dict(self.turns), dict(self.ideas)
        found = self.read()
        marks = self._marks(turns)
        return [
            *([] if found.intact == "ok" else [f"the database is damaged: {found.intact}"]),
            *self._check_counts(found, turns, marks),
            *self._check_places(found, turns, marks, waiting),
            *self._check_closed(found),
            *self._check_ideas(found, ideas, waiting),
            *self._check_packets(found, turns, marks),
        ]

    def _marks(self, turns: dict[str, Turn]) -> dict[tuple[str, str], str]:
        key = (self.data / "keys" / "grants.key").read_bytes()
        return {
            (turn.session, hmac.new(key, f"{turn.session}/{id_}".encode(), hashlib.sha256).hexdigest()): id_
            for id_, turn in turns.items()
        }

    def _check_places(
        self, found: Found, turns: dict[str, Turn], marks: dict[tuple[str, str], str], waiting: Collection[str]
    ) -> list[str]:
        places: Counter[str] = Counter(id_ for _, id_ in found.responses)
        # From the freeze on the HMAC of its id stands for what is held.
        places += Counter(marks.get(each, each[1]) for each in found.held)
        places += Counter(marks.get(mark, "") for mark in found.marks)
        problems = [f"doubled: {id_}" for id_, number in places.items() if id_ in turns and number > 1]
        # Of what came after the freeze only the number is kept, and a restore may take it back (docs/reliability.md).
        came_late = {marks[mark] for mark in self.late if mark in marks} if self.went_back_since_freeze else set()
        excused = {*waiting, *self.attention, *came_late}
        strangers = [id_ for id_ in places if id_ not in turns]
        for id_, turn in turns.items():
            if turn.session in self.discarded:
                if places[id_]:
                    problems.append(f"back from a discarded session: {id_}")
            elif turn.ticked and not places[id_] and id_ not in excused:
                problems.append(f"lost: {id_} of {turn.session} ({found.states.get(turn.session)})")
        return problems + [f"not ours: {id_ or 'a tombstone'}" for id_ in strangers]

    def _check_counts(self, found: Found, turns: dict[str, Turn], marks: dict[tuple[str, str], str]) -> list[str]:
        late = self._late(found)
        self.late |= late
        arrived = Counter(session for session, _ in found.responses)
        arrived += Counter(session for session, _ in found.marks - late)
        problems = []
        for session in arrived.keys() | found.arrived.keys():
            if arrived[session] != found.arrived[session]:
                problems.append(f"arrived {found.arrived[session]}, are {arrived[session]}: {session}")
        told, are = found.late.total(), len(late)
        if told != are and not (self.went_back_since_freeze and told <= are):
            problems.append(f"late {told}, are {are}")
        return problems

    def _late(self, found: Found) -> set[tuple[str, str]]:
        return set() if self.at_freeze is None else found.marks - self.at_freeze

    def _check_closed(self, found: Found) -> list[str]:
        problems = [f"open again: {session}" for session in self.closed if found.states.get(session) != "closed"]
        problems += [f"not discarded: {one}" for one in self.discarded if found.states.get(one) != "discarded"]
        for id_, row in self.packets.items():
            if found.packets.get(id_) != row:
                problems.append(f"a packet changed or went: {id_}")
        once = Counter(
            (row[1:8]) for row in found.packets.values() if row[6]
        )  # a session's, by question: it closes once
        problems += [f"drawn twice: {place}" for place, number in once.items() if number > 1]
        self.packets.update(found.packets)
        return problems

    def _check_ideas(self, found: Found, ideas: dict[str, tuple[str, bool]], waiting: Collection[str]) -> list[str]:
        problems = [f"not ours: idea {idea}" for idea in found.ideas - ideas.keys()]
        for idea, (session, ticked) in ideas.items():
            excused = session in self.discarded or self.at_freeze is not None or f"ideas/{idea}" in waiting
            if ticked and not excused and idea not in found.ideas:
                problems.append(f"lost: idea {idea} of {session}")
        return problems

    def _check_packets(self, found: Found, turns: dict[str, Turn], marks: dict[tuple[str, str], str]) -> list[str]:
        """Everything counted is in a packet, waits, or (at the top, after the freeze) is left over: exactly."""
        late = self._late(found)
        counted = [turns[marks[mark]] for mark in found.marks - late if mark in marks]
        given = added((found.profiles[turn.session], turn.child) for turn in counted)
        problems = []
        for entry, each in given.items():
            mine = [row for row in found.packets.values() if row[3] == entry]
            shown = sum((Counter(json.loads(row[9])) for row in mine), Counter())
            number = sum(row[8] for row in mine)
            still = found.waiting.get(entry, [])
            total = sum(each, Counter())
            left_over = len(each) - number - len(still)
            if found.received[entry] != len(each):
                problems.append(f"{entry}: received {found.received[entry]}, are {len(each)}")
            if self.at_freeze is None:
                rest = sum(still, Counter())
                if left_over or +(shown + rest) != +total:
                    problems.append(f"{entry}: {left_over} answers too few or many, or other ones")
            elif still or not 0 <= left_over < _NEEDED or shown - total:
                problems.append(f"{entry}: {left_over} left over, {len(still)} wait after the freeze")
        return problems
