"""The disclosure rule: waiting answers -> packets. The only place that decides what may be shown.

Answers leave only in packets of at least `shown` from one group, with `held` more drawn at random that move
up a level (docs/privacy.md). Every decision depends on numbers of answers, never on the answers.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from server.domain.questions import TYPED, Cells, Question


@dataclass(frozen=True)
class Threshold:
    """`shown` (k): the least answers in a packet. `held` (t): how many more always move up."""

    shown: int
    held: int

    @property
    def needed(self) -> int:
        return self.shown + self.held


ORDINARY = Threshold(shown=5, held=1)
SENSITIVE = Threshold(shown=10, held=2)


def threshold(question: Question) -> Threshold:
    return SENSITIVE if question.sensitive else ORDINARY


@dataclass(frozen=True)
class Release:
    """What closing a node does with one question's answers: indices for the packet, indices that move up."""

    packet: tuple[int, ...]
    moved: tuple[int, ...]


def release(number: int, limit: Threshold, rng: random.Random, typed: Collection[int] = ()) -> Release:
    """Divides `number` waiting answers; `rng` must be cryptographic outside tests.

    Those at the indices in `typed` were typed in from paper, by somebody who knows them: they never count towards a
    packet, and are never what is held back from one.
    """
    unknown = [index for index in range(number) if index not in typed]
    if len(unknown) < limit.needed:
        return Release((), tuple(range(number)))
    moved = set(rng.sample(unknown, limit.held))
    return Release(tuple(index for index in range(number) if index not in moved), tuple(sorted(moved)))


def count(entry: Question, added: Iterable[Cells]) -> Cells:
    """The counts of a packet: what its answers added, every cell named, also with 0 or of an earlier revision."""
    counts = dict.fromkeys(entry.cells, 0)
    for cells in added:
        for cell, number in cells.items():
            if cell != TYPED:
                counts[cell] = counts.get(cell, 0) + number
    return counts


@dataclass(frozen=True)
class Place:
    """Where a node stands: `areas` leads from the consultation's own area down to a school.

    Above several municipalities that is joint > municipality > school, else municipality > school. Only a school has
    grades and sessions below it, and a `language`.
    """

    areas: tuple[str, ...]
    grades: str = ""
    session: str = ""
    language: str = ""

    @property
    def area(self) -> str:
        """The area it stands in; '' for the consultation's own, as in every table of results."""
        return self.areas[-1] if self.areas[1:] else ""

    @property
    def node(self) -> str:
        return "/".join((*self.areas, *(part for part in (self.grades, self.session) if part)))

    @property
    def parent(self) -> "Place | None":
        """One level up; a session without grades counts in the school."""
        if self.session:
            return replace(self, session="")
        if self.grades:
            return replace(self, grades="")
        return Place(self.areas[:-1]) if self.areas[1:] else None


def parents_last(places: Iterable[Place]) -> Sequence[Place]:
    """Deepest first, so that freezing closes children before their parents."""
    return sorted(places, key=lambda place: place.node.count("/"), reverse=True)


FilterKey = tuple[str, str, str]


def filter_keys(place: Place) -> frozenset[FilterKey]:
    """The (area, grades, school language) filters whose figures a packet from `place` adds to; '' stands for all."""
    above = ("", *place.areas[1:-1])
    keys = {(area, "", "") for area in (*above, place.area)}
    if place.language:
        keys |= {(area, "", place.language) for area in above}
    if place.grades:
        keys |= {(area, place.grades, spoken) for area, _, spoken in keys}
    return frozenset(keys)
