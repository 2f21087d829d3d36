"""Whatever comes in is a response of ours or rejected with a reason; never anything else."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.consultations import parse_poll
from server.domain.packages import is_language
from server.domain.questions import Answer
from server.domain.responses import MAX_BYTES, Rejected, Response, contributions, is_id, read_response, suits
from tests.domain.polls import json_values
from tests.town import poll_content

POLL = parse_poll(poll_content())
GOOD: dict[str, Any] = {"revision": "r1", "lang": "fi", "answers": {"q1": "home"}, "end": "done"}


def body(**changes: Any) -> str:
    return json.dumps({**GOOD, **changes})


def why(sent: object) -> str | None:
    try:
        read_response(sent)
    except Rejected as error:
        return error.why
    return None


def test_a_body_of_ours_is_read() -> None:
    assert read_response(body()) == Response("r1", "fi", {"q1": "home"}, "done")
    assert read_response(body(lang="sv", end="stopped", answers={})) == Response("r1", "sv", {}, "stopped")


@pytest.mark.parametrize("missing", GOOD)
def test_every_part_is_needed(missing: str) -> None:
    assert why(json.dumps({key: value for key, value in GOOD.items() if key != missing})) == "bad_body"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Elsa"},
        {"revision": 1},
        {"revision": None},
        {"lang": "EN"},
        {"lang": "english"},
        {"lang": ["fi"]},
        {"answers": []},
        {"answers": None},
        {"end": "maybe"},
        {"end": {}},
    ],
)
def test_another_shape_is_rejected(changes: dict[str, Any]) -> None:
    assert why(body(**changes)) == "bad_body"


@pytest.mark.parametrize(
    "sent",
    [
        None,
        7,
        GOOD,
        b"{}",
        "",
        "{",
        "null",
        "[]",
        '"x"',
        body()[:-1],
        body() + "x",
        body().replace('"home"', "NaN"),
        body().replace('"home"', "-Infinity"),
        body().replace('"home"', "9" * 5000),
        body().replace('"home"', "[" * 3000 + "]" * 3000),
        '{"a":' * 1300 + "1" + "}" * 1300,
        body().replace("home", "\ud800"),
        body().replace("home", "\x00"),
        body().replace("home", "\u202e"),
    ],
)
def test_what_is_not_json_of_ours_is_rejected(sent: object) -> None:
    assert why(sent) == "bad_body"


def test_of_a_repeated_key_the_last_one_counts_and_nothing_is_kept_of_the_first() -> None:
    assert read_response(body().replace('"q1": "home"', '"q1": "home", "q1": "forest"')).answers == {"q1": "forest"}


def padded(letter: str, size: int) -> str:
    """A body of ours of exactly `size` bytes, filled up with `letter`."""
    rest = size - len(json.dumps({**GOOD, "answers": {"q1": ""}}))
    width = len(letter.encode())
    filled = letter * (rest // width) + "x" * (rest % width)
    return json.dumps({**GOOD, "answers": {"q1": filled}}, ensure_ascii=False)


@pytest.mark.parametrize("letter", ["x", "å", "🎈"])
def test_the_limit_is_8_kib_in_bytes(letter: str) -> None:
    assert len(padded(letter, MAX_BYTES).encode()) == MAX_BYTES == 8192
    assert why(padded(letter, MAX_BYTES)) is None
    assert why(padded(letter, MAX_BYTES + 1)) == "too_large"


def test_much_too_large_is_too_large_and_not_parsed() -> None:
    assert why("[" * 1_000_000) == "too_large"
    assert why("\ud800" * MAX_BYTES) == "too_large"


@given(st.one_of(st.text(), json_values, json_values.map(json.dumps), st.text(st.characters(codec=None), max_size=50)))
@example('{"revision":"\\ud800","lang":"fi","answers":{"\\u0000":"\\udfff"},"end":"done"}')
@example('{"revision":"","lang":"fi","answers":{"q1":1e999},"end":"done"}')
def test_anything_is_a_response_or_rejected(sent: object) -> None:
    if (reason := why(sent)) is None:
        assert isinstance(suits(POLL, "long", read_response(sent)), bool)
    else:
        assert reason in {"bad_body", "too_large"}


@given(st.fixed_dictionaries({key: st.just(value) | json_values for key, value in GOOD.items()}))
def test_anything_in_our_shape_is_read_without_harm(content: dict[str, Any]) -> None:
    sent = json.dumps(content)
    ours = isinstance(content["revision"], str) and isinstance(content["answers"], dict)
    ours = ours and is_language(content["lang"]) and content["end"] in ("done", "stopped")
    assert why(sent) == (None if ours else "bad_body")


@pytest.mark.parametrize(
    ("answers", "fitting"),
    [
        ({}, True),
        ({"q1": "home", "q2": ["friends"], "q3": "good", "q4": "yes", "exit": "partly"}, True),
        ({"q6": ["clean", "evening"], "q7": {"music": 10}, "q8": "river"}, True),
        ({"q9": {"p1": "outdoors", "p4": "own_ideas"}, "q10": {"text": True, "drawing": False}}, True),
        ({"q1": None, "q3": None, "q7": None, "q10": None}, True),
        ({"q1": "moon"}, False),
        ({"q99": "home"}, False),
        ({"q99": None}, False),
        ({"": None}, False),
        ({"practice": "apple"}, False),
        ({"q6": ["evening", "evening"]}, False),
        ({"q7": {"music": 11}}, False),
        ({"q7": {"music": 10, "climb": 1}}, False),
        ({"q8": "moon"}, False),
        ({"q9": {"p1": "calm"}}, False),
        ({"q9.p1": "outdoors"}, False),
        ({"q10": "I drew Elsa"}, False),
    ],
)
def test_a_response_suits_its_revision(answers: dict[str, Answer], fitting: bool) -> None:
    assert suits(POLL, "long", Response("r1", "fi", answers, "done")) is fitting


@pytest.mark.parametrize(
    ("answers", "fitting"),
    [
        ({"q7": {"music": 5}}, True),
        ({"q7": {"music": 6}}, False),
        ({"q9": {"p1": "outdoors", "p2": "calm"}}, True),
        ({"q9": {"p3": "one_big"}}, False),
    ],
)
def test_a_profile_has_its_own_purse_and_pairs(answers: dict[str, Answer], fitting: bool) -> None:
    assert suits(POLL, "short", Response("r1", "fi", answers, "done")) is fitting


def test_what_responses_add_stands_by_ledger_entry_and_a_skip_adds_nothing() -> None:
    given_answers: list[dict[str, Answer]] = [
        {"q1": "home", "q7": {"music": 4}, "q9": {"p2": "calm"}, "q10": {"drawing": True}},
        {"q1": "home", "q7": None, "q9": {"p1": "indoors", "p2": "calm"}},
        {},
    ]
    added = contributions(POLL.asked("short"), [Response("r1", "fi", answers, "done") for answers in given_answers])
    assert added == {
        "q1": [{"home": 1}, {"home": 1}],
        "q7": [{"music": 8, "music#": 1}],
        "q9.p1": [{"indoors": 1}],
        "q9.p2": [{"calm": 1}, {"calm": 1}],
        "language": [{"fi": 1}, {"fi": 1}, {"fi": 1}],
    }
    assert set(added) <= set(POLL.ledger)


ONE_ID = "27d0c9c6-8a4b-4e32-90e1-4d46c7768297"


@example(ONE_ID)
@given(st.uuids(version=4))
def test_random_ids_are_ids(made: object) -> None:
    assert is_id(str(made))


@pytest.mark.parametrize(
    "given_id",
    [
        None,
        7,
        "",
        "nonsense",
        ONE_ID.upper(),
        ONE_ID + "\n",
        " " + ONE_ID,
        ONE_ID.replace("-", ""),
        "018f0000-0000-7000-8000-000000000000",
        "00000000-0000-0000-0000-000000000000",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "１" * 8 + "-0000-4000-8000-000000000000",
    ],
)
def test_nothing_else_is_an_id(given_id: object) -> None:
    assert is_id(given_id) is False
