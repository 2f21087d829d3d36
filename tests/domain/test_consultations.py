"""Every poll on the shelf is read, each grade band is asked questions that exist, and a faulty poll says where."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.consultations import LANGUAGES, MINI, Poll, PollError, list_faults, parse_poll
from server.domain.questions import KINDS, Option
from server.domain.sessions import GRADES
from server.store.shelf import find_shelf_poll, list_shelf_polls
from tests.domain.polls import json_values
from tests.town import poll_content

SHELF = list_shelf_polls()
DEMO = parse_poll(poll_content())
DELETED = object()


@pytest.fixture(params=SHELF)
def poll(request: pytest.FixtureRequest) -> Poll:
    return parse_poll(find_shelf_poll(request.param))


def test_there_is_a_poll() -> None:
    assert SHELF


def test_ids_are_unique(poll: Poll) -> None:
    ids = [question.id for question in poll.questions]
    assert len(ids) == len(set(ids))
    for entry in poll.ledger.values():
        assert len(entry.option_ids) == len(set(entry.option_ids))


def test_every_profile_asks_known_questions(poll: Poll) -> None:
    for profile in poll.profiles:
        played = poll.played(profile.id)
        assert tuple(question.id for question in played) == profile.question_ids
        assert set(poll.asked(profile.id)) == set(poll.question)


def test_every_grade_has_a_profile_and_the_youngest_decides(poll: Poll) -> None:
    for youngest in GRADES:
        for oldest in range(youngest, max(GRADES) + 1):
            assert poll.profile_for([oldest, youngest]) == poll.profile_for([youngest])
            assert youngest in poll.profile_for([youngest]).grades


def test_three_questions_in_two_minutes_and_never_by_the_grade(poll: Poll) -> None:
    mini = poll.profile(MINI)
    assert mini
    assert (len(mini.question_ids), mini.minutes) == (3, 2)
    assert not any(question.sensitive for question in poll.played(MINI))
    assert MINI not in {poll.profile_for([grade]).id for grade in GRADES}


def test_a_mini_first_and_without_grades_is_for_all_and_chosen_for_nobody() -> None:
    content = poll_content()
    mini = content["gradeProfiles"].pop()
    content["gradeProfiles"].insert(0, {**mini, "grades": []})
    poll = parse_poll(content)
    assert [poll.profile_for([grade]).id for grade in GRADES] == ["short", "short", "long", "long", "long", "long"]
    assert poll.played(MINI)


def test_a_poll_on_the_shelf_is_a_draft_without_experience(poll: Poll) -> None:
    assert not poll.piloted
    assert poll.experience == ()


def test_an_experience_is_read_in_both_languages() -> None:
    said = {"sv": "Kyrkoby skola", "fi": "Kirkonkylän koulu"}
    content = poll_content() | {"status": "piloted", "experience": [{"where": said, "worked": said, "outcome": said}]}
    poll = parse_poll(content)
    assert poll.piloted
    assert [one.where["fi"] for one in poll.experience] == ["Kirkonkylän koulu"]
    del content["experience"][0]["outcome"]
    assert [str(fault) for fault in list_faults(content)] == ["experience[0].outcome: is missing"]


def test_an_unknown_profile_asks_nothing_and_changes_nothing(poll: Poll) -> None:
    assert poll.profile("none") is None
    assert poll.played("none") == ()
    assert poll.asked("none") == poll.question


def test_what_is_counted_can_be_chosen_in_both_languages(poll: Poll) -> None:
    for entry in poll.ledger.values():
        assert entry.kind in KINDS
        assert len(entry.options) >= 2
        assert 1 <= entry.max_select <= len(entry.options)
        assert set(entry.fixed_last) <= set(entry.option_ids)
        assert all(text_in_both(option) for option in entry.options)
        assert all(entry.text[language] for language in LANGUAGES)
    assert all(text_in_both(option) for option in (poll.assent.yes, poll.assent.no))


def text_in_both(option: Option) -> bool:
    return all(option.text[language] for language in LANGUAGES)


def test_the_demos_first_question_is_read_as_it_stands() -> None:
    first = DEMO.question["q1"]
    assert (first.kind, first.max_select) == ("single_choice", 1)
    assert first.option_ids == ("home", "playground", "forest", "library", "hobby", "elsewhere")


def test_the_demo_asks_each_age_what_suits_it() -> None:
    short, long = ([question.id for question in DEMO.played(profile)] for profile in ("short", "long"))
    assert short == ["q1", "q2", "q3", "q7", "q8", "q9", "q10", "exit"]
    assert long == ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10", "exit"]


@pytest.mark.parametrize(("profile", "coins", "pairs"), [("short", 5, 2), ("mini", 5, 2), ("long", 10, 4)])
def test_a_profile_changes_coins_and_pairs(profile: str, coins: int, pairs: int) -> None:
    purse, choices = DEMO.asked(profile)["q7"], DEMO.asked(profile)["q9"]
    assert (purse.coins, purse.text["sv"]) == (coins, f"Du har {coins} mynt. Vad vill du använda dem till?")
    assert purse.text["fi"] == f"Sinulla on {coins} kolikkoa. Mihin haluat käyttää ne?"
    assert [pair.id for pair in choices.pairs] == ["p1", "p2", "p3", "p4"][:pairs]


@pytest.mark.parametrize(("profile", "inputs"), [("short", ["drawing"]), ("long", ["drawing", "text"])])
def test_only_who_can_write_is_asked_to(profile: str, inputs: list[str]) -> None:
    idea = DEMO.asked(profile)["q10"]
    assert ([one.id for one in idea.inputs], idea.text_from_grade, idea.max_chars) == (inputs, 3, 280)
    assert (
        idea.instruction
        == {
            "short": {"sv": "Rita.", "fi": "Piirrä."},
            "long": {"sv": "Rita eller skriv.", "fi": "Piirrä tai kirjoita."},
        }[profile]
    )


def test_the_ledger_has_an_entry_per_question_and_pair_but_none_for_ideas() -> None:
    pairs = ["q9.p1", "q9.p2", "q9.p3", "q9.p4"]
    assert list(DEMO.ledger) == ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", *pairs, "exit", "language"]
    assert DEMO.ledger["q9.p2"].option_ids == ("lively", "calm")
    assert DEMO.ledger["q6"].max_select == 4


def test_a_poll_tells_how_a_session_goes() -> None:
    assert [profile.minutes for profile in DEMO.profiles] == [8, 12, 2]
    assert DEMO.assent.helped["sv"].startswith("Den som hjälper dig")
    assert DEMO.thanks.put_away["fi"] == "Laita tabletti pöydälle."
    assert DEMO.teacher.during[0]["sv"].startswith("Läs högt")


def put(*path: str | int, value: Any = DELETED) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        at: Any = content
        for step in path[:-1]:
            at = at[step]
        if value is DELETED:
            del at[path[-1]]
        else:
            at[path[-1]] = value

    return change


def q(number: int, *path: str | int, value: Any = DELETED) -> Callable[[dict[str, Any]], None]:
    return put("questions", number - 1, *path, value=value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put("title"), "title: is missing"),
        (put("title", "fi"), "title.fi: is missing"),
        (put("title", "fi", value=" "), "title.fi: must be a text that is not empty"),
        (put("introduction", "lines", value={}), "introduction.lines: must be a list"),
        (put("assent", "helped"), "assent.helped: is missing"),
        (put("thanks", value=None), "thanks: must be an object"),
        (put("stopDialog", "discard", "sv"), "stopDialog.discard.sv: is missing"),
        (put("teacher"), "teacher: is missing"),
        (put("gradeProfiles", 0, "grades", 0, value=7), "gradeProfiles[0].grades[0]: must be a whole number from 1 to"),
        (put("gradeProfiles", 0, "grades", value=[]), "gradeProfiles[0]: must have grades and questions"),
        (put("gradeProfiles", value=[]), "gradeProfiles: no profile has grade 1"),
        (put("gradeProfiles", 1, "id", value="short"), "gradeProfiles: short stands there twice"),
        (put("gradeProfiles", 0, "questionIds", 3, value="q99"), "gradeProfiles[0].questionIds[3]: must be one of"),
        (put("gradeProfiles", 0, "questionIds", 1, value="q1"), "gradeProfiles[0].questionIds[1]: q1 stands there"),
        (put("gradeProfiles", 0, "overrides", "q99", value={}), "gradeProfiles[0].overrides.q99: names no question"),
        (put("gradeProfiles", 0, "overrides", "q7", value=5), "gradeProfiles[0].overrides.q7: must be an object"),
        (put("gradeProfiles", 0, "overrides", "q7", "coins", value=3), "questions[6].coins: must be one of 1, 2, 5"),
        (put("gradeProfiles", 0, "overrides", "q9", "pairIds", 0, value="p9"), "questions[8].pairIds[0]: must be one"),
        (q(2, "id", value="q1"), "questions: q1 stands there twice"),
        (q(1, "id", value="Q 1"), "questions[0].id: must be an id of small letters"),
        (q(1, "id", value="q1.p1"), "questions[0].id: must be an id of small letters"),
        (q(1, "kind", value="essay"), "questions[0].kind: must be one of budget, idea"),
        (q(1, "kind", value=["idea"]), "questions[0].kind: must be one of"),
        (q(1, "options"), "questions[0]: must have 2 to 6 options"),
        (q(1, "options", value=[]), "questions[0].options: must have 2 to 6 options"),
        (q(1, "options", 1, "id", value="home"), "questions[0].options[1]: home stands there twice"),
        (q(1, "options", 0, "emojiHex"), "questions[0].options[0].emojiHex: is missing"),
        (q(1, "options", 0, "text", "sv", value=7), "questions[0].options[0].text.sv: must be a text"),
        (q(1, "fixedLast", 0, value="moon"), "questions[0].fixedLast[0]: must be one of"),
        (q(1, "wall", value="yes"), "questions[0].wall: must be true or false"),
        (q(2, "maxSelect", value=5), "questions[1].maxSelect: must be a whole number from 1 to 4"),
        (q(2, "maxSelect", value=True), "questions[1].maxSelect: must be a whole number from 1 to 4"),
        (q(6, "maxRank", value=0), "questions[5].maxRank: must be a whole number from 1 to 4"),
        (q(7, "coins"), "questions[6].coins: is missing"),
        (q(7, "coins", value=True), "questions[6].coins: must be one of 1, 2, 5, 10"),
        (q(7, "coins", value=20), "questions[6].coins: must be one of 1, 2, 5, 10"),
        (q(8, "picture", value="real-village"), "questions[7].picture: must be one of invented-village"),
        (q(8, "options", 0, "id", value="moon"), "questions[7].options[0].id: is no zone of invented-village"),
        (q(9, "pairs"), "questions[8].pairs: is missing"),
        (q(9, "pairs", value=[]), "questions[8].pairs: must have a pair"),
        (q(9, "pairs", 0, "options", 1), "questions[8].pairs[0].options: must have 2 to"),
        (q(9, "pairs", 1, "id", value="p1"), "questions[8].pairs[1]: p1 stands there twice"),
        (q(10, "reminder"), "questions[9].reminder: is missing"),
        (q(10, "mayShow", "no"), "questions[9].mayShow.no: is missing"),
        (q(10, "inputs", 0, "enabled", value=False), "questions[9].inputs: must have drawing enabled"),
        (q(10, "inputs", 2, "maxChars", value=281), "questions[9].inputs[2].maxChars: must be a whole number from 1"),
        (q(10, "instruction", "drawing"), "questions[9].instruction.drawing: is missing"),
        (put("practice", "options", 1, "text"), "practice.options[1].text: is missing"),
        (q(1, "options", value=[{}] * 7), "questions[0].options: must have 2 to 6 options"),
        (q(1, "options", value=[{}] * 500), "questions[0].options: must hold at most 100 entries"),
        (q(1, "text", "sv", value="å" * 100_000), "questions[0].text.sv: must have at most 4000 letters"),
        (q(1, "text", "sv", value="Var\x07?"), "questions[0].text.sv: must be plain text"),
        (q(1, "text", "sv", value="Var\ud800?"), "questions[0].text.sv: must be plain text"),
        (q(1, "text", "sv", value="Var \u202e?"), "questions[0].text.sv: must be plain text"),
        (put("questions", value=[{}] * 31), "questions: must hold at most 30 entries"),
        (put("thanks", "lines", value=[{}] * 101), "thanks.lines: must hold at most 100 entries"),
        (put("status", value="famous"), "status: must be one of draft-for-pilot, piloted"),
    ],
)
def test_a_faulty_poll_says_what_is_wrong_where(change: Callable[[dict[str, Any]], None], said: str) -> None:
    content = poll_content()
    change(content)
    with pytest.raises(PollError) as caught:
        parse_poll(content)
    assert str(caught.value).startswith(said)


def paths(value: Any, so_far: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path for step, part in steps for path in ((*so_far, step), *paths(part, (*so_far, step)))]


@given(st.sampled_from(paths(poll_content())), st.just(DELETED) | json_values)
def test_whatever_stands_in_a_poll_it_is_read_or_refused(path: tuple[str | int, ...], value: Any) -> None:
    content = poll_content()
    put(*path, value=value)(content)
    with suppress(PollError):
        parse_poll(content)


@pytest.mark.parametrize("content", [{}, {"questions": None}, {"questions": [None]}, {"questions": ["q1"]}])
def test_what_is_no_poll_at_all_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(PollError):
        parse_poll(content)


@pytest.mark.parametrize(
    "said", ["🏳️‍🌈 👩🏽‍🚒", "שלום \u200fעולם", "mīļš ﷺ", "<script>alert(1)</script>", "{{ 7 * 7 }} %s %(n)s"]
)
def test_whatever_people_write_is_text(said: str) -> None:
    content = poll_content()
    q(1, "text", "fi", value=said)(content)
    assert parse_poll(content).question["q1"].text["fi"] == said


def test_every_part_tells_its_own_fault() -> None:
    content = poll_content()
    q(1, "kind", value="guess")(content)
    q(2, "text", "fi")(content)
    put("thanks", "help", "sv", value=" ")(content)
    put("teacher", value=[])(content)
    found = {fault.path: str(fault) for fault in list_faults(content)}
    assert set(found) == {"questions[0].kind", "questions[1].text.fi", "thanks.help.sv", "teacher"}
    assert found["questions[1].text.fi"] == "questions[1].text.fi: is missing"
    assert list_faults(poll_content()) == []
