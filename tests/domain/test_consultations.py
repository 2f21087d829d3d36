"""Every poll on the shelf is read, and each grade band is asked questions that exist."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.domain.consultations import LANGUAGES, Poll, parse_poll
from server.domain.questions import KINDS, Option
from server.domain.sessions import GRADES
from tests.town import poll_content

SHELF = sorted(Path("server/shelf").glob("*/poll.json"))


@pytest.fixture(params=SHELF, ids=lambda path: path.parent.name)
def poll(request: pytest.FixtureRequest) -> Poll:
    return parse_poll(json.loads(request.param.read_text("utf-8")))


def test_there_is_a_poll() -> None:
    assert SHELF


def test_ids_are_unique(poll: Poll) -> None:
    ids = [question.id for question in poll.questions]
    assert len(ids) == len(set(ids))
    for question in poll.questions:
        assert len(question.option_ids) == len(set(question.option_ids))


def test_every_profile_asks_known_questions_and_plays_some(poll: Poll) -> None:
    known = {question.id for question in poll.questions}
    for profile in poll.profiles:
        assert set(profile.question_ids) <= known
        played = poll.played(profile.id)
        assert played
        assert [question.id for question in played] == [q for q in profile.question_ids if q in poll.question]


def test_every_grade_has_a_profile_and_the_youngest_decides(poll: Poll) -> None:
    for youngest in GRADES:
        for oldest in range(youngest, max(GRADES) + 1):
            assert poll.profile_for([oldest, youngest]) == poll.profile_for([youngest])
            assert youngest in poll.profile_for([youngest]).grades


def test_an_unknown_profile_asks_nothing(poll: Poll) -> None:
    assert poll.profile("none") is None
    assert poll.played("none") == ()


def test_played_questions_can_be_answered_in_both_languages(poll: Poll) -> None:
    for question in poll.question.values():
        assert question.kind in KINDS
        assert len(question.options) >= 2
        assert 1 <= question.max_select <= len(question.options)
        assert set(question.fixed_last) <= set(question.option_ids)
        assert all(text_in_both(option) for option in question.options)
        assert all(question.text[language] for language in LANGUAGES)
    assert all(text_in_both(option) for option in (poll.assent.yes, poll.assent.no))


def text_in_both(option: Option) -> bool:
    return all(option.text[language] for language in LANGUAGES)


def test_the_demos_first_question_is_read_as_it_stands() -> None:
    first = parse_poll(poll_content()).question["q1"]
    assert (first.kind, first.max_select) == ("single_choice", 1)
    assert first.option_ids == ("home", "playground", "forest", "library", "hobby", "elsewhere")


@pytest.mark.parametrize(
    "part", ["id", "title", "introduction", "assent", "practice", "questions", "gradeProfiles", "thanks", "stopDialog"]
)
def test_a_poll_without_a_needed_part_is_no_poll(part: str) -> None:
    content: dict[str, Any] = poll_content()
    del content[part]
    with pytest.raises((KeyError, TypeError)):
        parse_poll(content)
