"""A session's states, its picture code, its tablets' marks and its grades."""

import itertools
import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import DomainError
from server.domain.sessions import (
    CODE_LENGTH,
    COLOURS,
    GRADES,
    JOINABLE,
    PICTURES,
    SHAPES,
    State,
    after,
    asks_teacher_after,
    cap,
    check_days,
    counts_in_school,
    grades_key,
    mark_for,
    new_code,
    new_session_id,
    read_grades,
)

some_grades = st.lists(st.sampled_from(GRADES), min_size=1)


@pytest.mark.parametrize(
    ("state", "step", "new"),
    [
        ("prepared", "open", "open"),
        ("prepared", "finish", None),
        ("prepared", "close", None),
        ("open", "open", None),
        ("open", "finish", "closing"),
        ("open", "close", "closed"),
        ("closing", "open", None),
        ("closing", "finish", None),
        ("closing", "close", "closed"),
        ("closed", "open", None),
        ("closed", "finish", None),
        ("closed", "close", None),
        ("frozen", "open", None),
        ("frozen", "finish", None),
        ("frozen", "close", None),
    ],
)
def test_what_follows_a_step(state: str, step: str, new: str | None) -> None:
    if new is None:
        with pytest.raises(DomainError, match="wrong_state"):
            after(State(state), step)
    else:
        assert after(State(state), step) == State(new)


def test_tablets_join_before_and_while_it_is_open() -> None:
    assert {State.PREPARED, State.OPEN} == JOINABLE


@given(some_grades)
def test_grades_are_read_back_from_their_key(grades: list[int]) -> None:
    assert read_grades(grades_key(grades)) == tuple(sorted(set(grades)))


@given(some_grades, some_grades)
def test_two_groups_share_a_key_only_when_their_grades_are_the_same(one: list[int], other: list[int]) -> None:
    assert (grades_key(one) == grades_key(other)) == (set(one) == set(other))


@pytest.mark.parametrize(
    ("grades", "key"), [([3], "3"), ([2, 1], "1-2"), ([1, 2, 3], "1-3"), ([1, 3], "1,3"), ([4, 1, 2, 2], "1,2,4")]
)
def test_grades_are_written(grades: list[int], key: str) -> None:
    assert grades_key(grades) == key


@pytest.mark.parametrize(("key", "grades"), [("1,2", (1, 2)), ("2,1", (1, 2)), ("1-2,4", (1, 2, 4)), ("5-6", (5, 6))])
def test_grades_may_be_asked_for_in_several_ways(key: str, grades: tuple[int, ...]) -> None:
    assert read_grades(key) == grades


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        "0",
        "7",
        "1-",
        "-1",
        "-",
        ",",
        "1,",
        "2-1",
        "1-7",
        "0-2",
        "1--2",
        "1-2-3",
        "a",
        "1 2",
        "٣",
        "²",
        "1-²",
        "9" * 999,
    ],
)
def test_unknown_grades_are_not_found(key: str) -> None:
    with pytest.raises(DomainError, match="not_found"):
        read_grades(key)


@given(st.text(st.sampled_from("0123456789-, ²٣"), max_size=9) | st.text(max_size=9))
def test_any_text_names_grades_or_is_not_found(key: str) -> None:
    try:
        grades = read_grades(key)
    except DomainError:
        grades = tuple(GRADES)
    assert grades == tuple(sorted(set(grades)))
    assert set(grades) <= set(GRADES)
    assert grades


@pytest.mark.parametrize(
    ("grades", "in_school"), [([1], False), ([1, 2], False), ([1, 3], True), ([1, 2, 3], True), ([5, 6], False)]
)
def test_a_group_over_more_than_two_grades_has_no_node_of_its_own(grades: list[int], in_school: bool) -> None:
    assert counts_in_school(grades) is in_school


def every_code() -> Iterable[tuple[str, ...]]:
    return itertools.product(PICTURES, repeat=CODE_LENGTH)


@given(st.sets(st.tuples(*[st.sampled_from(list(PICTURES))] * CODE_LENGTH)), st.randoms(use_true_random=False))
def test_a_code_is_four_known_pictures_and_free(taken: set[tuple[str, ...]], rng: random.Random) -> None:
    code = new_code(taken, rng)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(PICTURES)
    assert code not in taken


def test_the_last_free_code_is_found() -> None:
    last = ("owl", "owl", "cat", "house")
    assert new_code(set(every_code()) - {last}, random.Random(1)) == last


def test_when_all_codes_are_taken_it_says_so() -> None:
    with pytest.raises(DomainError, match="busy"):
        new_code(set(every_code()), random.Random(1))


def test_the_first_64_tablets_of_a_session_look_different() -> None:
    marks = [mark_for(number) for number in range(64)]
    assert len(set(marks)) == 64
    assert {colour for colour, _ in marks[:8]} == set(COLOURS)
    assert {shape for _, shape in marks[:8]} == set(SHAPES)
    assert mark_for(64) == mark_for(0)


@pytest.mark.parametrize(("children", "most"), [(None, 2000), (0, 20), (1, 23), (25, 95)])
def test_a_session_takes_this_many_responses(children: int | None, most: int) -> None:
    assert cap(children) == most


PERIOD = {"begins": "2026-11-10", "ends": "2026-11-30"}


@pytest.mark.parametrize(
    ("period", "first", "last", "ends"),
    [
        ({}, "2026-11-21", None, None),
        ({}, "2026-11-21", "2026-11-21", "2026-11-21"),
        ({"begins": "", "ends": ""}, "2026-11-21", None, None),
        (PERIOD, "2026-11-10", None, "2026-11-30"),
        (PERIOD, "2026-11-30", "2026-11-30", "2026-11-30"),
    ],
)
def test_a_session_ends_with_its_own_last_day_or_the_periods(
    period: dict[str, str], first: str, last: str | None, ends: str | None
) -> None:
    assert check_days(period, first, last) == ends


@pytest.mark.parametrize(
    ("period", "first", "last", "field"),
    [
        (PERIOD, "2026-11-09", None, "opens"),
        (PERIOD, "2026-12-01", None, "opens"),
        (PERIOD, "2026-11-21", "2026-12-01", "closes"),
        ({}, "2026-11-21", "2026-11-20", "closes"),
    ],
)
def test_days_outside_the_period_are_refused_by_field(
    period: dict[str, str], first: str, last: str | None, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        check_days(period, first, last)
    assert refused.value.details[0][0] == field


def test_adults_who_guess_are_never_asked_for_a_teachers_figures() -> None:
    assert asks_teacher_after(new_session_id(), 21) == 21
    assert asks_teacher_after(new_session_id(trial=True), 21) == 21
    assert asks_teacher_after(new_session_id(guess=True), 21) is None
    assert asks_teacher_after(new_session_id(), None) is None
