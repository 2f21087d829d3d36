"""What adults guessed that children would say, beside what they said. Knows no storage, and nobody who guessed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain.questions import ANSWERED_IN, TENTHS, Cells, Option, Question
from server.domain.results import RECEIVED, Result

FEWEST = 3
"""Nothing is said of fewer guesses than these."""

_NOT_GUESSED = {ANSWERED_IN.id, "exit"}
"""How one answers, and whether one could say what one thinks, is nobody's to guess."""

_CELL = {"rank": "{}@1"}
"""What one option leads by: how often it was placed first; of all other kinds its own cell."""


@dataclass(frozen=True)
class Leading:
    """The options that lead, each with `number` of the `of` answers, or of the coins of all purses."""

    options: tuple[Option, ...]
    number: int
    of: int

    @property
    def percent(self) -> int:
        return round(100 * self.number / self.of)


@dataclass(frozen=True)
class Guess:
    """One question, or pair: what most adults guessed, and what most children said."""

    question: Question
    guessed: Leading
    said: Leading

    @property
    def is_right(self) -> bool:
        return self.guessed.options == self.said.options


def compare(results: Iterable[Result], poll: str, guesses: Mapping[str, Cells]) -> list[Guess]:
    """The questions of a poll whose results are not withheld and that enough adults guessed; `guesses` by question."""
    found: list[Guess] = []
    for result in results:
        if result.poll != poll or result.question.id in _NOT_GUESSED:
            continue
        guessed = guesses.get(result.question.id, {})
        if result.counts and result.shown and guessed.get(RECEIVED, 0) >= FEWEST:
            sides = ((guessed, guessed[RECEIVED]), (result.counts, result.shown))
            found.append(Guess(result.question, *(_leading(result.question, *side) for side in sides)))
    return found


def _leading(question: Question, cells: Mapping[str, int], answers: int) -> Leading:
    cell = _CELL.get(question.kind, "{}")
    numbers = [cells.get(cell.format(option.id), 0) for option in question.options]
    most = max(numbers)
    leaders = tuple(option for option, number in zip(question.options, numbers, strict=True) if number == most)
    return Leading(leaders, most, answers * TENTHS if question.kind == "budget" else answers)
