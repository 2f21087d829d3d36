"""The plain data of a turn: taps, orders, and the bytes that are sent."""

import json
import re
from collections import Counter

from tests.pwa.conftest import Run

PLAIN = {"max": 1, "randomise": False, "last": [], "flip": False}
ONE = {
    **PLAIN,
    "id": "q1",
    "kind": "single_choice",
    "options": ["a", "b", "c", "z"],
    "randomise": True,
    "last": ["z"],
}
TWO = {**PLAIN, "id": "q2", "kind": "multi_choice", "options": ["a", "b", "c"], "max": 2}
FACES = {**PLAIN, "id": "q3", "kind": "smiley", "options": ["bad", "so", "good"], "flip": True}
RANK = {**PLAIN, "id": "q6", "kind": "rank", "options": ["a", "b", "c"], "max": 2, "randomise": True}
COINS = {**PLAIN, "id": "q7", "kind": "budget", "options": ["a", "b", "c"], "max": 5, "randomise": True}
PLACE = {**PLAIN, "id": "q8", "kind": "place", "options": ["a", "b"]}
PAIRS = {
    **PLAIN,
    "id": "q9",
    "kind": "this_or_that",
    "options": ["p1", "p1.out", "p1.in", "p2", "p2.loud", "p2.calm"],
    "randomise": True,
}
TAPS = "given.taps.reduce((answer, tap) => turn.tap(given.question, answer, ...[tap].flat()), null)"
ORDERS = "Array.from({length: given.n}, (_, at) => turn.arrange(given.question, (at * 2654435761) >>> 0))"


def test_a_tap_chooses_and_the_same_tap_takes_back(run: Run) -> None:
    assert run(TAPS, {"question": ONE, "taps": ["a"]}) == "a"
    assert run(TAPS, {"question": ONE, "taps": ["a", "c"]}) == "c"
    assert run(TAPS, {"question": ONE, "taps": ["a", "a"]}) is None


def test_several_are_kept_in_the_revisions_order_and_never_too_many(run: Run) -> None:
    assert run(TAPS, {"question": TWO, "taps": ["c", "a"]}) == ["a", "c"]
    assert run(TAPS, {"question": TWO, "taps": ["c", "a", "b"]}) == ["a", "c"]
    assert run(TAPS, {"question": TWO, "taps": ["c", "a", "c", "b"]}) == ["a", "b"]
    assert run(TAPS, {"question": TWO, "taps": ["c", "c"]}) is None


def test_a_place_is_one_place(run: Run) -> None:
    assert run(TAPS, {"question": PLACE, "taps": ["a", "b"]}) == "b"
    assert run(TAPS, {"question": PLACE, "taps": ["a", "a"]}) is None


def test_a_ranking_keeps_the_order_of_the_taps_and_may_be_partial(run: Run) -> None:
    assert run(TAPS, {"question": RANK, "taps": ["c", "a"]}) == ["c", "a"]
    assert run(TAPS, {"question": RANK, "taps": ["c", "a", "b"]}) == ["c", "a"]
    assert run(TAPS, {"question": RANK, "taps": ["c", "a", "c", "b"]}) == ["a", "b"]
    assert run(TAPS, {"question": RANK, "taps": ["b"]}) == ["b"]
    assert run(TAPS, {"question": RANK, "taps": ["b", "b"]}) is None


def test_coins_are_laid_and_taken_and_never_more_than_there_are(run: Run) -> None:
    assert run(TAPS, {"question": COINS, "taps": ["a", "a", "c"]}) == {"a": 2, "c": 1}
    assert run(TAPS, {"question": COINS, "taps": ["a"] * 4 + ["b"] * 3}) == {"a": 4, "b": 1}
    assert run(TAPS, {"question": COINS, "taps": [["a", -1], "b"]}) == {"b": 1}
    assert run(TAPS, {"question": COINS, "taps": ["a", ["a", -1]]}) is None


def test_every_pair_has_one_side_or_none(run: Run) -> None:
    assert run(TAPS, {"question": PAIRS, "taps": ["p1.out"]}) == {"p1": "out"}
    assert run(TAPS, {"question": PAIRS, "taps": ["p2.calm", "p1.out", "p1.in"]}) == {"p1": "in", "p2": "calm"}
    assert run(TAPS, {"question": PAIRS, "taps": ["p2.calm", "p2.calm"]}) is None


