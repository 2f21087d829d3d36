"""What a child chooses among is fair and complete, and nothing is said of a picture too few have seen."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.picture_tries import MEANINGS, MOST_AT_ONCE, Tried, list_pictured, meanings, pick
from tests.town import poll_content

LANGUAGES = ("sv", "fi")


def content() -> dict[str, Any]:
    return poll_content()


def test_every_option_with_a_picture_and_words_is_one() -> None:
    draft = content()
    pictured = list_pictured(draft)
    keys = [each.key for each in pictured]
    assert "q1.home" in keys
    assert "q9.p1.outdoors" in keys
    assert len(keys) == len(set(keys))
    assert not [key for key in keys if key.startswith(("exit", "q4.", "q8.", "q10."))]
    draft["questions"][0]["options"][0]["removed"] = True
    assert len(list_pictured(draft)) == len(pictured) - 1


@given(st.integers(0, 10_000), st.sampled_from(LANGUAGES))
def test_the_meanings_hold_the_right_one_once_and_no_two_alike(seed: int, lang: str) -> None:
    known = list_pictured(content())
    for one in pick(known, lang, random.Random(seed)):
        shown = meanings(known, one, lang, random.Random(seed))
        words = [each.text[lang] for each in shown]
        assert len(shown) == MEANINGS == len(set(words))
        assert shown.count(one) == 1
        near = {each.text[lang] for each in known if each.question == one.question and each.picture != one.picture}
        from_here = [each for each in shown if each.question == one.question]
        assert len(from_here) >= min(MEANINGS, len(near - {one.text[lang]}) + 1)


@given(st.integers(0, 10_000))
def test_one_child_sees_some_and_none_twice(seed: int) -> None:
    picked = pick(list_pictured(content()), "fi", random.Random(seed))
    assert len(picked) == MOST_AT_ONCE == len({each.key for each in picked})


def test_by_chance_each_meaning_stands_anywhere() -> None:
    known = list_pictured(content())
    places = {meanings(known, known[0], "sv", random.Random(seed)).index(known[0]) for seed in range(60)}
    assert places == set(range(MEANINGS))


@pytest.mark.parametrize(
    ("saw", "understood", "percent", "is_doubtful"),
    [(0, 0, 0, False), (4, 0, 0, False), (5, 4, 80, False), (5, 3, 60, True), (10, 7, 70, True), (10, 8, 80, False)],
)
def test_doubt_begins_below_four_of_five(saw: int, understood: int, percent: int, is_doubtful: bool) -> None:
    tried = Tried(saw, understood)
    assert (tried.percent, tried.is_doubtful) == (percent, is_doubtful)
