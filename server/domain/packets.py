"""The disclosure rule: waiting answers -> packets. The only place that decides what may be shown.

Answers leave only in packets of at least `shown` from one group, with `held` more drawn at random that move
up a level (docs/privacy.md). Every decision depends on numbers of answers, never on the answers.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

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
    """The counts of a packet: what its answers added, every cell named, also with 0."""
    counts = dict.fromkeys(entry.cells, 0)
    for cells in added:
        for cell, number in cells.items():
            if cell != TYPED:
                counts[cell] += number
    return counts


@dataclass(frozen=True)
class Place:
    """Where a node stands: the municipality has neither school nor grades; a school has no grades."""

    municipality: str
    school: str = ""
    grades: str = ""
    session: str = ""

    @property
    def node(self) -> str:
        return "/".join(part for part in (self.municipality, self.school, self.grades, self.session) if part)

    @property
    def parent(self) -> "Place | None":
        """One level up; a session without grades counts in the school."""
        if self.session:
            return Place(self.municipality, self.school, self.grades)
        if self.grades:
            return Place(self.municipality, self.school)
        if self.school:
            return Place(self.municipality)
        return None


def parents_last(places: Iterable[Place]) -> Sequence[Place]:
    """Deepest first, so that freezing closes children before their parents."""
    return sorted(places, key=lambda place: place.node.count("/"), reverse=True)


FilterKey = tuple[str, str, str]


def filter_keys(place: Place, school_language: str) -> frozenset[FilterKey]:
    """The (school, grades, school language) filters whose figures a packet from `place` adds to; '' stands for all."""
    keys = {("", "", "")}
    if place.school:
        keys |= {(place.school, "", ""), ("", "", school_language)}
    if place.grades:
        keys |= {(place.school, place.grades, ""), ("", place.grades, ""), ("", place.grades, school_language)}
    return frozenset(keys)
