"""Which nodes a filter takes, and that every figure is a sum of whole nodes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import DomainError
from server.domain.questions import Option, Question
from server.domain.results import RECEIVED, SHOWN, Figure, at, sum_up
from server.domain.sessions import grades_key, read_grades

TEXT = {"sv": "?", "fi": "?"}
ASKED = Question("q1", "single_choice", "", TEXT, None, None, (Option("a", "", TEXT), Option("b", "", TEXT)))
node = st.sets(st.integers(1, 6), min_size=1, max_size=2).map(lambda grades: grades_key(sorted(grades)))
wanted_grades = st.sets(st.integers(1, 6), min_size=1)


def figures(nodes: dict[str, int]) -> list[Figure]:
    """A packet of `number` answers, all "a", in each node, and one answer held."""
    found = []
    for grades, number in nodes.items():
        cells = {"a": number, "b": 0, SHOWN: number, RECEIVED: number + 1}
        found += [Figure("p", "q1", grades, cell, count) for cell, count in cells.items()]
    return found


@given(st.dictionaries(node, st.integers(5, 40), min_size=1), wanted_grades)
def test_grades_sum_the_nodes_that_lie_in_them(nodes: dict[str, int], wanted: set[int]) -> None:
    inside = {grades: number for grades, number in nodes.items() if set(read_grades(grades)) <= wanted}
    result = sum_up("p", ASKED, at(figures(nodes), ",".join(map(str, wanted))))
    if inside:
        assert result.counts == {"a": sum(inside.values()), "b": 0}
        assert result.shown == sum(inside.values())
        assert result.received == sum(inside.values()) + len(inside)
    else:
        assert (result.counts, result.shown, result.received) == (None, None, None)


def test_a_single_grade_never_takes_in_a_combined_class() -> None:
    assert sum_up("p", ASKED, at(figures({"1-2": 9}), "1")).counts is None
    assert sum_up("p", ASKED, at(figures({"1-2": 9, "1": 6}), "1")).shown == 6


def test_without_grades_only_the_whole_place_counts() -> None:
    assert sum_up("p", ASKED, at(figures({"": 20, "1": 6}), "")).shown == 20


@pytest.mark.parametrize(("received", "few"), [(0, True), (5, True), (6, False), (40, False)])
def test_withheld_says_whether_fewer_came_than_a_packet_needs(received: int, few: bool) -> None:
    result = sum_up("p", ASKED, [Figure("p", "q1", "1", RECEIVED, received)])
    assert (result.counts, result.received, result.few) == (None, None, few)


def test_other_questions_and_polls_are_left_out() -> None:
    others = [Figure("p", "q2", "", SHOWN, 9), Figure("other", "q1", "", SHOWN, 9)]
    assert sum_up("p", ASKED, others).counts is None


def test_grades_that_are_none_are_not_found() -> None:
    with pytest.raises(DomainError):
        at([], "7")
