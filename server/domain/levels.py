"""What anyone may read of results: down to the level that the municipality opened. Knows no storage and no people."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from server.domain.results import Result

SCHOOLS, GRADES = "schools", "grades"


def may_ask(level: str | None, where: Mapping[str, str]) -> bool:
    """Whether anyone may read results where `where` (school, grades, school_language) says; None: nobody may."""
    return level is not None and (level == GRADES or not where.get("grades"))


def open_to_anyone(results: Iterable[Result], where: Mapping[str, str]) -> tuple[Result, ...]:
    """The same results, those of sensitive questions withheld below the school (privacy.md)."""
    if not where.get("grades"):
        return tuple(results)
    return tuple(_withheld(result) if result.question.sensitive else result for result in results)


def _withheld(result: Result) -> Result:
    return replace(result, shown=None, received=None, counts=None, few=False, skipped=None)
