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


def settle(run: Run, items: dict[str, Any], session: str = "s1", **word: Any) -> int:
    """How many items left the outbox by this word of the server's."""
    return int(run("outbox.settle(given[0], given[1])", [session, {"items": items, **word}])["settled"])


def test_confirming_moves_everything_at_once(begun: Run) -> None:
    assert confirm(begun) is True
    found = state(begun)
    assert found["drafts"] == []
    assert found["outbox"] == [{"id": "id-1", "session": "s1", "body": "bytes"}]
    assert found["counters"] == {"session": "s1", "confirmed": 1, "acknowledged": 0, "held": 0, "turns": 1}


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
    assert settle(begun, {"id-1": {"s": "stored"}}) == 1
    assert begun("outbox.ledger('s1')")["unsent"] == 1
    assert settle(begun, {key: {"s": "stored"}}) == 1
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
    assert settle(begun, {"id-1": {"s": word}}) == 1
    assert settle(begun, {"id-1": {"s": word}}) == 0
    assert settle(begun, {"id-1": {"s": "rejected"}, "never-sent": {"s": "stored"}}) == 0
    assert state(begun)["outbox"] == []
    assert state(begun)["counters"][store] == 1
    assert sums_up(begun)


def test_a_rejected_response_stays_to_be_seen(begun: Run) -> None:
    confirm(begun)
    assert settle(begun, {"id-1": {"s": "rejected", "why": "bad_body"}}) == 1
    assert state(begun)["attention"] == [{"id": "id-1", "session": "s1", "body": "bytes", "why": "bad_body"}]
    assert sums_up(begun)


@pytest.mark.parametrize(("session", "word"), [("s1", "perhaps"), ("s2", "stored")])
def test_an_unknown_word_or_another_sessions_leaves_it_in_the_outbox(begun: Run, session: str, word: str) -> None:
    confirm(begun)
    assert settle(begun, {"id-1": {"s": word}}, session) == 0
    assert len(state(begun)["outbox"]) == 1


SEALED = {"id-1": {"s": "stored", "seal": "k1.sealed"}}


def test_what_the_server_keeps_becomes_a_receipt_that_holds_no_answer(begun: Run) -> None:
    confirm(begun)
    assert settle(begun, SEALED, commit="7.aa", day=20_413) == 1
    assert begun("database.list('receipts')") == [{"id": "s1/7.aa", "day": 20_413, "items": SEALED}]
    assert begun("outbox.pairs('s1')") == ["7.aa"]
    assert begun("outbox.pairs('s')") == begun("outbox.pairs('s12')") == []
    assert sums_up(begun)


@pytest.mark.parametrize("word", ["stored", "held"])
def test_what_the_server_has_lost_waits_again_sealed(begun: Run, word: str) -> None:
    confirm(begun)
    sealed = {"id-1": {"s": word, "why": "unfit", "seal": "k1.sealed"}}
    settle(begun, sealed, commit="7.aa")
    lost = "outbox.settle('s1', {items: {}, lost: ['7.aa', '9.unknown']})"
    assert begun(lost) == {"settled": 0, "lost": 1}
    assert begun(lost) == {"settled": 0, "lost": 0}
    found = state(begun)
    assert found["outbox"] == [{"id": "id-1", "session": "s1", "seal": "k1.sealed"}]
    assert begun("outbox.ledger('s1')")["unsent"] == 1
    assert sums_up(begun)
    assert settle(begun, sealed, commit="8.bb") == 1
    assert begun("outbox.pairs('s1')") == ["8.bb"]
    assert sums_up(begun)


def test_a_late_word_of_before_is_settled_by_the_next_question(begun: Run) -> None:
    """The server lost the commit, said so, and only then an old answer that names it comes through."""
    confirm(begun)
    settle(begun, SEALED, commit="7.aa")
    settle(begun, {}, lost=["7.aa"])
    assert settle(begun, SEALED, commit="7.aa") == 1
    assert begun("outbox.pairs('s1')") == ["7.aa"]
    settle(begun, {}, lost=["7.aa"])
    assert [item["seal"] for item in state(begun)["outbox"]] == ["k1.sealed"]
    assert sums_up(begun)


@pytest.mark.parametrize(("session", "lost"), [("s1", []), ("s2", ["7.aa"])])
def test_nothing_else_is_lost(begun: Run, session: str, lost: list[str]) -> None:
    confirm(begun)
    settle(begun, SEALED, commit="7.aa")
    settle(begun, {}, session, lost=lost)
    assert begun("outbox.pairs('s1')") == ["7.aa"]
    assert state(begun)["outbox"] == []


def test_one_commit_is_one_receipt_of_all_it_kept(begun: Run) -> None:
    """Two windows may hear of one commit apart."""
    begun("outbox.confirm(given, 'bytes', [{id: 'ideas/id-2', body: 'b'}])", DRAFT)
    settle(begun, SEALED, commit="7.aa")
    settle(begun, {"ideas/id-2": {"s": "stored", "seal": "k1.drawn"}}, commit="7.aa")
    assert begun("outbox.pairs('s1')") == ["7.aa"]
    settle(begun, {}, lost=["7.aa"])
    assert {item["id"]: item["seal"] for item in state(begun)["outbox"]} == {
        "id-1": "k1.sealed",
        "ideas/id-2": "k1.drawn",
    }


def test_receipts_go_when_they_are_old_or_worth_nothing(begun: Run) -> None:
    fill = """database.transaction(['receipts'], 'readwrite', (tx) => Promise.all(given.map(([id, day]) =>
      tx.objectStore('receipts').put({id, day, items: {}}))))"""
    begun(fill, [["s1/1.a", 100], ["s1/2.b", 190], ["s2/3.c", 100]])
    begun("outbox.forget('s1', 190)")
    assert [begun("outbox.pairs('s1')"), begun("outbox.pairs('s2')")] == [["2.b"], ["3.c"]]
    begun("outbox.forget('s1')")
    assert [begun("outbox.pairs('s1')"), begun("outbox.pairs('s2')")] == [[], ["3.c"]]


def test_pairs_take_turns_when_there_are_many(begun: Run) -> None:
    fill = """database.transaction(['receipts'], 'readwrite', (tx) => Promise.all([...Array(450).keys()].map((at) =>
      tx.objectStore('receipts').put({id: `s1/${at}.tag`, day: 1, items: {}}))))"""
    begun(fill)
    shown: set[str] = set()
    after = ""
    for number in (200, 200, 50):
        pairs = begun("outbox.pairs('s1', given)", after)
        assert len(pairs) == number
        shown |= set(pairs)
        after = pairs[-1]
    assert shown == {f"{at}.tag" for at in range(450)}


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


def test_one_killed_connection_is_opened_once_for_all_who_used_it(begun: Run) -> None:
    """Each tries again; none may close the new connection of another."""
    killed = """(async () => {
      const real = IDBDatabase.prototype.transaction;
      const first = {};
      IDBDatabase.prototype.transaction = function (...how) {
        first.of ??= this;
        if (first.of === this) this.close();
        return real.apply(this, how);
      };
      const all = await Promise.allSettled([...Array(8).keys()].map((at) => database.put('meta', at, `k${at}`)));
      IDBDatabase.prototype.transaction = real;
      return [all.map(({status}) => status), (await database.list('meta')).length];
    })()"""
    assert begun(killed) == [["fulfilled"] * 8, 8]
