"""Every kind of question: what a valid answer is, and what it adds to the ledger. Knows no polls and no people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

Text = Mapping[str, str]
Answer = object
Cells = dict[str, int]

TYPED = "#typed"
"""A cell that is no option's: the answer was typed in from paper."""

TENTHS = 10
"""A child's whole purse, however many coins are in it."""


@dataclass(frozen=True)
class Option:
    id: str
    picture: str
    text: Text


@dataclass(frozen=True)
class Pair:
    """The two options of one this-or-that."""

    id: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class MayShow:
    """Whether others may see an idea: no choice means no."""

    text: Text
    yes: Text
    no: Text


@dataclass(frozen=True)
class Question:
    """`max_select` is how many options one child may choose or rank; `flip` turns the order round for half of the
    children; `scene` names the drawing that places lie in. From `inputs` on all is said around an idea: who is younger
    than `text_from_grade` only draws (None: everybody).
    """

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
    coins: int = 0
    pairs: tuple[Pair, ...] = ()
    scene: str = ""
    inputs: tuple[Option, ...] = ()
    text_from_grade: int | None = None
    max_chars: int = 0
    stem: Text | None = None
    reminder: Text | None = None
    not_now: Text | None = None
    may_show: MayShow | None = None

    @cached_property
    def option_ids(self) -> tuple[str, ...]:
        return tuple(option.id for option in self.options)

    @cached_property
    def entries(self) -> tuple["Question", ...]:
        """Its entries in the ledger: itself, each of its pairs as `q9.p1`, or none for an idea."""
        if self.kind == "idea":
            return ()
        return tuple(self._entry(pair) for pair in self.pairs) or (self,)

    def _entry(self, pair: Pair) -> "Question":
        return replace(self, id=entry_id(self, pair.id), options=pair.options, pairs=())

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The cells of a packet of this entry, option by option."""
        suffixes = KINDS[self.kind].suffixes
        return tuple(option + suffix for option in self.option_ids for suffix in suffixes)


ANSWERED_IN = Question(
    id="language",
    kind="single_choice",
    picture="1F4AC",
    text={"sv": "Vilket språk svarade barnen på?", "fi": "Millä kielellä lapset vastasivat?"},
    help=None,
    instruction=None,
    options=(
        Option("sv", "1F4AC", {"sv": "Svenska", "fi": "Ruotsi"}),
        Option("fi", "1F4AC", {"sv": "Finska", "fi": "Suomi"}),
    ),
)
"""What every poll asks without asking: an entry of the ledger like any other (docs/privacy.md)."""


@dataclass(frozen=True)
class Kind:
    """`fits` tells whether a non-null answer suits the question; `adds` what it adds, by ledger entry; `suffixes` name
    the cells of each option.
    """

    fits: Callable[[Question, Answer], bool]
    adds: Callable[[Question, Answer], dict[str, Cells]]
    suffixes: tuple[str, ...] = ("",)


def entry_id(question: Question, pair: str) -> str:
    return f"{question.id}.{pair}"


def _one_fits(question: Question, answer: Answer) -> bool:
    return isinstance(answer, str) and answer in question.option_ids


def _one_adds(question: Question, answer: Answer) -> dict[str, Cells]:
    return {question.id: {str(answer): 1}}


def _several_fits(question: Question, answer: Answer) -> bool:
    in_order = [option for option in question.option_ids if isinstance(answer, list) and option in answer]
    return answer == in_order and _are_different_options(question, answer)


def _several_adds(question: Question, answer: Answer) -> dict[str, Cells]:
    assert isinstance(answer, list)
    return {question.id: dict.fromkeys(answer, 1)}


def _rank_adds(question: Question, answer: Answer) -> dict[str, Cells]:
    """Who is first, and points: as many as there are options for the first, one less for each that follows."""
    assert isinstance(answer, list)
    points = {f"{option}#": len(question.options) - place for place, option in enumerate(answer)}
    return {question.id: {f"{answer[0]}@1": 1, **dict(sorted(points.items()))}}


def _are_different_options(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, list) or not all(isinstance(option, str) for option in answer):
        return False
    if not 1 <= len(answer) <= question.max_select or len(set(answer)) < len(answer):
        return False
    return set(answer) <= set(question.option_ids)


def _coins_fit(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, dict) or not answer.keys() <= set(question.option_ids):
        return False
    if not all(type(coins) is int and coins >= 0 for coins in answer.values()):
        return False
    return 1 <= sum(answer.values()) <= question.coins


def _coins_add(question: Question, answer: Answer) -> dict[str, Cells]:
    """Tenths of the purse, so that every child weighs the same, and who gave something at all."""
    assert isinstance(answer, dict)
    cells: Cells = {}
    for option in question.option_ids:
        if coins := answer.get(option, 0):
            cells |= {option: coins * TENTHS // question.coins, f"{option}#": 1}
    return {question.id: cells}


def _pairs_fit(question: Question, answer: Answer) -> bool:
    if not isinstance(answer, dict) or not answer:
        return False
    known = {pair.id: [option.id for option in pair.options] for pair in question.pairs}
    return all(isinstance(chosen, str) and chosen in known.get(pair, []) for pair, chosen in answer.items())


def _pairs_add(question: Question, answer: Answer) -> dict[str, Cells]:
    assert isinstance(answer, dict)
    return {entry_id(question, pair): {chosen: 1} for pair, chosen in answer.items()}


def _idea_fits(_question: Question, answer: Answer) -> bool:
    """Only that something was drawn or written: the idea itself travels alone."""
    if not isinstance(answer, dict) or not answer.keys() <= {"text", "drawing"}:
        return False
    return all(isinstance(made, bool) for made in answer.values()) and any(answer.values())


def _idea_adds(_question: Question, _answer: Answer) -> dict[str, Cells]:
    return {}


_ONE = Kind(_one_fits, _one_adds)

KINDS: dict[str, Kind] = {
    "single_choice": _ONE,
    "smiley": _ONE,
    "yes_maybe_no": _ONE,
    "place": _ONE,
    "multi_choice": Kind(_several_fits, _several_adds),
    "rank": Kind(_are_different_options, _rank_adds, ("@1", "#")),
    "budget": Kind(_coins_fit, _coins_add, ("", "#")),
    "this_or_that": Kind(_pairs_fit, _pairs_add),
    "idea": Kind(_idea_fits, _idea_adds),
}


def fits(question: Question, answer: Answer) -> bool:
    """Whether `answer` (null is a skip) is a possible answer to `question`; see contracts.md for the shape by kind."""
    return answer is None or KINDS[question.kind].fits(question, answer)


def adds(question: Question, answer: Answer) -> dict[str, Cells]:
    """What one child's non-null, fitting answer adds: {ledger entry: {cell: n}}."""
    return KINDS[question.kind].adds(question, answer)
