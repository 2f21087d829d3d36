"""A session: one group working through one poll, from prepared to closed. Knows no storage and no clock."""

import random
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.domain.errors import DomainError

PICTURES = {
    "cat": "1F408",
    "owl": "1F989",
    "fish": "1F41F",
    "butterfly": "1F98B",
    "boat": "26F5",
    "train": "1F682",
    "apple": "1F34E",
    "flower": "1F33B",
    "key": "1F511",
    "umbrella": "1F302",
    "ball": "1F3C0",
    "house": "1F3E0",
}
CODE_LENGTH = 4
COLOURS = ("blue", "orange", "green", "purple", "red", "yellow", "brown", "grey")
SHAPES = ("circle", "square", "triangle", "star", "heart", "moon", "drop", "flower")
GRADES = range(1, 7)
_GRADES = re.compile(r"([0-9])(?:-([0-9]))?")
DEFAULT_CAP = 2000
MOST_TABLETS = 2000
"""So many times a session is joined: no class comes near it, nor do the adults who guess."""

_ID = "s_"
_SPECIAL_ID = "g_"
_TYPED_ID = "p_"
TRIAL_ID = "t_"
_GUESS_ID = "t_guess."
"""A trial too, to all that counts: no other trial's id has a full stop."""


class State(StrEnum):
    PREPARED = "prepared"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    DISCARDED = "discarded"
    FROZEN = "frozen"
    GONE = "gone"


JOINABLE = frozenset({State.PREPARED, State.OPEN})
_STEPS = {
    "open": ({State.PREPARED}, State.OPEN),
    "finish": ({State.OPEN}, State.CLOSING),
    "close": ({State.OPEN, State.CLOSING}, State.CLOSED),
    "discard": ({State.PREPARED, State.OPEN, State.CLOSING}, State.DISCARDED),
}


@dataclass(frozen=True)
class Session:
    """`pictures` is None once nobody can join; `opens` and `closes` (the last day for new children) are ISO dates;
    `area` is the school; `card` is the number of the class card that is good; `released` is false while nobody knows
    whether it was closed before the database went back.
    """

    id: str
    consultation: str
    area: str
    grades: tuple[int, ...]
    counts_in_school: bool
    revision: str
    profile: str
    state: State
    pictures: tuple[str, ...] | None
    link: str
    children: int | None
    opens: str | None
    closes: str | None = None
    card: int = 0
    released: bool = True

    @property
    def is_trial(self) -> bool:
        """Whether its answers are erased at closing, uncounted: its id says so, and with it every pass to it."""
        return is_trial(self.id)

    @property
    def is_guess(self) -> bool:
        """Whether adults answer in it as they think children will: a trial whose sums are kept apart."""
        return self.id.startswith(_GUESS_ID)

    @property
    def is_over(self) -> bool:
        return self.state in (State.CLOSED, State.DISCARDED)

    @property
    def typed(self) -> bool:
        """Whether its answers are typed in from paper: its id says so, and with it every pass to it."""
        return self.id.startswith(_TYPED_ID)


def is_trial(session_id: str) -> bool:
    return session_id.startswith(TRIAL_ID)


def is_special(session_id: str) -> bool:
    """Whether it was started as a group that counts in the school, whatever its grades."""
    return session_id.startswith(_SPECIAL_ID)


def new_session_id(*, typed: bool = False, trial: bool = False, guess: bool = False, special: bool = False) -> str:
    kind = _TYPED_ID if typed else TRIAL_ID if trial else _GUESS_ID if guess else _SPECIAL_ID if special else _ID
    return kind + secrets.token_urlsafe(6)


def after(state: State, step: str) -> State:
    """The state that `step` (open, finish, close, discard) leads to. Raises `wrong_state`."""
    allowed, new_state = _STEPS[step]
    if state not in allowed:
        raise DomainError("wrong_state")
    return new_state


def new_code(taken: Collection[tuple[str, ...]], rng: random.Random) -> tuple[str, ...]:
    """A free picture code: four ids in tapping order; repeats are allowed.

    Raises `busy` when all 12⁴ are taken.
    """
    if len(set(taken)) >= len(PICTURES) ** CODE_LENGTH:
        raise DomainError("busy")
    while True:
        code = tuple(rng.choices(list(PICTURES), k=CODE_LENGTH))
        if code not in taken:
            return code


def mark_for(number: int) -> tuple[str, str]:
    """Colour and shape of the `number`-th tablet (from 0): the first 64 differ, the first 8 already by colour."""
    colour = number % len(COLOURS)
    return COLOURS[colour], SHAPES[(number // len(COLOURS) + colour) % len(SHAPES)]


def cap(children: int | None) -> int:
    """How many responses a session takes before further ones are held."""
    return DEFAULT_CAP if children is None else 3 * children + 20


def asks_teacher_after(session_id: str, children: int | None) -> int | None:
    """After how many turns a tablet asks for the teacher's figures before another one; None where it never does: nobody
    said how many children there are, or adults guess.
    """
    return None if session_id.startswith(_GUESS_ID) else children


def check_days(period: Mapping[str, str], first: str, last: str | None) -> str | None:
    """The last day for new children of a session that opens on `first`: `last`, else the end of the period, if any.

    `period` may hold `begins` and `ends`; all days are ISO dates. Raises `bad_form` naming the field.
    """
    end = period.get("ends") or None
    if first < (period.get("begins") or "") or (end and first > end):
        raise DomainError("bad_form", [("opens", "outside_period")])
    if last and (last < first or (end and last > end)):
        raise DomainError("bad_form", [("closes", "out_of_range")])
    return last or end


def counts_in_school(grades: Sequence[int]) -> bool:
    """Groups that span more than two grades have no grades node of their own."""
    return max(grades) - min(grades) > 1


def grades_key(grades: Sequence[int]) -> str:
    """`1-2` for grades 1 and 2, `3` for grade 3, `1,3` for a gap."""
    ordered = sorted(set(grades))
    if len(ordered) > 1 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]}-{ordered[-1]}"
    return ",".join(map(str, ordered))


def read_grades(key: str) -> tuple[int, ...]:
    """The grades that `1-2` or `1,2` names, sorted. Raises `not_found` for anything else."""
    grades: set[int] = set()
    for part in key.split(","):
        found = _GRADES.fullmatch(part)
        named = range(int(found[1]), int(found[2] or found[1]) + 1) if found else ()
        if not named or not all(grade in GRADES for grade in named):
            raise DomainError("not_found")
        grades.update(named)
    return tuple(sorted(grades))
