"""A child's hand with a pen: lines that stray, rings that do not quite close. Knows nothing that could be drawn."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from server.domain.ideas import Stroke

INK, BLUE, RED, GREEN = range(4)
WIDTH, HEIGHT = 400.0, 300.0
"""The paper, in the units of this module: y grows downwards."""
_PIECE = 14.0

Spot = tuple[float, float]


@dataclass
class Hand:
    """A child's hand: `wobble` is how far, in units, it strays from where it wants to go."""

    rng: random.Random
    wobble: float
    strokes: list[Stroke] = field(default_factory=list)
    colours: list[int] = field(default_factory=list)

    def draw(self, colour: int, spots: Sequence[Spot]) -> None:
        """One stroke through these spots."""
        pressure = self.rng.uniform(0.4, 0.75)
        points = [self._point(*spot, pressure) for spot in _in_pieces(spots)]
        self.strokes.append(points)
        self.colours.append(colour)

    def _point(self, x: float, y: float, pressure: float) -> tuple[float, float, float]:
        x, y = self.rng.gauss(x, self.wobble), self.rng.gauss(y, self.wobble)
        pressed = self.rng.gauss(pressure, 0.05)
        return (_share(x / WIDTH), _share(y / HEIGHT), _share(pressed))

    def ring(self, colour: int, x: float, y: float, across: float, tall: float = 0, bumps: int = 0) -> None:
        """Round and round, not quite closed; with `bumps` a cloud."""
        first, around = self.rng.uniform(0, 6.28), self.rng.uniform(6.1, 6.9)
        steps = max(10, int(across * 0.5), bumps * 6)
        spots = []
        for step in range(steps + 1):
            turn = first + around * step / steps
            far = 1 + (0.16 * abs(math.sin(turn * bumps / 2)) if bumps else 0)
            spots.append((x + across / 2 * far * math.cos(turn), y + (tall or across) / 2 * far * math.sin(turn)))
        self.draw(colour, spots)

    def box(self, colour: int, left: float, top: float, wide: float, tall: float) -> None:
        lean = self.rng.gauss(0, wide * 0.04)
        right, bottom = left + wide, top + tall
        start = (left + lean, top)
        self.draw(colour, [start, (left, bottom), (right, bottom), (right + lean, top), (left - 2, top + 2)])

    def scribble(self, colour: int, left: float, top: float, wide: float, tall: float, gap: float = 9) -> None:
        """Fills an area, up and down, without lifting the pen."""
        ends = [(left + at * gap, (top, top + tall)[at % 2]) for at in range(int(wide / gap) + 1)]
        self.draw(colour, ends)


def _in_pieces(spots: Sequence[Spot]) -> list[Spot]:
    """The same way, with a spot at least every few units: a hand strays on its way, not at its ends alone."""
    found = [spots[0]]
    for (x, y), (to_x, to_y) in pairwise(spots):
        pieces = max(1, round(math.hypot(to_x - x, to_y - y) / _PIECE))
        found += [(x + (to_x - x) * at / pieces, y + (to_y - y) * at / pieces) for at in range(1, pieces + 1)]
    return found


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
