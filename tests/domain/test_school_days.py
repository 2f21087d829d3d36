"""On which days a letter goes out: public holidays are computed, school holidays are what a municipality says."""

from datetime import date, timedelta

import pytest

from server.domain.errors import DomainError
from server.domain.school_days import Holiday, easter, is_school_day, is_workday, read_holiday

# From the almanac of the University of Helsinki.
EASTERS = ["2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2026-04-05", "2027-03-28", "2038-04-25"]


@pytest.mark.parametrize("sunday", EASTERS)
def test_easter_is_when_the_almanac_says(sunday: str) -> None:
    assert easter(int(sunday[:4])).isoformat() == sunday


def test_the_public_holidays_of_a_year_that_fall_on_weekdays() -> None:
    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    off = [day.isoformat()[5:] for day in days if day.weekday() < 5 and not is_workday(day)]
    assert off == ["01-01", "01-06", "04-03", "04-06", "05-01", "05-14", "06-19", "12-24", "12-25"]
    assert not is_workday(date(2026, 11, 22))


def test_a_school_holiday_lasts_from_its_first_day_to_its_last() -> None:
    autumn = [Holiday("2026-10-12", "2026-10-16")]
    found = [number for number in range(9, 20) if is_school_day(date(2026, 10, number), autumn)]
    assert found == [9, 19]


def test_what_is_no_holiday_is_said_field_by_field() -> None:
    assert read_holiday(" 2026-10-12 ", "") == Holiday("2026-10-12", "2026-10-12")
    for given, wrong in (
        (("", ""), [("first", "missing"), ("last", "missing")]),
        (("2026-10-12", "16.10."), [("last", "missing")]),
        (("2026-10-12", "2026-10-09"), [("last", "before")]),
        (("2026-10-12", "2027-10-09"), [("last", "too_long")]),
    ):
        with pytest.raises(DomainError) as refused:
            read_holiday(*given)
        assert list(refused.value.details) == wrong
