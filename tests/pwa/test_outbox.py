"""From draft to outbox to the server's word: nothing lost, nothing twice, whatever is repeated or raced."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.pwa.conftest import Run

DRAFT = {"session": "s1", "id": "id-1", "seed": 1, "lang": "fi", "step": "review", "answers": {"q1": "home"}}
STATE = """Promise.all(['drafts', 'outbox', 'attention', 'counters'].map((store) => database.list(store)))
  .then(([drafts, outbox, attention, counters]) => ({drafts, outbox, attention, counters: counters[0]}))"""


def state(run: Run) -> dict[str, Any]:
    found: dict[str, Any] = run(STATE)
    return found


def sums_up(run: Run) -> bool:
    """What the tablet promises to be able to account for, always."""
    found = state(run)
    counted = found["counters"]
    gone = counted["acknowledged"] + counted["held"]
    return bool(counted["confirmed"] == len(found["outbox"]) + gone + len(found["attention"]))


@pytest.fixture
def begun(run: Run) -> Run:
    assert run("outbox.begin(given)", DRAFT) is True
    return run


def confirm(run: Run) -> Any:
    return run("outbox.confirm(given, 'bytes')", DRAFT)


def test_confirming_moves_everything_at_once(begun: Run) -> None:
    assert confirm(begun) is True
    found = state(begun)
    assert found["drafts"] == []
    assert found["outbox"] == [{"id": "id-1", "session": "s1", "body": "bytes"}]
    assert found["counters"] == {"session": "s1", "confirmed": 1, "acknowledged": 0, "held": 0}


def test_an_idea_waits_beside_its_response_under_its_own_id(begun: Run, open_tab: Callable[[], Run]) -> None:
    """Two tabs mint two ids, and one of them is kept."""
    minted = "idea.keyOf(turn.uuid(crypto.getRandomValues(new Uint8Array(16))))"
    confirming = f"outbox.confirm(given, 'bytes', [{{id: {minted}, body: 'b'}}])"
    assert [begun(confirming, DRAFT), open_tab()(confirming, DRAFT)] == [True, True]
    found = {item["id"]: item for item in state(begun)["outbox"]}
    key = next(key for key in found if key.startswith("ideas/"))
    assert found == {
        "id-1": {"id": "id-1", "session": "s1", "body": "bytes"},
        key: {"id": key, "session": "s1", "body": "b"},
    }
    assert begun("outbox.ledger('s1')")["unsent"] == 1
    assert begun("outbox.settle('s1', given)", {"id-1": {"s": "stored"}}) == 1
    assert begun("outbox.ledger('s1')")["unsent"] == 1
    assert begun("outbox.settle('s1', given)", {key: {"s": "stored"}}) == 1
    assert begun("outbox.ledger('s1')")["unsent"] == 0
    assert sums_up(begun)


def test_confirming_again_changes_nothing(begun: Run) -> None:
    assert confirm(begun) is True
    assert confirm(begun) is True
    assert state(begun)["counters"]["confirmed"] == 1


def test_two_tabs_confirm_one_response(begun: Run, open_tab: Callable[[], Run]) -> None:
    both = open_tab()("Promise.all([1, 2, 3].map(() => outbox.confirm(given, 'bytes')))", DRAFT)
    assert both == [True] * 3
    assert confirm(begun) is True
    assert len(state(begun)["outbox"]) == 1
    assert state(begun)["counters"]["confirmed"] == 1


def test_a_draft_ended_in_another_tab_is_neither_kept_nor_confirmed(begun: Run, open_tab: Callable[[], Run]) -> None:
    open_tab()("outbox.discard(given)", DRAFT)
    assert begun("outbox.keep(given)", DRAFT) is False
    assert confirm(begun) is False
    assert state(begun)["outbox"] == []


def test_a_tablet_holds_one_draft_of_a_session(begun: Run) -> None:
    assert begun("outbox.begin(given)", {**DRAFT, "id": "id-2"}) is False
    assert [draft["id"] for draft in state(begun)["drafts"]] == ["id-1"]


def test_a_failure_half_way_leaves_everything_as_it_was(begun: Run) -> None:
    half = """database.transaction(['drafts', 'outbox'], 'readwrite', async (tx) => {
      await tx.objectStore('drafts').delete('s1');
      throw new Error('the tablet fell');
    }).catch((error) => error.message)"""
    assert begun(half) == "the tablet fell"
    assert len(state(begun)["drafts"]) == 1


@pytest.mark.parametrize(("word", "store"), [("stored", "acknowledged"), ("gone", "acknowledged"), ("held", "held")])
def test_the_servers_word_counts_once_however_often_it_is_heard(begun: Run, word: str, store: str) -> None:
    confirm(begun)
    settle = "outbox.settle('s1', given)"
    assert begun(settle, {"id-1": {"s": word}}) == 1
    assert begun(settle, {"id-1": {"s": word}}) == 0
    assert begun(settle, {"id-1": {"s": "rejected"}, "never-sent": {"s": "stored"}}) == 0
    assert state(begun)["outbox"] == []
    assert state(begun)["counters"][store] == 1
    assert sums_up(begun)


def test_a_rejected_response_stays_to_be_seen(begun: Run) -> None:
    confirm(begun)
    assert begun("outbox.settle('s1', given)", {"id-1": {"s": "rejected", "why": "bad_body"}}) == 1
    assert state(begun)["attention"] == [{"id": "id-1", "session": "s1", "body": "bytes", "why": "bad_body"}]
    assert sums_up(begun)


@pytest.mark.parametrize(("session", "word"), [("s1", "perhaps"), ("s2", "stored")])
def test_an_unknown_word_or_another_sessions_leaves_it_in_the_outbox(begun: Run, session: str, word: str) -> None:
    confirm(begun)
    assert begun("outbox.settle(given[0], {'id-1': {s: given[1]}})", [session, word]) == 0
    assert len(state(begun)["outbox"]) == 1


def test_every_write_is_strict_and_outlives_its_connection(begun: Run) -> None:
    spied = """(async () => {
      const how = [];
      const real = IDBDatabase.prototype.transaction;
      IDBDatabase.prototype.transaction = function (stores, mode, options) {
        how.push(options?.durability);
        if (how.length === 1) { this.close(); }
        return real.call(this, stores, mode, options);
      };
      const isSafe = await outbox.confirm(given, 'bytes');
      IDBDatabase.prototype.transaction = real;
      return [isSafe, how];
    })()"""
    assert begun(spied, DRAFT) == [True, ["strict", "strict"]]
    begun("database.close()")
    assert state(begun)["counters"]["confirmed"] == 1
