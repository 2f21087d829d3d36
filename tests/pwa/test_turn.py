"""The plain data of a turn: taps, orders, and the bytes that are sent."""

import json
import re
from collections import Counter

from tests.pwa.conftest import Run

ONE = {"id": "q1", "options": ["a", "b", "c", "z"], "max": 1, "randomise": True, "last": ["z"], "flip": False}
TWO = {"id": "q2", "options": ["a", "b", "c"], "max": 2, "randomise": False, "last": [], "flip": False}
FACES = {"id": "q3", "options": ["bad", "so", "good"], "max": 1, "randomise": False, "last": [], "flip": True}
ORDERS = "Array.from({length: given.n}, (_, at) => turn.arrange(given.question, (at * 2654435761) >>> 0))"


def test_a_tap_chooses_and_the_same_tap_takes_back(run: Run) -> None:
    work = "given.taps.reduce((answer, option) => turn.tap(given.question, answer, option), null)"
    assert run(work, {"question": ONE, "taps": ["a"]}) == "a"
    assert run(work, {"question": ONE, "taps": ["a", "c"]}) == "c"
    assert run(work, {"question": ONE, "taps": ["a", "a"]}) is None


def test_several_are_kept_in_the_revisions_order_and_never_too_many(run: Run) -> None:
    work = "given.taps.reduce((answer, option) => turn.tap(given.question, answer, option), null)"
    assert run(work, {"question": TWO, "taps": ["c", "a"]}) == ["a", "c"]
    assert run(work, {"question": TWO, "taps": ["c", "a", "b"]}) == ["a", "c"]
    assert run(work, {"question": TWO, "taps": ["c", "a", "c", "b"]}) == ["a", "b"]
    assert run(work, {"question": TWO, "taps": ["c", "c"]}) is None


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
