"""Where a consultation is on its way to an answer, which promises are overdue, and whom an answer follows."""

from typing import Any

import pytest

from server.domain.feedback import (
    Feedback,
    Reached,
    empty_feedback,
    grades_told,
    is_overdue,
    published_since,
    read_feedback,
    timeline,
)

FACTS = {"begins": "2026-09-01", "ends": "2026-10-01", "feedbackBy": "2026-12-01"}
SAID = {"sv": "Ja", "fi": "Kyllä"}
MARKS = {Reached.REACHED: "+", Reached.NOW: ">", Reached.LATER: "", Reached.OVERDUE: "!"}
READER = {"id": "r1", "name": "Ritva", "role": SAID, "day": "2026-10-08"}


def feedback(**changes: Any) -> Feedback:
    return read_feedback({**empty_feedback(), **changes})


def told(found: Feedback | None, *, frozen: bool, today: str, facts: Any = FACTS) -> str:
    steps = timeline(facts, found, frozen=frozen, today=today)
    return " ".join(f"{step.stage}{MARKS[step.state]}" for step in steps)


DECIDED = {"decision": SAID, "decidedOn": "2026-10-20"}


@pytest.mark.parametrize(
    ("found", "frozen", "today", "expected"),
    [
        (None, False, "2026-09-02", "asked> counted read meeting decision answer"),
        (None, False, "2026-10-01", "asked> counted read meeting decision answer"),
        (None, False, "2026-10-02", "asked+ counted> read meeting decision answer"),
        (None, True, "2026-10-02", "asked+ counted+ read> meeting decision answer"),
        (
            feedback(readers=[READER], meeting="2026-10-20"),
            True,
            "2026-10-19",
            "asked+ counted+ read+ meeting> decision answer",
        ),
        (feedback(**DECIDED), True, "2026-10-20", "asked+ counted+ decision+ answer>"),
        (feedback(**DECIDED), True, "2026-12-02", "asked+ counted+ decision+ answer!"),
        (feedback(**DECIDED, answered="2026-11-01"), True, "2026-12-02", "asked+ counted+ decision+ answer+"),
        (None, False, "2026-12-02", "asked+ counted> read meeting decision answer!"),
    ],
)
def test_the_way_to_an_answer(found: Feedback | None, frozen: bool, today: str, expected: str) -> None:
    assert told(found, frozen=frozen, today=today) == expected


def test_a_decision_of_tomorrow_is_none_today() -> None:
    assert told(feedback(**DECIDED), frozen=True, today="2026-10-19").split()[-2] == "decision"


def test_days_that_were_told_and_no_others() -> None:
    late = {**READER, "id": "r2", "day": "2026-10-12"}
    steps = timeline(FACTS, feedback(readers=[READER, late]), frozen=True, today="2026-10-15")
    days = ["2026-09-01", None, "2026-10-12", None, None, "2026-12-01"]
    assert [step.day for step in steps] == days
    assert [step.day for step in timeline({}, None, frozen=False, today="2026-10-15")] == [None] * 6


def test_the_day_of_the_freeze_is_told_once_it_was() -> None:
    for frozen, day in ((True, "2026-10-02"), (False, "2026-10-01")):
        steps = timeline(FACTS, None, frozen=frozen, today="2026-10-15", frozen_on="2026-10-02")
        assert steps[1].day == day


CARD = {"id": "c1", "emojiHex": "1F6DD", "said": SAID, "did": SAID, "state": "done", "day": ""}


def test_each_part_keeps_the_day_on_which_it_was_first_published() -> None:
    first = published_since(None, feedback(cards=[CARD]), "2026-10-20")
    assert first == {"c1": "2026-10-20"}
    before = feedback(cards=[CARD], since=first)
    assert before.cards[0].since == "2026-10-20"
    now = feedback(**DECIDED, cards=[{**CARD, "state": "cannot"}, {**CARD, "id": "c2"}])
    assert published_since(before, now, "2026-11-02") == {**first, "c2": "2026-11-02", "decision": "2026-11-02"}


def test_of_what_was_published_before_it_was_noted_nobody_says_when() -> None:
    before = feedback(**DECIDED, cards=[CARD])
    assert published_since(before, before, "2026-11-02") == {}
    assert before.cards[0].since == ""


def test_a_promise_is_overdue_the_day_after() -> None:
    assert not is_overdue(FACTS, None, "2026-12-01")
    assert is_overdue(FACTS, None, "2026-12-02")
    assert is_overdue(FACTS, feedback(), "2026-12-02")
    assert not is_overdue(FACTS, feedback(answered="2026-12-03"), "2026-12-04")
    assert not is_overdue({}, None, "2026-12-02")


def test_what_was_taken_away_is_not_read() -> None:
    assert feedback(readers=[READER, {**READER, "id": "r2", "removed": True}]).readers[0].id == "r1"
    assert len(feedback(readers=[{**READER, "removed": True}]).readers) == 0


@pytest.mark.parametrize(
    ("grades", "asked_on", "today", "expected"),
    [
        ((1, 2), "2026-11-21", "2027-07-31", (1, 2)),
        ((1, 2), "2026-11-21", "2027-08-01", (1, 2, 3)),
        ((1, 2), "2027-07-31", "2027-08-01", (1, 2, 3)),
        ((1, 2), "2027-08-01", "2028-07-31", (1, 2)),
        ((3,), "2026-11-21", "2028-09-01", (3, 4, 5)),
        ((6,), "2026-11-21", "2027-09-01", (6,)),
        ((2,), "2026-11-21", "2026-01-01", (2,)),
    ],
)
def test_after_the_summer_the_answer_follows_the_class(
    grades: tuple[int, ...], asked_on: str, today: str, expected: tuple[int, ...]
) -> None:
    assert grades_told(grades, asked_on, today) == expected
