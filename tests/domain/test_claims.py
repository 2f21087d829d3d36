"""Words before numbers say only what the numbers bear: ties as ties, and those who were few are named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.claims import claims
from server.domain.questions import Cells, Option, Question
from server.domain.results import Result

TEXT = {"sv": "?", "fi": "?"}
OPTIONS = tuple(Option(name, "", TEXT) for name in "abcd")


def said(kind: str, counts: Cells | None, shown: int | None) -> list[tuple[str, str]]:
    more: dict[str, Any] = {"received": shown, "counts": counts, "few": False}
    asked = Question("q1", kind, "", TEXT, None, None, OPTIONS)
    found = claims(Result(question=asked, poll="p", shown=shown, **more))
    return [(claim.code, "".join(option.id for option in claim.options)) for claim in found]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((8, 0, 0, 0), [("all", "a")]),
        ((6, 2, 2, 0), [("over_half", "a")]),
        ((5, 3, 2, 0), [("half", "a")]),
        ((4, 3, 2, 1), [("most", "a"), ("few", "d")]),
        ((5, 5, 0, 0), [("tie", "ab")]),
        ((3, 1, 3, 3), [("tie", "acd"), ("few", "b")]),
        ((5, 5, 5, 5), [("even", "abcd")]),
        ((18, 1, 1, 0), [("over_half", "a"), ("few", "bc")]),
    ],
)
def test_what_children_chose(counts: tuple[int, ...], expected: list[tuple[str, str]]) -> None:
    assert said("single_choice", dict(zip("abcd", counts, strict=True)), sum(counts)) == expected


def ranked(points: str, first: str) -> Cells:
    return {
        **{f"{option}#": 9 - points.index(option) for option in "abcd"},
        **{f"{option}@1": 9 - first.index(option) for option in "abcd"},
    }


def test_a_ranking_has_two_leaders_or_one() -> None:
    assert said("rank", ranked("abcd", "abcd"), 10) == [("points_first", "a")]
    assert said("rank", ranked("abcd", "bacd"), 10) == [("points", "a"), ("first", "b")]
    tied = {**ranked("abcd", "abcd"), "b#": 9}
    assert said("rank", tied, 10) == [("points_tie", "ab"), ("first", "a")]


def test_coins_are_a_share_of_every_childs_purse() -> None:
    few_givers = {"a": 51, "a#": 6, "b": 20, "b#": 8}
    assert said("budget", few_givers, 10) == [("coins_over_half", "a"), ("gave", "b")]
    assert said("budget", {**few_givers, "a": 50}, 10) == [("coins", "a"), ("gave", "b")]
    assert said("budget", {**few_givers, "a": 50, "a#": 9}, 10) == [("coins_gave", "a")]
    assert said("budget", {"a": 30, "b": 30, "a#": 5, "b#": 5}, 10) == [("coins_tie", "ab"), ("gave_tie", "ab")]


def test_nothing_is_said_of_what_is_withheld() -> None:
    assert said("single_choice", None, None) == []


@given(st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(lambda counts: sum(counts) >= 5))
def test_the_words_are_true(counts: list[int]) -> None:
    shown = sum(counts)
    by = dict(zip("abcd", counts, strict=True))
    for code, options in said("single_choice", by, shown):
        here, others = [by[name] for name in options], [by[name] for name in "abcd" if name not in options]
        assert {
            "all": here == [shown],
            "over_half": shown / 2 < here[0] < shown,
            "half": here[0] == shown / 2,
            "most": max(others, default=0) < here[0] < shown / 2,
            "tie": len({*here}) == 1 and here[0] > max(others, default=0),
            "even": len({*counts}) == 1,
            "few": all(0 < each <= shown / 10 for each in here),
        }[code]
