"""What a person decides about an idea: who may decide what after what, and what covering may do. Knows no storage."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.domain.errors import DomainError


class State(StrEnum):
    """`DOUBTED` waits for a second person; of what is `ERASED` only the id stays, so that it never comes in again."""

    NEW = "new"
    SHOWN = "shown"
    COVERED = "covered"
    DOUBTED = "doubted"
    HIDDEN = "hidden"
    WORRY = "worry"
    HANDED = "handed"
    ERASED = "erased"


SHOWN = (State.SHOWN, State.COVERED)
"""What others may see, if its maker said yes."""

READ = (State.NEW, *SHOWN)
"""What may stand under a theme."""

WORRIES = (State.WORRY, State.HANDED)
"""What only those see who keep the worries of a consultation."""

REASONS = ("name", "recognisable", "hurtful", "no_idea", "unreadable")
"""Why an idea is not shown. That it criticises somebody is none of them."""

_NEEDS_SECOND = {"hurtful"}

COVER = "▇▇▇"
"""Stands for a hidden word, however long it was."""

MOST_BOXES = 24
_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"[01]|0?\.[0-9]{1,6}|1\.0{1,6}")

Box = tuple[float, float, float, float]
"""Left, top, width and height, in parts of the picture from 0 to 1."""


@dataclass(frozen=True)
class Verdict:
    """How an idea stands: `by` decided, `second` agreed; ids of staff."""

    state: State
    reason: str | None = None
    by: str | None = None
    second: str | None = None


def decide(stands: Verdict, wanted: str, by: str, *, reason: str = "", critical: bool = False) -> Verdict:
    """What becomes of an idea when `by` wants it `shown`, `covered`, `hidden`, in `worry`, or `new` again.

    Hiding what hurts or what is `critical` takes two people. Raises `bad_form`, or `second_person` when the first of
    two would agree with themselves, or `wrong_state` for a worry that was handed over and for what is erased.
    """
    if wanted not in (State.NEW, *SHOWN, State.HIDDEN, State.WORRY):
        raise DomainError("bad_form", [("decision", "unknown")])
    if stands.state in (State.HANDED, State.ERASED) or (stands.state == State.WORRY and wanted != State.NEW):
        raise DomainError("wrong_state")
    if wanted != State.HIDDEN:
        return Verdict(State(wanted), by=None if wanted == State.NEW else by)
    if stands.state == State.DOUBTED:
        if stands.by == by:
            raise DomainError("second_person")
        return Verdict(State.HIDDEN, stands.reason, stands.by, by)
    if reason not in REASONS:
        raise DomainError("bad_form", [("reason", "missing")])
    return Verdict(State.DOUBTED if critical or reason in _NEEDS_SECOND else State.HIDDEN, reason, by)


def keepers(named: Sequence[str], able: Collection[str]) -> set[str]:
    """Who sees the worries: those named of the people who are `able`, or all of these while nobody of the named is."""
    return set(named) & set(able) or set(able)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def hide_words(text: str, hidden: Collection[str]) -> str:
    """The text with the words at these places (numbers from 0) covered: nothing else of it can change.

    Raises `bad_form` when there is no such word.
    """
    places = {str(place) for place in range(len(words(text)))}
    if not set(hidden) <= places:
        raise DomainError("bad_form", [("hide", "unknown")])
    counted = iter(range(len(places)))
    return _WORD.sub(lambda word: COVER if str(next(counted)) in hidden else word[0], text)


def read_boxes(left: Sequence[str], top: Sequence[str], width: Sequence[str], height: Sequence[str]) -> list[Box]:
    """The rectangles that a form describes row by row; a row where nothing is written is none. Raises `bad_form`."""
    rows = list(zip(left, top, width, height, strict=False))
    if len({len(left), len(top), len(width), len(height)}) > 1 or len(rows) > MOST_BOXES:
        raise DomainError("bad_form", [("box", "too_many")])
    return [_box([part.strip().replace(",", ".") for part in row]) for row in rows if any(part.strip() for part in row)]


def _box(row: Sequence[str]) -> Box:
    if not all(_NUMBER.fullmatch(part) for part in row):
        raise DomainError("bad_form", [("box", "number")])
    x, y, width, height = map(float, row)
    if not width or not height:
        raise DomainError("bad_form", [("box", "number")])
    return x, y, width, height
