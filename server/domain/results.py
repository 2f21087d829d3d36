"""A result: figures of whole packets, summed for one question. Knows no storage and nothing of single answers."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from server.domain.packets import threshold
from server.domain.questions import Cells, Question
from server.domain.sessions import read_grades

RECEIVED = "#received"
SHOWN = "#shown"
SKIPPED = "#skipped"


@dataclass(frozen=True)
class Figure:
    """One number of a node: a cell of its packets, how many answers it received or shows, or how many children
    were asked and did not answer.
    """

    poll: str
    question: str
    grades: str
    cell: str
    number: int


@dataclass(frozen=True)
class Result:
    """`counts`, `shown` and `received` are None when everything is withheld.

    `few` tells that fewer answers came than one packet needs; otherwise they wait, or count a level up. What is drawn
    of it can be remembered by it. `skipped` children were asked and gave no answer: known wherever `received` is.
    """

    question: Question
    poll: str
    shown: int | None
    received: int | None
    counts: Cells | None
    few: bool
    skipped: int | None = None

    def __hash__(self) -> int:
        return hash((self.poll, self.question.id, self.shown, self.received, self.skipped))


def at(figures: Iterable[Figure], grades: str) -> list[Figure]:
    """The figures of a whole place ('' for grades), or those of every grades node that lies in the wanted grades.

    A class of grades 1–2 is no part of grade 1. Raises `not_found` when `grades` names none.
    """
    if not grades:
        return [figure for figure in figures if not figure.grades]
    wanted = read_grades(grades)
    return [figure for figure in figures if figure.grades and lies_in(figure.grades, wanted)]


def lies_in(node: str, wanted: Collection[int]) -> bool:
    """Whether every grade of a class is wanted."""
    return all(grade in wanted for grade in read_grades(node))


def sum_up(poll: str, question: Question, figures: Iterable[Figure]) -> Result:
    """What may be said of one question: the sum of its figures, or that they are withheld."""
    cells: Cells = {}
    for figure in figures:
        if (figure.poll, figure.question) == (poll, question.id):
            cells[figure.cell] = cells.get(figure.cell, 0) + figure.number
    received, shown, skipped = cells.pop(RECEIVED, 0), cells.pop(SHOWN, 0), cells.pop(SKIPPED, 0)
    if not shown:
        return Result(question, poll, None, None, None, few=received < threshold(question).needed)
    return Result(question, poll, shown, received, cells, few=False, skipped=skipped)
