"""Staff roles and who may do what, where. Knows no sign-in and no HTTP."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    TEACHER = "teacher"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    BE_STAFF = "be_staff"
    RUN_SESSION = "run_session"
    WATCH_SESSION = "watch_session"
    CLOSE_SESSION = "close_session"
    READ_RESULTS = "read_results"
    FREEZE = "freeze"
    PUBLISH = "publish"
    """Results and feedback to anyone."""

    COMPOSE = "compose"
    TYPE_SHEETS = "type_sheets"
    MODERATE_IDEAS = "moderate_ideas"
    ADMINISTER = "administer"
    """People, areas and the log of what staff did."""


_REVIEWER = frozenset({Action.BE_STAFF, Action.READ_RESULTS})
_MODERATOR = _REVIEWER | {
    Action.WATCH_SESSION,
    Action.CLOSE_SESSION,
    Action.FREEZE,
    Action.PUBLISH,
    Action.COMPOSE,
    Action.TYPE_SHEETS,
    Action.MODERATE_IDEAS,
}
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.TEACHER: frozenset({Action.BE_STAFF, Action.RUN_SESSION, Action.WATCH_SESSION, Action.CLOSE_SESSION}),
    Role.REVIEWER: _REVIEWER,
    Role.MODERATOR: _MODERATOR,
    Role.ADMINISTRATOR: _MODERATOR | {Action.ADMINISTER},
}


NEED_SECOND = frozenset({Role.MODERATOR, Role.ADMINISTRATOR})
"""Whoever holds one of these proves twice who they are: they read results, write to everybody, let people in."""


@dataclass(frozen=True)
class Person:
    """A signed-in member of staff; `roles` holds (role, area) pairs."""

    id: str
    name: str
    roles: tuple[tuple[Role, str], ...]

    def may(self, action: Action, area_path: Sequence[str]) -> bool:
        """Whether a role held at one of `area_path` (an area and all above it) includes `action`."""
        return any(area in area_path and action in ALLOWED[role] for role, area in self.roles)

    @property
    def needs_second(self) -> bool:
        """Whether a role asks for a second factor."""
        return any(role in NEED_SECOND for role, _area in self.roles)

    def may_somewhere(self, action: Action) -> bool:
        return bool(self.areas_for(action))

    def areas_for(self, action: Action) -> set[str]:
        """The areas where a role is held that includes `action`: it holds for all below them too."""
        return {area for role, area in self.roles if action in ALLOWED[role]}


MOST_NAME = 80
MOST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+\.[^@\s<>\"(),:;\\\[\]]+")


NO_ADDRESS = "@address.invalid"
"""Ends what stands for the e-mail address of whoever has none here: no letter can go there."""


def same_case(email: str) -> str:
    """An address as it is kept: people write theirs in any case."""
    return email.strip().casefold()


def person_problems(name: str, email: str) -> list[tuple[str, str]]:
    """What is wrong with a person's name and e-mail address: (field, code) pairs."""
    problems = []
    if not name or len(name) > MOST_NAME or not name.isprintable():
        problems.append(("name", "too_long" if len(name) > MOST_NAME else "missing"))
    if len(email) > MOST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        problems.append(("email", "wrong"))
    return problems
