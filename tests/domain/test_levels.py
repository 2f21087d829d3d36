"""What anyone may read of results, at the levels that were opened."""

import pytest

from server.domain.levels import GRADES, SCHOOLS, may_ask, open_to_anyone
from server.domain.questions import Question
from server.domain.results import Result


@pytest.mark.parametrize(
    ("level", "where", "may"),
    [
        (None, {}, False),
        (None, {"school": "koivu"}, False),
        (SCHOOLS, {}, True),
        (SCHOOLS, {"school": "koivu"}, True),
        (SCHOOLS, {"school_language": "fi"}, True),
        (SCHOOLS, {"grades": "3"}, False),
        (SCHOOLS, {"school": "koivu", "grades": "3"}, False),
        (GRADES, {}, True),
        (GRADES, {"school": "koivu", "grades": "3"}, True),
    ],
)
def test_down_to_the_level_that_is_open(level: str | None, where: dict[str, str], may: bool) -> None:
    assert may_ask(level, where) is may


def result(*, sensitive: bool) -> Result:
    question = Question("q", "smiley", "", {}, None, None, (), sensitive=sensitive)
    return Result(question, "poll", 12, 14, {"good": 12}, few=False)


def test_sensitive_questions_are_shown_from_the_school_up() -> None:
    given = (result(sensitive=True), result(sensitive=False))
    assert open_to_anyone(given, {"school": "koivu"}) == given
    sensitive, other = open_to_anyone(given, {"school": "koivu", "grades": "3"})
    assert (sensitive.shown, sensitive.received, sensitive.counts) == (None, None, None)
    assert other == given[1]
