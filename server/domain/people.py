"""Staff roles and who may do what, where. Knows no sign-in and no HTTP."""

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
    COMPOSE = "compose"
    TYPE_SHEETS = "type_sheets"


_REVIEWER = frozenset({Action.BE_STAFF, Action.READ_RESULTS})
_MODERATOR = _REVIEWER | {Action.WATCH_SESSION, Action.CLOSE_SESSION, Action.FREEZE, Action.COMPOSE, Action.TYPE_SHEETS}
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.TEACHER: frozenset({Action.BE_STAFF, Action.RUN_SESSION, Action.WATCH_SESSION, Action.CLOSE_SESSION}),
    Role.REVIEWER: _REVIEWER,
    Role.MODERATOR: _MODERATOR,
    Role.ADMINISTRATOR: _MODERATOR,
}


@dataclass(frozen=True)
class Person:
    """A signed-in member of staff; `roles` holds (role, area) pairs."""

    id: str
    name: str
    roles: tuple[tuple[Role, str], ...]

    def may(self, action: Action, area_path: Sequence[str]) -> bool:
        """Whether a role held at one of `area_path` (an area and all above it) includes `action`."""
        return any(area in area_path and action in ALLOWED[role] for role, area in self.roles)

    def may_somewhere(self, action: Action) -> bool:
        return any(action in ALLOWED[role] for role, _area in self.roles)
