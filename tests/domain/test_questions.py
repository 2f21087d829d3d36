"""What a valid answer is, kind by kind, and which cells it adds to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.questions import KINDS, Answer, Question, cells, fits
from tests.domain.polls import all_fitting, json_values, question

ONE = ("single_choice", "smiley", "yes_maybe_no")
SEVERAL = question("multi_choice", "a", "b", "c", max_select=2)
ASKED = [*(question(kind) for kind in ONE), SEVERAL]


def test_these_kinds_are_played() -> None:
    assert set(KINDS) == {*ONE, "multi_choice"}


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


@given(st.sampled_from(ASKED), json_values)
def test_exactly_the_possible_answers_fit(asked: Question, answer: Any) -> None:
    assert fits(asked, answer) == (answer is None or any(_same(answer, possible) for possible in all_fitting(asked)))


@given(st.sampled_from(ASKED), st.data())
def test_an_answer_adds_one_to_each_option_it_names(asked: Question, data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(all_fitting(asked)))
    assert fits(asked, answer)
    assert cells(asked, answer) == dict.fromkeys(answer if isinstance(answer, list) else [answer], 1)


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other
