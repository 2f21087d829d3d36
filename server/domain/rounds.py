"""How many rounds a class needs with its tablets, and how long that takes. Knows no session."""

from dataclasses import dataclass

_AROUND_MIN = 15
"""The introduction before, the talk afterwards."""
_STEP_MIN = 5


@dataclass(frozen=True)
class Rounds:
    """`minutes` is for the whole class, from the introduction to the end of the talk."""

    number: int
    minutes: int


def rounds(children: int, tablets: int, minutes_each: int) -> Rounds:
    """For at least one child and one tablet; `minutes_each` is what one child needs. Minutes in steps of five, up."""
    number = -(-children // tablets)
    minutes = number * minutes_each + _AROUND_MIN
    return Rounds(number, -(-minutes // _STEP_MIN) * _STEP_MIN)
