"""A further language: whole or not offered, never needed, refused where nobody can read it."""

import copy
import json
from typing import Any

import pytest

from server.domain import draft_changes
from server.domain.consultations import list_faults, parse_poll
from server.domain.drafts import find_slot
from server.domain.errors import DomainError
from server.domain.findings import Rule, Severity
from server.domain.gaps import filled, list_gaps, review
from server.domain.package_checks import Package, pictures_of, read_package, write_package
from server.domain.package_files import PackageError
from server.domain.responses import Response, suits
from tests.english import ENGLISH, in_english, texts_for_children
from tests.town import poll_content


@pytest.fixture
def content() -> dict[str, Any]:
    return in_english(poll_content())


def test_a_whole_language_is_offered_and_an_option_of_the_answering_language(content: dict[str, Any]) -> None:
    poll = parse_poll(content)
    assert poll.languages == ("sv", "fi", "en")
    assert poll.ledger["language"].option_ids == poll.languages
    assert poll.ledger["language"].options[-1].text == ENGLISH["text"]
    assert poll.title["en"] == "English for: Meidän kolmas paikka"
    ours = parse_poll(poll_content())
    assert ours.languages == ours.ledger["language"].option_ids == ("sv", "fi")


def test_without_one_text_it_is_not_offered_and_the_writer_is_told(content: dict[str, Any]) -> None:
    """What is asked for and what decides are two readings of a poll: they must agree on every text."""
    known = set(pictures_of(content))
    met = 0
    for text in texts_for_children(content):
        if text is content["thanks"]["putAway"]:
            continue
        taken = text.pop("en")
        told = [each.path for each in review(content, known, strictly=False) if each.lang == "en"]
        assert parse_poll(content).languages == (("sv", "fi") if told else ("sv", "fi", "en")), (text, told)
        met += len(told)
        text["en"] = taken
    assert met > 100


def test_its_gaps_never_block(content: dict[str, Any]) -> None:
    for text in texts_for_children(content):
        del text["en"]
    assert list_gaps(content, set(pictures_of(content))) == []
    assert Rule.FURTHER_MISSING.severity == Severity.ADVISES


def test_a_response_suits_only_in_a_language_of_its_poll(content: dict[str, Any]) -> None:
    response = Response("r1", "en", {"q1": "home"}, "done")
    assert suits(parse_poll(content), "long", response)
    assert not suits(parse_poll(poll_content()), "long", response)


def test_a_look_at_a_draft_never_mixes_it_with_another(content: dict[str, Any]) -> None:
    del content["questions"][0]["text"]["en"]
    assert parse_poll(filled(content, set())).questions[0].text["en"] == "…"


def test_there_are_fields_for_it_where_children_read(content: dict[str, Any]) -> None:
    assert find_slot(content, "title.en").value == content["title"]["en"]
    assert find_slot(content, "questions.q1.options.home.text.en").kind == "text"
    for path in ("guardianNotice.en", "teacher.before.0.en", "gradeProfiles.short.label.en", "title.uk"):
        with pytest.raises(DomainError, match="bad_form"):
            find_slot(content, path)
    with pytest.raises(DomainError, match="bad_form"):
        find_slot(poll_content(), "title.en")


def test_a_column_comes_goes_and_comes_back_with_its_texts(content: dict[str, Any]) -> None:
    before = copy.deepcopy(content)
    draft_changes.remove_language(content, "en")
    assert "languages" not in content
    assert parse_poll(content).languages == ("sv", "fi")
    assert list_faults(content) == []
    draft_changes.add_language(content, "en", ENGLISH["text"])
    draft_changes.add_language(content, "en", ENGLISH["text"])
    assert content == before


def test_there_are_no_endless_columns(content: dict[str, Any]) -> None:
    for letter in "abcde":
        draft_changes.add_language(content, f"x{letter}", ENGLISH["text"])
    with pytest.raises(DomainError, match="bad_form"):
        draft_changes.add_language(content, "xf", ENGLISH["text"])


@pytest.mark.parametrize(
    ("languages", "fault"),
    [
        ([{**ENGLISH, "id": "sv"}], "languages[0].id: must be the code"),
        ([{**ENGLISH, "id": "../x"}], "languages[0].id: must be the code"),
        ([{**ENGLISH, "id": 7}], "languages[0].id: must be the code"),
        ([{"id": "en", "text": {"sv": "Engelska"}}], "languages[0].text.fi: is missing"),
        ([ENGLISH, ENGLISH], "languages[1]: en stands there twice"),
        ([ENGLISH] * 7, "languages: must hold at most 6"),
        ("en", "languages: must be a list"),
        ([{**ENGLISH, "id": "uk"}], "languages[0].id: is a language that we do not have"),
    ],
)
def test_what_a_package_says_of_languages_is_checked(content: dict[str, Any], languages: Any, fault: str) -> None:
    with pytest.raises(PackageError) as refused:
        read_package(write_package(Package({**content, "languages": languages}, {}, {}, {})), lambda _: True, ["en"])
    assert any(str(each).startswith(fault) for each in refused.value.faults), refused.value.faults


def test_a_package_keeps_the_texts_and_checks_them(content: dict[str, Any]) -> None:
    kept = read_package(write_package(Package(content, {}, {}, {})), lambda _: True, ["en"]).content
    assert json.dumps({**content, "schemaVersion": 1}, sort_keys=True) == json.dumps(kept, sort_keys=True)
    content["questions"][0]["text"]["en"] = 7
    with pytest.raises(PackageError) as refused:
        read_package(write_package(Package(content, {}, {}, {})), lambda _: True, ["en"])
    assert "questions[0].text.en: must be a text that is not empty" in map(str, refused.value.faults)