def test_what_is_sent_does_not_tell_which_was_tapped_first(run: Run) -> None:
    """JSON keeps the order of an object's keys."""
    for question, taps, in_order in (
        (COINS, ["c", "b", "a"], ["a", "b", "c"]),
        (PAIRS, ["p2.loud", "p1.in"], ["p1", "p2"]),
        (TWO, ["c", "b"], ["b", "c"]),
    ):
        assert run(f"JSON.stringify({TAPS})", {"question": question, "taps": taps}) == run(
            f"JSON.stringify({TAPS})", {"question": question, "taps": taps[::-1]}
        )
        assert list(run(TAPS, {"question": question, "taps": taps})) == in_order


def test_an_answer_says_what_it_gives_to_which_option(run: Run) -> None:
    work = "[...turn.given(given)]"
    assert run(work) == run(work, None) == []
    assert run(work, "a") == [["a", 1]]
    assert run(work, ["c", "a"]) == [["c", 1], ["a", 2]]
    assert run(work, {"a": 3, "b": 1}) == [["a", 3], ["b", 1]]
    assert run(work, {"p1": "out"}) == [["p1.out", 1]]
    assert run(work, {"drawing": True}) == [["drawing", 1]]


def test_undo_brings_back_one_tap_after_the_other(run: Run) -> None:
    work = """(() => {
      const draft = {answers: {}};
      const seen = [];
      for (const option of given.taps) {
        turn.remember(draft, given.question);
        draft.answers.q6 = turn.tap(given.question, draft.answers.q6, option);
      }
      for (let at = 0; at < 4; at++) { turn.undo(draft, given.question); seen.push(draft.answers.q6); }
      return seen;
    })()"""
    assert run(work, {"question": RANK, "taps": ["c", "a", "c"]}) == [["c", "a"], ["c"], None, None]


def test_an_order_belongs_to_its_seed_and_question(run: Run) -> None:
    orders = run(ORDERS, {"question": ONE, "n": 3000})
    assert orders == run(ORDERS, {"question": ONE, "n": 3000})
    assert orders != run(ORDERS, {"question": {**ONE, "id": "q7"}, "n": 3000})
    assert {order[-1] for order in orders} == {"z"}
    counts = Counter(tuple(order) for order in orders)
    assert len(counts) == 6
    assert min(counts.values()) > 400


def test_faces_turn_round_for_half_of_the_children(run: Run) -> None:
    orders = Counter(tuple(order) for order in run(ORDERS, {"question": FACES, "n": 2000}))
    assert set(orders) == {("bad", "so", "good"), ("good", "so", "bad")}
    assert 900 < orders[("bad", "so", "good")] < 1100
    assert run(ORDERS, {"question": TWO, "n": 20}) == [["a", "b", "c"]] * 20


def test_pairs_and_their_sides_change_places_and_stay_together(run: Run) -> None:
    orders = Counter(tuple(order) for order in run(ORDERS, {"question": PAIRS, "n": 4000}))
    assert len(orders) == 8
    assert min(orders.values()) > 400
    for order in orders:
        assert [each.split(".")[0] for each in order] in ([*["p1"] * 3, *["p2"] * 3], [*["p2"] * 3, *["p1"] * 3])
        assert "." not in order[0] + order[3]


def test_an_id_is_a_random_uuid_and_the_seed_is_not_part_of_it(run: Run) -> None:
    begin = "turn.begin('s', 'fi', 'assent', Uint8Array.from(given))"
    draft = run(begin, [255] * 16 + [0, 0, 1, 2])
    assert draft["id"] == "ffffffff-ffff-4fff-bfff-ffffffffffff"
    assert draft["seed"] == 258
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", run(begin, list(range(20)))["id"])


def test_what_is_sent_holds_the_answers_and_nothing_else(run: Run) -> None:
    draft = {"session": "s", "id": "i", "seed": 5, "lang": "sv", "step": "review", "answers": {"q1": "a", "q2": None}}
    body = run("turn.body(given, '9f3a', 'fi', 'stopped')", draft)
    assert json.loads(body) == {"revision": "9f3a", "lang": "fi", "answers": {"q1": "a", "q2": None}, "end": "stopped"}
