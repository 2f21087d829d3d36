"""The one list of rows that every file is made from. Pure: from results, and knows no format."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from server.domain.consultations import LANGUAGES, Poll
from server.domain.questions import KINDS, Question, Text
from server.domain.results import Result
from server.store.areas import Area
from server.store.consultations import Consultation
from server.usecases.report import Results

# What a cell counts, by kind and by what follows the option's id in the cell's name.
_MEASURES = {
    ("rank", "@1"): "placed_first",
    ("rank", "#"): "points",
    ("budget", ""): "tenths",
    ("budget", "#"): "givers",
}


@dataclass(frozen=True)
class Record:
    """What the files of a consultation are made from: results by place, the first of them what was asked for.

    `publisher` is the area that asked the children; `base_url` is where Tyck is reached.
    """

    levels: Sequence[Results]
    publisher: Area
    base_url: str

    @property
    def consultation(self) -> Consultation:
        return self.levels[0].consultation

    @property
    def schools(self) -> Mapping[str, Area]:
        return self.levels[0].schools

    @cached_property
    def asked(self) -> Mapping[tuple[str, str], Text]:
        """What stands above each entry of a poll's ledger: the question's text, for a pair with its two sides."""
        return {(poll.id, entry): text for poll in self.levels[0].polls for entry, text in _asked(poll).items()}

    @property
    def address(self) -> str:
        """Where its open data lies for good."""
        return f"{self.base_url}/results/{self.consultation.id}/data"


def _asked(poll: Poll) -> dict[str, Text]:
    found = {entry: question.text for entry, question in poll.ledger.items()}
    for question in poll.questions:
        for pair in question.entries if question.pairs else ():
            sides = {lang: " / ".join(option.text[lang] for option in pair.options) for lang in LANGUAGES}
            found[pair.id] = {lang: f"{question.text[lang]} {sides[lang]}" for lang in LANGUAGES}
    return found


@dataclass(frozen=True)
class Cell:
    """One number that a question's packets hold; `measure` says what is counted."""

    id: str
    measure: str
    question: Question
    label: Text


@dataclass(frozen=True)
class Row:
    """One cell at one place. Its numbers are None where `withheld` says why: `few` or `waiting`."""

    poll: str
    cell: Cell
    school: str
    grades: str
    school_language: str
    number: int | None
    shown: int | None
    received: int | None
    skipped: int | None
    withheld: str


def cells_of(question: Question) -> list[Cell]:
    """The cells of one entry of the ledger, option by option."""
    suffixes = KINDS[question.kind].suffixes
    return [
        Cell(option.id + suffix, _MEASURES.get((question.kind, suffix), "answers"), question, option.text)
        for option in question.options
        for suffix in suffixes
    ]


def rows_of(levels: Sequence[Results]) -> list[Row]:
    """Every cell of every question at every place, also those of which nothing may be said."""
    return [row for level in levels for result in level.results for row in _rows(level.where, result)]


def _rows(where: Mapping[str, str], result: Result) -> Iterator[Row]:
    place = (where.get("school", ""), where.get("grades", ""), where.get("school_language", ""))
    withheld = "" if result.counts is not None else "few" if result.few else "waiting"
    for cell in cells_of(result.question):
        number = None if result.counts is None else result.counts.get(cell.id, 0)
        yield Row(result.poll, cell, *place, number, result.shown, result.received, result.skipped, withheld)
