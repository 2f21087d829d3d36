"""The disclosure rule: packets of at least five, one more held back, decided by numbers alone."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.packets import (
    ORDINARY,
    SENSITIVE,
    Place,
    Threshold,
    count,
    filter_keys,
    parents_last,
    release,
    threshold,
)
from server.domain.questions import Question, adds
from tests.domain.polls import COUNTED, all_fitting, question

thresholds = st.sampled_from([ORDINARY, SENSITIVE])
names = st.sampled_from(["a", "b", "c"])


def test_the_numbers_officers_were_promised() -> None:
    assert (ORDINARY.shown, ORDINARY.held, ORDINARY.needed) == (5, 1, 6)
    assert (SENSITIVE.shown, SENSITIVE.held, SENSITIVE.needed) == (10, 2, 12)
    assert threshold(question()) == ORDINARY
    assert threshold(question(sensitive=True)) == SENSITIVE


@given(st.integers(0, 400), thresholds, st.randoms(use_true_random=False))
def test_a_release_divides_all_answers_and_shows_enough_or_none(
    number: int, limit: Threshold, rng: random.Random
) -> None:
    made = release(number, limit, rng)
    assert sorted(made.packet + made.moved) == list(range(number))
    if number < limit.needed:
        assert made.packet == ()
    else:
        assert len(made.packet) >= limit.shown
        assert len(made.moved) == limit.held


@given(st.integers(6, 40), st.integers(0, 2**32))
def test_which_answers_move_depends_on_the_number_and_chance_only(number: int, seed: int) -> None:
    assert release(number, ORDINARY, random.Random(seed)) == release(number, ORDINARY, random.Random(seed))


def test_every_answer_may_be_the_one_that_moves() -> None:
    rng = random.Random(1)
    assert {release(6, ORDINARY, rng).moved for _ in range(500)} == {(n,) for n in range(6)}


@given(st.sampled_from(COUNTED), st.data())
def test_counts_name_every_cell_and_add_up(asked: Question, data: st.DataObject) -> None:
    answers = data.draw(st.lists(st.sampled_from(all_fitting(asked)), max_size=30))
    for entry in asked.entries:
        added = [adds(asked, answer)[entry.id] for answer in answers if entry.id in adds(asked, answer)]
        counts = count(entry, added)
        assert tuple(counts) == entry.cells
        assert +Counter(counts) == sum(map(Counter, added), Counter())


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (question(), ["a", "b", "c"]),
        (question("rank", "a", "b"), ["a@1", "a#", "b@1", "b#"]),
        (question("budget", "a", "b"), ["a", "a#", "b", "b#"]),
    ],
)
def test_a_packet_names_these_cells(asked: Question, named: list[str]) -> None:
    assert list(count(asked, [])) == named


schools = names.map(lambda name: ("stad", name)) | names.map(lambda name: ("region", "stad", name))
languages = st.sampled_from(["sv", "fi"])
places = st.builds(Place, schools, st.sampled_from(["", "1", "1-2", "3"]), st.sampled_from(["", "s_1"]), languages)
nodes = st.sampled_from([Place(("stad",)), Place(("region",)), Place(("region", "stad"))]) | places


@given(nodes)
def test_every_place_leads_up_to_its_municipality(place: Place) -> None:
    steps = [place]
    while parent := steps[-1].parent:
        assert steps[-1].node.startswith(parent.node + "/")
        assert parent.node.count("/") == steps[-1].node.count("/") - 1
        steps.append(parent)
    assert steps[-1] == Place(place.areas[:1])


def test_a_group_of_many_grades_counts_in_its_school() -> None:
    assert Place(("stad", "a"), "", "s_1").parent == Place(("stad", "a"))
    assert Place(("stad", "a"), "1-2", "s_1").parent == Place(("stad", "a"), "1-2")


def test_above_several_municipalities_a_school_counts_in_its_own() -> None:
    school = Place(("region", "stad", "a"), language="fi")
    assert school.parent == Place(("region", "stad"))
    assert Place(("region", "stad")).parent == Place(("region",))
    assert [Place(areas).area for areas in (("region",), ("region", "stad"), school.areas)] == ["", "stad", "a"]


@given(st.lists(nodes, max_size=12))
def test_children_close_before_their_parents(some: list[Place]) -> None:
    ordered = list(parents_last(some))
    assert sorted(map(str, ordered)) == sorted(map(str, some))
    for place in ordered:
        if place.parent in ordered:
            assert ordered.index(place) < max(n for n, other in enumerate(ordered) if other == place.parent)


@pytest.mark.parametrize(
    ("place", "keys"),
    [
        (Place(("stad",)), {("", "", "")}),
        (Place(("stad", "a"), language="fi"), {("", "", ""), ("a", "", ""), ("", "", "fi")}),
        (
            Place(("stad", "a"), "1-2", language="fi"),
            {("", "", ""), ("a", "", ""), ("", "", "fi"), ("a", "1-2", ""), ("", "1-2", ""), ("", "1-2", "fi")},
        ),
        (Place(("region", "stad")), {("", "", ""), ("stad", "", "")}),
        (
            Place(("region", "stad", "a"), language="sv"),
            {("", "", ""), ("stad", "", ""), ("a", "", ""), ("", "", "sv"), ("stad", "", "sv")},
        ),
    ],
)
def test_a_packet_adds_to_these_filters(place: Place, keys: set[tuple[str, str, str]]) -> None:
    assert filter_keys(place) == keys


@given(places)
def test_a_session_adds_to_the_filters_of_the_node_it_stands_in(place: Place) -> None:
    session = replace(place, session="s_1")
    assert session.parent is not None
    assert filter_keys(session) == filter_keys(session.parent)
    assert filter_keys(session.parent) >= filter_keys(Place(place.areas[:1]))


@given(st.integers(0, 40), st.data())
def test_typed_answers_never_make_a_packet_and_are_never_held(number: int, data: st.DataObject) -> None:
    typed = data.draw(st.sets(st.sampled_from(range(number)) if number else st.nothing()))
    made = release(number, ORDINARY, random.Random(1), typed)
    assert sorted(made.packet + made.moved) == list(range(number))
    if number - len(typed) < ORDINARY.needed:
        assert made.packet == ()
    else:
        assert len(set(made.packet) - typed) >= ORDINARY.shown
        assert typed <= set(made.packet)
