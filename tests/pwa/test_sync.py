"""What a tablet says to the server and does upon its answers: real joins, and answers as a test needs them."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.demo import DemoServer
from tests.browser.tablet import eventually

DRAFT = {"id": "id-1", "seed": 1, "lang": "fi", "step": "review", "answers": {"q1": "home"}}


class Server:
    """Keeps what is sent and forgets it when told: as much of the server as a tablet can tell."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.known: dict[str, list[str]] = {}
        self.state = "open"
        self.day = 20_413

    def answer(self, route: Route) -> None:
        asked = json.loads(route.request.post_data or "")
        self.asked.append(asked)
        word = {
            "proto": 1,
            "rid": asked["rid"],
            "day": self.day,
            "items": {item["id"]: {"s": "stored", "seal": f"k1.{item['id']}"} for item in asked["items"]},
            "lost": [pair for pair in asked["have"] if pair not in self.known],
            "session": {"state": self.state},
            "next": {"min_s": 0, "idle_s": 0, "max_items": 50},
        }
        if asked["items"]:
            word["commit"] = f"{len(self.asked)}.tag"
            self.known[word["commit"]] = [item["id"] for item in asked["items"]]
        route.fulfill(json=word)

    def of(self, session: str) -> list[dict[str, Any]]:
        return [asked for asked in self.asked if asked["session"] == session]

    def sent(self, session: str) -> list[dict[str, Any]]:
        return [item for asked in self.of(session) for item in asked["items"]]

    def restore(self) -> None:
        """Its history goes back to before everything."""
        self.known.clear()

    @property
    def kept(self) -> list[str]:
        """Whatever was sent twice, because its answer did not reach the page any more, is kept once."""
        return sorted({item for items in self.known.values() for item in items})


@pytest.fixture
def server(tablet_storage: BrowserContext) -> Server:
    made = Server()
    tablet_storage.route("**/api/v1/sync", made.answer)
    return made


@pytest.fixture
def joined(demo: DemoServer, run: Callable[..., Any]) -> list[str]:
    """Two sessions that this tablet holds; each has one confirmed response."""
    sessions = []
    for number in (0, 1):
        answer = demo.join(demo.classes[number])
        run("database.put('sessions', given)", {**answer, "assets": []})
        draft = {**DRAFT, "session": answer["session"], "id": f"id-{number}"}
        run("outbox.begin(given).then(() => outbox.confirm(given, 'bytes'))", draft)
        sessions.append(answer["session"])
    return sessions


def start(page: Page, current: str) -> None:
    page.evaluate(
        """async ([base, current]) => {
             const {startSync} = await import(`${base}sync.js`);
             window.told = startSync({
               current, tablet: () => ({ready: 'yes', keeps: 'yes', turn: 'idle'}), after: Promise.resolve(),
               heard: () => undefined, refused: () => undefined, outdated: () => undefined,
             });
           }""",
        [page.evaluate("base"), current],
    )


def _is_heard(server: Server, session: str) -> bool:
    return len(server.of(session)) > 1


def wait(page: Page, check: Callable[[], bool], what: str) -> None:
    eventually(check, what, page)


@pytest.fixture
def page(run: Callable[..., Any], tablet_storage: BrowserContext) -> Page:
    return tablet_storage.pages[0]


def test_what_a_restore_took_is_sent_again_sealed(
    server: Server, joined: list[str], page: Page, run: Callable[..., Any]
) -> None:
    """Also of a session that this page does not play, once the page is opened again."""
    start(page, joined[0])
    wait(page, lambda: len(run("database.list('receipts')")) == 2, "both kept, and the tablet has it in writing")
    page.wait_for_function("told.now() || true")
    server.restore()
    wait(page, lambda: server.kept == ["id-0"], "the played session's again")
    assert server.sent(joined[0])[1:] == [{"id": "id-0", "seal": "k1.id-0"}]
    page.reload()
    start(page, joined[0])
    wait(page, lambda: server.kept == ["id-0", "id-1"], "the other one's again")
    assert server.sent(joined[1])[-1] == {"id": "id-1", "seal": "k1.id-1"}


def test_what_was_lost_counts_as_pending_until_it_is_kept_again(
    server: Server, joined: list[str], page: Page, run: Callable[..., Any]
) -> None:
    start(page, joined[0])
    wait(page, lambda: len(run("database.list('receipts')")) == 2, "both kept, and the tablet has it in writing")
    server.restore()
    page.reload()
    start(page, joined[0])
    wait(page, lambda: server.kept == ["id-0", "id-1"], "both again")
    for session in joined:
        told = [(asked["ledger"]["pending"], len(asked["items"]), len(asked["have"])) for asked in server.of(session)]
        # It shows its pair, then has one to send, then shows the new pair.
        assert (1, 0, 0) in told[2:] or (0, 1, 0) in told[2:]
        assert all(asked["ledger"]["confirmed"] == 1 for asked in server.of(session))


def test_receipts_go_with_the_freeze(server: Server, joined: list[str], page: Page, run: Callable[..., Any]) -> None:
    start(page, joined[0])
    wait(page, lambda: len(run("database.list('receipts')")) == 2, "both kept, and the tablet has it in writing")
    server.state = "frozen"
    page.reload()
    start(page, joined[0])
    wait(page, lambda: run("database.list('receipts')") == [], "no receipt")


def test_receipts_go_after_ninety_days_of_the_servers(
    server: Server, joined: list[str], page: Page, run: Callable[..., Any]
) -> None:
    start(page, joined[0])
    wait(page, lambda: len(run("database.list('receipts')")) == 2, "both kept, and the tablet has it in writing")
    server.day += 90
    before = len(server.asked)
    wait(page, lambda: len(server.asked) > before + 2, "asked again")
    assert len(run("database.list('receipts')")) == 2
    server.day += 1
    page.reload()
    start(page, joined[0])
    wait(page, lambda: run("database.list('receipts')") == [], "no receipt")


def test_another_session_is_spoken_for_as_it_was_last_seen(server: Server, joined: list[str], page: Page) -> None:
    for current, other in (joined, joined[::-1]):
        start(page, current)
        wait(page, partial(_is_heard, server, other), "the other one too")
        page.reload()
    first, last = server.of(joined[1])[0], server.of(joined[0])[-1]
    assert first["tablet"] == {"ready": "no", "keeps": "no", "turn": "idle"}
    assert last["tablet"] == {"ready": "yes", "keeps": "yes", "turn": "idle"}
