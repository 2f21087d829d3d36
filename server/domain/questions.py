"""Every kind of question: what a valid answer is, and which cells it adds to. Knows no polls and no people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

Text = Mapping[str, str]
Answer = object
Cells = dict[str, int]


@dataclass(frozen=True)
class Option:
    id: str
    picture: str
    text: Text


@dataclass(frozen=True)
class Question:
    """`max_select` is how many options one child may choose; `flip` turns the order round for half of the children."""

    id: str
    kind: str
    picture: str
    text: Text
    help: Text | None
    instruction: Text | None
    options: tuple[Option, ...]
    max_select: int = 1
    randomise: bool = False
    fixed_last: tuple[str, ...] = ()
    flip: bool = False
    sensitive: bool = False
    wall: bool = False

    @cached_property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)


@dataclass(frozen=True)
class Kind:
    """`fits` tells whether a non-null answer suits the question; `cells` which counts it adds to."""

    fits: Callable[[Question, Answer], bool]
    cells: Callable[[Question, Answer], Cells]


def _one_fits(question: Question, answer: Answer) -> bool:
    return isinstance(answer, str) and answer in question.option_ids


def _one_cells(_question: Question, answer: Answer) -> Cells:
    return {str(answer): 1}


def _several_fits(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, list) or not all(isinstance(option, str) for option in answer):
        return False
    known = [option for option in question.option_ids if option in answer]
    return answer == known and 1 <= len(answer) <= question.max_select


def _several_cells(_question: Question, answer: Answer) -> Cells:
    assert isinstance(answer, list)
    return dict.fromkeys(answer, 1)


_ONE = Kind(_one_fits, _one_cells)

KINDS: dict[str, Kind] = {
    "single_choice": _ONE,
    "smiley": _ONE,
    "yes_maybe_no": _ONE,
    "multi_choice": Kind(_several_fits, _several_cells),
}


def fits(question: Question, answer: Answer) -> bool:
    """Whether `answer` (null is a skip) is a possible answer to `question`; see contracts.md for the shape by kind."""
    return answer is None or KINDS[question.kind].fits(question, answer)


def cells(question: Question, answer: Answer) -> Cells:
    """What one child's non-null, fitting answer adds to the counts: {cell: n}."""
    return KINDS[question.kind].cells(question, answer)
