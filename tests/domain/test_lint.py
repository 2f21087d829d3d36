"""The lint finds what breaks docs/screens.md, is silent where nothing does, and reads an unfinished poll as well."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.findings import Finding, Rule, Severity
from server.domain.lint import lint
from tests.town import poll_content

Content = dict[str, Any]

# Whoever wrote the demo's poll saw these and kept them.
REASONS = {
    ("many_options", "questions.q1.options"): "six places, each with a picture; a shorter list would leave out a home",
    ("many_options", "questions.q7.options"): "coins: each thing is weighed by itself",
    ("many_options", "questions.q8.options"): "the zones of one picture",
    ("negation", "practice.help"): "says that nothing is kept; it asks nothing",
    ("negation", "questions.q3.options.not_good.text"): "the face says it too, and children speak so",
    ("negation", "questions.q6.options.free.text"): "the way children say that something is free",
    ("double_question", "questions.q10.text"): "in Finnish the invitation to dream is a question too",
    ("long_label", "questions.q10.mayShow.no"): "says who will see it, which matters more than one word",
}


@pytest.fixture
def content() -> Content:
    return poll_content()


def question(content: Content, question_id: str) -> Content:
    return next(each for each in content["questions"] if each["id"] == question_id)


def codes(content: Content, **more: Any) -> set[tuple[str, str]]:
    return {(each.rule.code, each.path) for each in lint(content, **more)}


def test_the_demos_findings_are_those_with_a_reason(content: Content) -> None:
    assert codes(content) == set(REASONS)


def test_nothing_blocks_the_demo(content: Content) -> None:
    assert not [each for each in lint(content) if each.rule.severity is Severity.BLOCKS]


def test_a_finding_tells_where_and_how_much(content: Content) -> None:
    question(content, "q1")["text"]["sv"] = "Var är du helst " + "ofta " * 9 + "då?"
    assert Finding(Rule.LONG_QUESTION, "questions.q1.text", 14, 12, "sv") in lint(content)


def _set(question_id: str, **changed: Any) -> Callable[[Content], None]:
    return lambda content: question(content, question_id).update(changed)


def _label(question_id: str, option: int, **text: str) -> Callable[[Content], None]:
    return lambda content: question(content, question_id)["options"][option]["text"].update(text)


def _text(question_id: str, key: str, **text: str) -> Callable[[Content], None]:
    return lambda content: question(content, question_id)[key].update(text)


def _more_options(question_id: str, number: int) -> Callable[[Content], None]:
    def grow(content: Content) -> None:
        asked = question(content, question_id)
        asked["options"] = [{**copy.deepcopy(asked["options"][0]), "id": f"o{at}"} for at in range(number)]

    return grow


def _profile(index: int, **changed: Any) -> Callable[[Content], None]:
    return lambda content: content["gradeProfiles"][index].update(changed)


def _three_smileys(content: Content) -> None:
    for question_id in ("q1", "q2"):
        question(content, question_id).update(kind="smiley")


def _own_picture(alt: dict[str, str]) -> Callable[[Content], None]:
    def change(content: Content) -> None:
        option = question(content, "q1")["options"][0]
        del option["emojiHex"]
        option.update(picture="our-house.webp", alt=alt)

    return change


HARD = "Kommunfullmäktiges beslutsunderlag förutsätter verksamhetsutvecklingens helhetsbedömning. "

BROKEN: list[tuple[str, str, Callable[[Content], None]]] = [
    (
        "too_many_questions",
        "gradeProfiles.short.questionIds",
        _profile(0, questionIds=[f"q{at}" for at in range(1, 9)]),
    ),
    ("too_few_options", "questions.q1.options", _more_options("q1", 1)),
    ("too_few_options", "questions.q9.pairs", _set("q9", pairs=[])),
    ("too_few_options", "questions.q9.pairs.p1.options", _set("q9", pairs=[{"id": "p1", "options": []}])),
    ("too_many_options", "questions.q1.options", _more_options("q1", 7)),
    ("many_options", "questions.q2.options", _more_options("q2", 5)),
    ("too_many_smileys", "gradeProfiles.short.questionIds", _three_smileys),
    ("smiley_scale", "questions.q3.options", _more_options("q3", 5)),
    ("smiley_not_flipped", "questions.q3.flipOrderForHalf", _set("q3", flipOrderForHalf=False)),
    ("not_shuffled", "questions.q6.randomise", _set("q6", randomise=False)),
    ("other_not_last", "questions.q1.options.elsewhere", _set("q1", fixedLast=[])),
    ("negation", "questions.q1.text", _text("q1", "text", sv="Var vill du inte vara?")),
    ("negation", "questions.q1.text", _text("q1", "text", fi="Missä et halua olla?")),
    ("negation", "questions.q2.options.fun.text", _label("q2", 1, fi="Ei aikuisia")),
    ("double_question", "questions.q1.text", _text("q1", "text", sv="Var är du? Med vem?")),
    ("agreement", "questions.q4.text", _text("q4", "text", sv="Håller du med om att lek är bra?")),
    ("agreement", "questions.q4.options.yes.text", _label("q4", 0, fi="Olen samaa mieltä")),
    ("long_help", "questions.q3.help", _text("q3", "help", fi="yksi " * 15)),
    ("long_label", "questions.q1.options.home.text", _label("q1", 0, sv="Hemma hos oss i det gula huset")),
    ("hard_to_read", "questions.q4", _text("q4", "help", sv=HARD * 4)),
    ("hard_to_read", "gradeProfiles.long", _text("q4", "help", sv=HARD * 9)),
    ("hard_to_read", "thanks", lambda content: content["thanks"]["help"].update(fi=HARD * 9)),
    ("no_maybe", "questions.q4.options", _more_options("q4", 2)),
    ("no_maybe", "questions.q4.options", lambda content: _yes_no(question(content, "q4"))),
    ("long_rank", "questions.q6.options", _more_options("q6", 5)),
    ("rank_too_early", "questions.q6", _profile(0, questionIds=["q6"])),
    ("too_many_things", "questions.q7.options", _more_options("q7", 6)),
    ("purse", "questions.q7.coins", _profile(0, overrides={})),
    ("purse", "questions.q7.coins", _set("q7", coins=20)),
    ("coins_must_go", "questions.q7.mayLeaveUnspent", _set("q7", mayLeaveUnspent=False)),
    ("pretend_unsaid", "questions.q7.help", _text("q7", "help", fi="Kolikot ovat sinun.")),
    ("drawing_not_first", "questions.q10.inputs", _set("q10", inputs=[{"id": "text", "enabled": True, "minGrade": 3}])),
    ("text_too_early", "questions.q10.inputs.text.minGrade", lambda content: _idea_input(content, 2, minGrade=1)),
    ("voice_on", "questions.q10.inputs.voice", lambda content: _idea_input(content, 1, enabled=True)),
    ("alternative_missing", "questions.q1.options.home.alt", _own_picture({"sv": "Ett gult hus"})),
    ("alternative_repeats", "questions.q1.options.home.alt", _own_picture({"sv": "hemma", "fi": "Keltainen talo"})),
    ("no_practice", "practice", lambda content: content.pop("practice")),
    ("practice_stored", "practice.stored", lambda content: content["practice"].update(stored=True)),
    ("picture_missing", "questions.q1", _set("q1", emojiHex="")),
    ("picture_missing", "assent.lines.2", lambda content: content["assent"]["lines"][2].pop("emojiHex")),
    ("text_missing", "questions.q1.text", lambda content: question(content, "q1").pop("text")),
    ("text_missing", "questions.q10.reminder", lambda content: question(content, "q10").pop("reminder")),
    ("translation_missing", "questions.q3.help", _text("q3", "help", fi=" ")),
    ("translation_missing", "thanks.lines.0", lambda content: content["thanks"]["lines"][0].pop("sv")),
    ("further_missing", "title", lambda content: content.update(languages=[{"id": "en", "text": content["title"]}])),
    (
        "too_many_panels",
        "assent.lines",
        lambda content: content["assent"]["lines"].append(content["assent"]["lines"][0]),
    ),
    ("long_panel", "assent.lines.0", lambda content: content["assent"]["lines"][0].update(sv="ett " * 11)),
    (
        "no_questions",
        "gradeProfiles.long.questionIds",
        lambda content: content["gradeProfiles"][1].update(questionIds=[]),
    ),
    ("grade_unasked", "gradeProfiles", lambda content: content["gradeProfiles"].clear()),
]


def _yes_no(asked: Content) -> None:
    asked.update(kind="single_choice", options=[asked["options"][0], asked["options"][2]])


def _idea_input(content: Content, at: int, **changed: Any) -> None:
    question(content, "q10")["inputs"][at].update(changed)


@pytest.mark.parametrize(("code", "path", "change"), BROKEN, ids=[f"{code}-{path}" for code, path, _ in BROKEN])
def test_what_breaks_a_rule_is_found(code: str, path: str, change: Callable[[Content], None], content: Content) -> None:
    change(content)
    assert (code, path) in codes(content)


def test_every_rule_has_its_case() -> None:
    with_ports = {"sound_missing", "picture_unknown", "long_question", "unreadable"}
    assert {code for code, _path, _change in BROKEN} | with_ports == {rule.code for rule in Rule}


def test_the_plain_no_is_no_negation(content: Content) -> None:
    assert ("negation", "questions.q4.options.no.text") not in codes(content)
    assert ("negation", "questions.q10.mayShow.no") not in codes(content)


def test_pictures_and_sounds_are_looked_up_where_they_can_be(content: Content) -> None:
    found = codes(content, pictures={"1F3E0"}, has_sound=lambda text, lang: lang == "sv")
    assert ("picture_unknown", "questions.q1.options.playground") in found
    assert ("picture_unknown", "questions.q1.options.home") not in found
    silent = [
        each for each in lint(content, has_sound=lambda text, lang: lang == "sv") if each.rule.code == "sound_missing"
    ]
    assert {each.lang for each in silent} == {"fi"}
    assert "questions.q9.pairs.p2.options.calm.text" in {each.path for each in silent}


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of a poll that can be taken out."""
    keys = range(len(part)) if isinstance(part, list) else part if isinstance(part, dict) else ()
    return [place for key in keys for place in [(*path, key), *_places(part[key], (*path, key))]]


CONTENT = poll_content()
PLACES = _places({key: value for key, value in CONTENT.items() if key not in ("teacher", "ui", "joinPictures")})


@given(gone=st.lists(st.sampled_from(PLACES), max_size=6))
def test_an_unfinished_poll_is_read_as_far_as_it_goes(gone: list[tuple[Any, ...]]) -> None:
    content = copy.deepcopy(CONTENT)
    for *way, last in sorted(gone, key=repr, reverse=True):
        part: Any = content
        for key in way:
            part = part[key] if (key in part if isinstance(part, dict) else key < len(part)) else {}
        if isinstance(part, dict):
            part.pop(last, None)
        elif last < len(part):
            del part[last]
    assert all(isinstance(each, Finding) for each in lint(content))
