"""How many children were expected and how many answered: numbers of children, never of answers. Knows no storage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from server.domain.sessions import Session, State, grades_key


@dataclass(frozen=True)
class Reach:
    """Of a group of sessions: `expected` sums those that told a number of children, `untold` counts the others."""

    sessions: int = 0
    going: int = 0
    expected: int = 0
    untold: int = 0
    reached: int = 0

    def __add__(self, other: "Reach") -> "Reach":
        return Reach(
            self.sessions + other.sessions,
            self.going + other.going,
            self.expected + other.expected,
            self.untold + other.untold,
            self.reached + other.reached,
        )


Arrived = Mapping[str, int]
"""How many responses arrived in time, by session."""


def reach(sessions: Iterable[Session], arrived: Arrived) -> Reach:
    """Of all these sessions; trials count nowhere."""
    return reduce(Reach.__add__, (_one(each, arrived) for each in sessions if not each.is_trial), Reach())


def reach_by_grades(sessions: Iterable[Session], arrived: Arrived) -> dict[str, Reach]:
    """By class (`3`, `1-2`), lowest first. A group that counts in its school has no line (docs/privacy.md)."""
    found: dict[str, Reach] = {}
    for each in sessions:
        if not each.is_trial and not each.counts_in_school:
            key = grades_key(each.grades)
            found[key] = found.get(key, Reach()) + _one(each, arrived)
    return dict(sorted(found.items()))


def _one(session: Session, arrived: Arrived) -> Reach:
    return Reach(
        sessions=1,
        going=session.state in (State.OPEN, State.CLOSING),
        expected=session.children or 0,
        untold=session.children is None,
        reached=arrived.get(session.id, 0),
    )
