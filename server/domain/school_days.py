"""On which days somebody is at school, or at work: Finnish public holidays are computed, school holidays are told.

Knows no storage and no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from server.domain.errors import DomainError

MOST_HOLIDAYS = 20
MOST_DAYS = 120
"""A summer has less than that."""

_FIXED = {(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)}
_AFTER_EASTER = {-2, 1, 39}
"""Good Friday, Easter Monday, Ascension Day."""

_SATURDAY = 5
_FRIDAY = 4


@dataclass(frozen=True, order=True)
class Holiday:
    """A school holiday from its first to its last day, both ISO dates."""

    first: str
    last: str


def read_holiday(first: str, last: str) -> Holiday:
    """A holiday from a form's fields; without a last day it is one day long. Raises `bad_form` naming the field."""
    first, last = first.strip(), last.strip() or first.strip()
    days = {"first": _read(first), "last": _read(last)}
    if wrong := [(name, "missing") for name, day in days.items() if day is None]:
        raise DomainError("bad_form", wrong)
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    if ends < begins:
        raise DomainError("bad_form", [("last", "before")])
    if (ends - begins).days >= MOST_DAYS:
        raise DomainError("bad_form", [("last", "too_long")])
    return Holiday(begins.isoformat(), ends.isoformat())


def is_workday(day: date) -> bool:
    """Whether it is one of Monday to Friday and no public holiday, Christmas Eve and Midsummer Eve among these."""
    is_midsummer_eve = day.month == 6 and 19 <= day.day <= 25 and day.weekday() == _FRIDAY
    is_off = (day.month, day.day) in _FIXED or (day - easter(day.year)).days in _AFTER_EASTER or is_midsummer_eve
    return day.weekday() < _SATURDAY and not is_off


def is_school_day(day: date, holidays: Iterable[Holiday]) -> bool:
    return is_workday(day) and not any(each.first <= day.isoformat() <= each.last for each in holidays)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    return date(year, 3, 22) + timedelta(days=moon + week - 7 * late)


def _read(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
