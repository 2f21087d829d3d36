"""Rounds and minutes of a class."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.rounds import Rounds, rounds

few = st.integers(1, 60)


@pytest.mark.parametrize(
    ("children", "tablets", "minutes_each", "told"),
    [
        (11, 5, 8, Rounds(3, 40)),
        (5, 5, 8, Rounds(1, 25)),
        (6, 5, 12, Rounds(2, 40)),
        (1, 1, 2, Rounds(1, 20)),
        (24, 30, 12, Rounds(1, 30)),
    ],
)
def test_the_teacher_is_told(children: int, tablets: int, minutes_each: int, told: Rounds) -> None:
    assert rounds(children, tablets, minutes_each) == told


@given(few, few, few)
def test_every_child_has_a_turn_and_no_round_is_empty(children: int, tablets: int, minutes_each: int) -> None:
    told = rounds(children, tablets, minutes_each)
    assert (told.number - 1) * tablets < children <= told.number * tablets
    assert told.minutes % 5 == 0
