"""A draft's fields are found by path and nothing else is; its build changes without losing anything; gaps are named."""

import copy
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain import draft_changes
from server.domain.consultations import parse_poll
from server.domain.drafts import ON, as_facts, cleaned, find_slot
from server.domain.errors import DomainError
from server.domain.findings import Rule
from server.domain.gaps import complete, filled, list_fact_gaps, list_gaps
from server.domain.questions import KINDS
from server.store.shelf import find_common, find_empty_poll
from tests.town import poll_content

Content = dict[str, Any]
PICTURE = "1F3E0"
LABELS = [{"sv": "Ute", "fi": "Ulkona"}, {"sv": "Inne", "fi": "Sisällä"}]


class AnyPicture(frozenset[str]):
    def __contains__(self, _picture: object) -> bool:
        return True


def empty() -> Content:
    return {**find_empty_poll(), "id": "p", "title": {"sv": "Gården", "fi": "Piha"}}


def add(content: Content, kind: str = "single_choice", labels: Any = LABELS) -> str:
    usual = find_common()["kinds"][kind]
    text = {"sv": "Vad väljer du?", "fi": "Mitä valitset?"}
    return draft_changes.add_question(content, kind, text, labels, usual, lambda _text: PICTURE)


def gaps(content: Content) -> set[tuple[str, str]]:
    return {(each.rule.code, each.path) for each in list_gaps(content, AnyPicture())}


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_any_kind_plays_at_once(kind: str) -> None:
    content = empty()
    add(content, kind)
    assert gaps(content) == set()
    poll = parse_poll(complete(content))
    assert any(question.kind == kind for question in poll.played("long"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_without_options_is_a_template_that_can_be_tried(kind: str) -> None:
    content = empty()
    add(content, kind, ())
    assert parse_poll(filled(content, AnyPicture())).question["q1"].kind == kind


def test_young_children_get_five_coins_and_rank_nothing() -> None:
    content = empty()
    add(content, "budget")
    add(content, "rank")
    short, long = content["gradeProfiles"][:2]
    assert short["questionIds"] == ["q1", "exit"]
    assert short["overrides"]["q1"]["coins"] == 5
    assert long["questionIds"] == ["q1", "q2", "exit"]


PATHS = {
    "title.sv": "text",
    "coverEmojiHex": "picture",
    "introduction.lines.4.emojiHex": "picture",
    "assent.lines.0.fi": "text",
    "questions.q1.help.sv": "text",
    "questions.q1.options.home.text.fi": "text",
    "questions.q1.fixedLast.home": "member",
    "questions.q1.sensitive": "flag",
    "questions.q2.maxSelect": "number",
    "questions.q7.coins": "number",
    "questions.q9.pairs.p1.options.outdoors.text.sv": "text",
    "questions.q10.instruction.drawing+text.sv": "text",
    "questions.q10.inputs.text.minGrade": "number",
    "gradeProfiles.short.grades.3": "member",
    "gradeProfiles.short.questionIds.q4": "member",
    "gradeProfiles.long.overrides.q7.coins": "number",
    "gradeProfiles.long.overrides.q9.pairIds.p1": "member",
    "guardianNotice.fi": "text",
}


@pytest.mark.parametrize(("path", "kind"), PATHS.items())
def test_a_field_reads_and_writes_itself(path: str, kind: str) -> None:
    content = poll_content()
    slot = find_slot(content, path)
    assert slot.kind == kind
    new = {"text": "Nytt", "picture": "1F332", "number": "5", "flag": "on", "member": "" if slot.value else "on"}[kind]
    slot.write(slot.written(new))
    assert find_slot(content, path).value == new
    assert parse_poll(filled(content, AnyPicture()))


HOSTILE = [
    "",
    ".",
    "title",
    "title.sv.sv",
    "title.en",
    "title.coins",
    "locales.sv",
    "schemaVersion",
    "id",
    "questions",
    "questions.q1",
    "questions.q1.id",
    "questions.q1.kind",
    "questions.q1.options",
    "questions.q99.text.sv",
    "questions.0.removed",
    "questions.__class__.text.sv",
    "constructor.prototype.sv",
    "__proto__.sv",
    "gradeProfiles.short.id",
    "gradeProfiles.short.grades.9",
    "gradeProfiles.short.overrides.q99.coins",
    "thanks.lines.0.grades.1",
    "thanks.begins",
    "purpose.sv",
    "questions.q1.text.sv\u0000",
    "../../etc/passwd",
    ".".join(["questions"] * 5000),
    "introduction.lines.-1.sv",
    "introduction.lines.99999999999999999999.sv",
]


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path[:40])
def test_any_other_path_is_refused_and_changes_nothing(path: str) -> None:
    content = poll_content()
    with pytest.raises(DomainError) as refused:
        find_slot(content, path)
    assert refused.value.kind.code == "bad_form"
    assert complete(content) == complete(poll_content())


@given(
    st.lists(
        st.sampled_from([*"abq1.", "title", "questions", "q1", "sv", "text", "0", "overrides", "short"]), max_size=9
    )
)
def test_no_path_breaks_it(names: list[str]) -> None:
    with suppress(DomainError):
        find_slot(poll_content(), ".".join(names))


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("title.sv", "å" * 301, "too_long"),
        ("title.sv", "x" * 100_000, "too_long"),
        ("questions.q7.coins", "3", "number"),
        ("questions.q7.coins", "²", "number"),
        ("coverEmojiHex", "<script>", "unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(path: str, value: str, why: str) -> None:
    with pytest.raises(DomainError) as refused:
        find_slot(poll_content(), path).written(value)
    assert list(refused.value.details) == [(path, why)]


def test_a_text_carries_nothing_that_no_one_sees() -> None:
    assert cleaned(" Hej\u202e då\u200f \x07👩\u200d🏫\r\nrad\u2066 ") == "Hej då 👩\u200d🏫\nrad"
    assert cleaned("a\u030angstro\u0308m") == "ångström"


def test_what_is_taken_away_stays_and_comes_back() -> None:
    content = poll_content()
    for path in ("questions.q1", "questions.q2.options.fun", "questions.q9.pairs.p1", "introduction.lines.0"):
        before = complete(content)
        draft_changes.remove(content, path)
        after = complete(content)
        assert len(json.dumps(after)) < len(json.dumps(before))
        assert "q1" not in after["gradeProfiles"][0]["questionIds"]
    for path in ("questions.q1", "questions.q2.options.fun", "questions.q9.pairs.p1", "introduction.lines.0"):
        draft_changes.restore(content, path)
    assert complete(content) == complete(poll_content())


def test_a_profile_comes_and_goes_and_nobody_is_left_unasked_unseen() -> None:
    content = poll_content()
    assert draft_changes.add_part(content, "gradeProfiles") == "gradeProfiles.g1"
    draft_changes.remove(content, "gradeProfiles.short")
    missing = [each for each in list_gaps(content, AnyPicture()) if each.rule == Rule.GRADE_UNASKED]
    assert missing[0].words == ("1", "2")
    for grade in ("1", "2"):
        find_slot(content, f"gradeProfiles.g1.grades.{grade}").write(ON)
    for lang in ("sv", "fi"):
        find_slot(content, f"gradeProfiles.g1.label.{lang}").write("1–2")
    find_slot(content, "gradeProfiles.g1.overrides.q7.coins").write("5")
    assert not list_gaps(content, AnyPicture())
    assert parse_poll(complete(content)).profile_for([1]).id == "g1"
    for _ in range(3):
        draft_changes.add_part(content, "gradeProfiles")
    with pytest.raises(DomainError):
        draft_changes.add_part(content, "gradeProfiles")


def test_moving_goes_past_what_is_taken_away_and_profiles_follow() -> None:
    content = poll_content()
    draft_changes.remove(content, "questions.q2")
    draft_changes.move(content, "questions.q3", -1)
    assert [each["id"] for each in complete(content)["questions"]][:2] == ["q3", "q1"]
    assert complete(content)["gradeProfiles"][0]["questionIds"][:2] == ["q3", "q1"]
    draft_changes.move(content, "questions.q3", -1)
    assert complete(content)["questions"][0]["id"] == "q3"


def test_a_part_is_taken_to_where_another_stands_in_the_same_list() -> None:
    content = poll_content()
    before = [each["id"] for each in content["questions"]]
    draft_changes.place(content, "questions.q4", "questions.q2")
    draft_changes.place(content, "questions.q1", "questions.q3")
    assert [each["id"] for each in content["questions"]] == ["q4", "q2", "q3", "q1", *before[4:]]
    asked = complete(content)["gradeProfiles"][1]["questionIds"]
    assert asked[:4] == ["q4", "q2", "q3", "q1"]
    for other in ("questions.q1.options.home", "gradeProfiles.short", "questions.nowhere", ""):
        with pytest.raises(DomainError):
            draft_changes.place(content, "questions.q4", other)


def test_a_twin_is_asked_where_the_first_is() -> None:
    content = poll_content()
    twin = draft_changes.duplicate(content, "questions.q7")
    assert content["gradeProfiles"][0]["overrides"][twin]["coins"] == 5
    assert [profile["questionIds"].count(twin) for profile in content["gradeProfiles"]] == [1, 1, 1]
    assert parse_poll(complete(content))


def test_no_more_options_than_a_child_can_see() -> None:
    content = poll_content()
    assert draft_changes.add_part(content, "questions.q2.options") == "questions.q2.options.o1"
    with pytest.raises(DomainError):
        draft_changes.add_part(content, "questions.q1.options")
    with pytest.raises(DomainError):
        add(content, labels=LABELS * 250)


@pytest.mark.parametrize("path", ["ui", "questions", "title.lines", "questions.q1.options.home", ""])
def test_nothing_else_is_added_to(path: str) -> None:
    with pytest.raises(DomainError):
        draft_changes.add_part(poll_content(), path)


def test_each_missing_text_is_named_with_its_language() -> None:
    content = poll_content()
    find_slot(content, "questions.q1.options.home.text.fi").write("")
    find_slot(content, "guardianNotice.sv").write("")
    find_slot(content, "questions.q1.help.sv").write("")
    assert gaps(content) == {
        ("translation_missing", "questions.q1.options.home.text"),
        ("translation_missing", "guardianNotice"),
    }
    find_slot(content, "questions.q1.emojiHex").write("")
    assert ("picture_missing", "questions.q1") in gaps(content)


def test_a_fact_said_in_one_language_is_a_gap_and_one_said_in_none_is_not() -> None:
    facts = as_facts({"sv": "Gården", "fi": "Piha"}, {"purpose": {"sv": "För att"}})
    assert [(each.path, each.lang) for each in list_fact_gaps(facts)] == [("purpose", "fi")]


def test_a_draft_stays_as_it_is_when_it_is_looked_at() -> None:
    content = poll_content()
    draft_changes.remove(content, "questions.q1")
    before = copy.deepcopy(content)
    complete(content)
    filled(content, AnyPicture())
    list_gaps(content, AnyPicture())
    assert content == before
