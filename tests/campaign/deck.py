"""Chance that leaves nothing out: as from a pack of cards, everything has come before anything comes again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Card = TypeVar("Card")


@dataclass
class Deck(Generic[Card]):
    """`cards` may name one thing several times: so much oftener it comes."""

    rng: random.Random
    cards: Sequence[Card]
    _left: list[Card] = field(default_factory=list)

    def draw(self) -> Card:
        if not self._left:
            self._left = self.rng.sample(self.cards, len(self.cards))
        return self._left.pop()
