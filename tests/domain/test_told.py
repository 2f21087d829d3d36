"""How results are told to children: nothing that somebody said is left out, and what many said stands first."""

import pytest

from server.domain.questions import Option, Question
from server.domain.results import Result
from server.domain.told import tell


def result(counts: dict[str, int] | None, kind: str = "single_choice", names: str = "abcd") -> Result:
    options = tuple(Option(name, "1F408", {}) for name in names)
    shown = 20 if counts else None
    return Result(Question("q", kind, "", {}, None, None, options), "poll", shown, shown, counts, few=False)


@pytest.mark.parametrize(
    ("counts", "big", "small"),
    [
        ({"a": 1, "b": 12, "c": 7, "d": 0}, "bc", "ad"),
        ({"a": 12, "b": 5, "c": 3, "d": 0}, "a", "bcd"),
        ({"a": 5, "b": 5, "c": 5, "d": 5}, "abcd", ""),
        ({"a": 5, "b": 4, "c": 5, "d": 6}, "d", "acb"),
        ({"a": 20, "b": 0, "c": 0, "d": 0}, "a", "bcd"),
    ],
)
def test_what_many_said_is_big_and_the_rest_is_there(counts: dict[str, int], big: str, small: str) -> None:
    told = tell(result(counts))
    assert "".join(share.option.id for share in told.big) == big
    assert "".join(share.option.id for share in told.small) == small
    assert {share.option.id: share.number for share in (*told.big, *told.small)} == counts


def test_a_word_for_each_share() -> None:
    told = tell(result({"a": 11, "b": 7, "c": 3, "d": 2}))
    assert [share.band for share in (*told.big, *told.small)] == ["most", "many", "some", "few"]


def test_rankings_count_first_places_and_coins_their_givers() -> None:
    ranked = tell(result({"a@1": 15, "a#": 60, "b@1": 5, "b#": 90}, "rank", "ab"))
    assert [(share.option.id, share.number) for share in (*ranked.big, *ranked.small)] == [("a", 15), ("b", 5)]
    spent = tell(result({"a": 30, "a#": 4, "b": 20, "b#": 19}, "budget", "ab"))
    assert [(share.option.id, share.number) for share in (*spent.big, *spent.small)] == [("b", 19), ("a", 4)]


def test_what_is_withheld_tells_nothing() -> None:
    told = tell(result(None))
    assert (told.big, told.small) == ((), ())
