"""What a valid answer is, kind by kind, and what it adds to the ledger."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.questions import KINDS, TENTHS, Answer, Question, adds, fits
from tests.domain.polls import (
    ASKED,
    COINS,
    COUNTED,
    IDEA,
    MORE_COINS,
    ONE,
    PAIRS,
    RANK,
    SEVERAL,
    all_fitting,
    near,
    question,
)


def test_these_kinds_are_played() -> None:
    assert set(KINDS) == {*ONE, "multi_choice", "rank", "budget", "this_or_that", "idea"}
    assert {asked.kind for asked in ASKED} == set(KINDS)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.kind)
def test_null_is_a_skip(asked: Question) -> None:
    assert fits(asked, None)


@pytest.mark.parametrize("kind", ONE)
@pytest.mark.parametrize(("answer", "fitting"), [("a", True), ("d", False), ("", False), (["a"], False), (1, False)])
def test_one_choice_is_one_known_option(kind: str, answer: Answer, fitting: bool) -> None:
    assert fits(question(kind), answer) is fitting


@pytest.mark.parametrize(
    ("answer", "fitting"),
    [
        (["a"], True),
        (["a", "b"], True),
        (["a", "c"], True),
        (["b", "a"], False),
        (["a", "a"], False),
        (["a", "b", "c"], False),
        ([], False),
        (["d"], False),
        (["a", 1], False),
        ([["a"]], False),
        ("a", False),
        ({"a": 1}, False),
        (True, False),
    ],
)
def test_several_choices_are_ticks_in_the_revisions_order(answer: Answer, fitting: bool) -> None:
    assert fits(SEVERAL, answer) is fitting


@pytest.mark.parametrize(
    ("answer", "fitting"),
    [
        (["c", "a", "b"], True),
        (["b"], True),
        (["b", "b"], False),
        (["a", "b", "c", "a"], False),
        (["d"], False),
        ([], False),
        ([None], False),
        ([["a"]], False),
        ("a", False),
        ({"a": 1}, False),
    ],
)
def test_a_rank_is_different_options_in_the_childs_order(answer: Answer, fitting: bool) -> None:
    assert fits(RANK, answer) is fitting


@pytest.mark.parametrize(
    ("answer", "fitting"),
    [
        ({"a": 5}, True),
        ({"a": 1}, True),
        ({"b": 2, "a": 3}, True),
        ({"a": 5, "b": 0}, True),
        ({"a": 6}, False),
        ({"a": 3, "b": 3}, False),
        ({"a": 0}, False),
        ({}, False),
        ({"a": -1, "b": 5}, False),
        ({"a": True}, False),
        ({"a": 2.0}, False),
        ({"a": "2"}, False),
        ({"d": 1}, False),
        (["a"], False),
        (5, False),
        ({"a": 10**400}, False),
    ],
)
def test_coins_are_whole_and_no_more_than_the_purse(answer: Answer, fitting: bool) -> None:
    assert fits(COINS, answer) is fitting


@pytest.mark.parametrize(
    ("answer", "fitting"),
    [
        ({"p1": "a", "p2": "c"}, True),
        ({"p2": "a"}, True),
        ({}, False),
        ({"p1": "c"}, False),
        ({"p3": "a"}, False),
        ({"p1": None}, False),
        ({"p1": ["a"]}, False),
        ("a", False),
        (["a"], False),
    ],
)
def test_pairs_are_answered_each_with_one_of_its_own_two(answer: Answer, fitting: bool) -> None:
    assert fits(PAIRS, answer) is fitting


@pytest.mark.parametrize(
    ("answer", "fitting"),
    [
        ({"text": True, "drawing": True}, True),
        ({"text": False, "drawing": True}, True),
        ({"drawing": True}, True),
        ({"text": False, "drawing": False}, False),
        ({}, False),
        ({"text": "Elsa was here"}, False),
        ({"drawing": 1}, False),
        ({"drawing": True, "voice": True}, False),
        (True, False),
    ],
)
def test_of_an_idea_only_that_it_was_made(answer: Answer, fitting: bool) -> None:
    assert fits(IDEA, answer) is fitting


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.kind}-{asked.coins}")
@given(data=st.data())
def test_exactly_the_possible_answers_fit(asked: Question, data: st.DataObject) -> None:
    answer = data.draw(near(asked))
    assert fits(asked, answer) == (answer is None or any(_same(answer, possible) for possible in all_fitting(asked)))


@pytest.mark.parametrize(
    ("asked", "answer", "added"),
    [
        (question(), "b", {"q1": {"b": 1}}),
        (question("place"), "b", {"q1": {"b": 1}}),
        (SEVERAL, ["a", "c"], {"q1": {"a": 1, "c": 1}}),
        (RANK, ["c", "a", "b"], {"q1": {"c@1": 1, "c#": 3, "a#": 2, "b#": 1}}),
        (RANK, ["b"], {"q1": {"b@1": 1, "b#": 3}}),
        (COINS, {"c": 1, "a": 3}, {"q1": {"a": 6, "a#": 1, "c": 2, "c#": 1}}),
        (COINS, {"a": 5, "b": 0}, {"q1": {"a": 10, "a#": 1}}),
        (MORE_COINS, {"a": 3, "b": 7}, {"q1": {"a": 3, "a#": 1, "b": 7, "b#": 1}}),
        (PAIRS, {"p2": "c", "p1": "a"}, {"q1.p2": {"c": 1}, "q1.p1": {"a": 1}}),
        (PAIRS, {"p2": "a"}, {"q1.p2": {"a": 1}}),
        (IDEA, {"drawing": True}, {}),
    ],
)
def test_what_an_answer_adds(asked: Question, answer: Answer, added: dict[str, Any]) -> None:
    assert fits(asked, answer)
    assert adds(asked, answer) == added


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.kind}-{asked.coins}")
def test_every_possible_answer_adds_something_to_known_entries_and_cells_only(asked: Question) -> None:
    cells = {entry.id: set(entry.cells) for entry in asked.entries}
    for answer in all_fitting(asked):
        added = adds(asked, answer)
        assert bool(added) == (asked.kind != "idea")
        for entry, numbers in added.items():
            assert numbers.keys() <= cells[entry]
            assert all(number >= 1 for number in numbers.values())


@pytest.mark.parametrize("asked", COUNTED, ids=lambda asked: f"{asked.kind}-{asked.coins}")
def test_what_an_answer_adds_is_written_the_same_whatever_order_it_came_in(asked: Question) -> None:
    for answer in all_fitting(asked):
        if isinstance(answer, dict):
            turned = dict(reversed(answer.items()))
            assert {entry: list(cells.items()) for entry, cells in adds(asked, answer).items()} == {
                entry: list(cells.items()) for entry, cells in adds(asked, turned).items()
            }


@pytest.mark.parametrize("coins", [1, 2, 5, 10])
def test_every_child_weighs_the_same_whatever_the_purse(coins: int) -> None:
    asked = question("budget", coins=coins)
    for answer in all_fitting(asked):
        assert isinstance(answer, dict)
        (cells,) = adds(asked, answer).values()
        given_away = sum(number for cell, number in cells.items() if "#" not in cell)
        assert given_away * coins == sum(answer.values()) * TENTHS


def test_a_whole_rank_gives_all_points_and_a_part_the_highest() -> None:
    points = Counter(
        tuple(sorted(number for cell, number in adds(RANK, answer)["q1"].items() if cell.endswith("#")))
        for answer in all_fitting(RANK)
    )
    assert points == {(1, 2, 3): 6, (2, 3): 6, (3,): 3}


def test_each_pair_is_an_entry_of_its_own_and_an_idea_none() -> None:
    assert [(entry.id, entry.option_ids) for entry in PAIRS.entries] == [("q1.p1", ("a", "b")), ("q1.p2", ("a", "c"))]
    assert (RANK.entries, IDEA.entries) == ((RANK,), ())


def _same(one: object, other: object) -> bool:
    """Equal, and nothing in it of another type: 1 is neither true nor 1.0."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other
