"""What may be decided after what, and that covering only hides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.desk import COVER, REASONS, State, Verdict, decide, hide_words, keepers, read_boxes, words
from server.domain.errors import DomainError

MIKA, MAJA = "mika", "maja"
NEW = Verdict(State.NEW)


def refused(stands: Verdict, wanted: str, **more: str) -> str:
    with pytest.raises(DomainError) as error:
        decide(stands, wanted, MIKA, **more)  # type: ignore[arg-type]
    return error.value.kind.code


@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason != "hurtful"])
def test_one_person_hides_for_a_plain_reason(reason: str) -> None:
    assert decide(NEW, "hidden", MIKA, reason=reason) == Verdict(State.HIDDEN, reason, MIKA)


def test_what_hurts_or_criticises_takes_two() -> None:
    for first in (
        decide(NEW, "hidden", MIKA, reason="hurtful"),
        decide(NEW, "hidden", MIKA, reason="name", critical=True),
    ):
        assert first.state == State.DOUBTED
        assert refused(first, "hidden", reason="name") == "second_person"
        assert decide(first, "hidden", MAJA) == Verdict(State.HIDDEN, first.reason, MIKA, MAJA)
        assert decide(first, "shown", MAJA) == Verdict(State.SHOWN, by=MAJA)


@pytest.mark.parametrize("state", [State.SHOWN, State.COVERED, State.HIDDEN, State.DOUBTED, State.WORRY])
def test_everything_can_be_taken_back(state: State) -> None:
    assert decide(Verdict(state, "name", MIKA), "new", MAJA) == NEW


def test_a_worry_waits_for_its_keepers_and_ends_when_it_is_handed_over() -> None:
    worry = decide(NEW, "worry", MIKA)
    for wanted in ("shown", "covered", "hidden", "worry"):
        assert refused(worry, wanted, reason="name") == "wrong_state"
    for state in (State.HANDED, State.ERASED):
        for wanted in ("new", "shown", "hidden"):
            assert refused(Verdict(state), wanted, reason="name") == "wrong_state"


@pytest.mark.parametrize("wanted", ["", "handed", "erased", "doubted", "critical", "NEW"])
def test_nothing_else_can_be_decided(wanted: str) -> None:
    assert refused(NEW, wanted) == "bad_form"


def test_hiding_needs_a_reason_and_criticism_is_none() -> None:
    for reason in ("", "critical", "criticism", "hidden"):
        assert refused(NEW, "hidden", reason=reason) == "bad_form"


@pytest.mark.parametrize(
    ("named", "able", "found"),
    [
        ([MIKA, MAJA], [MIKA, MAJA, "otto"], {MIKA, MAJA}),
        ([MIKA, MAJA], [MAJA, "otto"], {MAJA}),
        ([MIKA, MAJA], ["otto"], {"otto"}),
        (["", ""], [MIKA, "otto"], {MIKA, "otto"}),
    ],
)
def test_who_keeps_worries(named: list[str], able: list[str], found: set[str]) -> None:
    assert keepers(named, able) == found


@given(st.text(), st.data())
def test_covering_only_hides(text: str, data: st.DataObject) -> None:
    said = words(text)
    hidden = data.draw(st.sets(st.integers(0, max(len(said) - 1, 0)))) if said else set[int]()
    left = words(hide_words(text, {str(place) for place in hidden}))
    assert left == [COVER if place in hidden else word for place, word in enumerate(said)]


@pytest.mark.parametrize("place", ["2", "-1", "x", "", "0 ", "٠"])
def test_only_words_that_are_there(place: str) -> None:
    with pytest.raises(DomainError):
        hide_words("två ord", {place})


def test_rectangles_as_people_write_them() -> None:
    assert read_boxes(["0,5", ""], [".25", " "], ["1", ""], ["0.125", ""]) == [(0.5, 0.25, 1.0, 0.125)]
    assert read_boxes([], [], [], []) == []


@pytest.mark.parametrize("number", ["nan", "inf", "1e-1", "-0.1", "1.5", "2", "0x1", "٠", "0.1234567"])
def test_what_is_no_part_of_a_drawing(number: str) -> None:
    with pytest.raises(DomainError):
        read_boxes([number], ["0"], ["0.1"], ["0.1"])
