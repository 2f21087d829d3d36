"""A real tablet of the campaign: Chromium with the real app, a child's hands, and the accidents that happen to tablets.

Runs in a thread of its own beside the scripted tablets; its choices come from its seed, what they meet from the moment.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from playwright.sync_api import Error, Page, expect, sync_playwright

from tests.browser.device import Device
from tests.browser.records import Answer, Child
from tests.browser.tablet import Tablet, invent
from tests.campaign.children import asked
from tests.campaign.deck import Deck
from tests.campaign.ledger import Ledger

_PATIENCE_MS = 10_000
_LOST_PATIENCE = 12
_HOME_S = 240
_TRIES = 60
_LOOK_MS = 300
_SETTLED_MS = 400
_WHERE = """section => [
  section.dataset.screen === 'question' ? section.dataset.question : section.dataset.screen,
  [...section.querySelectorAll('button[data-do="go-on"]')].some(button => button.checkVisibility())]"""
_FULL = """() => {
  const {add} = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = () => { throw new DOMException('No room', 'QuotaExceededError'); };
  window.makeRoom = () => { IDBObjectStore.prototype.add = add; };
}"""
# What the system does to a page's connection behind its back: every operation on it fails from now on.
_REMEMBER = """(() => {
  const opened = [];
  const {open} = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...about) {
    const request = open.apply(this, about);
    request.addEventListener('success', () => opened.push(request.result));
    return request;
  };
  window.killConnections = () => opened.splice(0).forEach(each => each.close());
})()"""


@dataclass
class Browser:
    """`find_link` gives id, link and profile of a class to join, or None; `update_worker` puts a newer one there."""

    name: str
    url: str
    folder: Path
    rng: random.Random
    ledger: Ledger
    met: Counter[str]
    find_link: Callable[[], tuple[str, str, str] | None]
    update_worker: Callable[[], None]
    problems: list[str] = field(default_factory=list)
    turns: int = 0
    _thread: threading.Thread = field(init=False)
    _going: threading.Event = field(default_factory=threading.Event)
    _called: threading.Event = field(default_factory=threading.Event)
    _home: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _failures: int = 0
    _profile: str = ""
    _accidents: Deck[Callable[[Browser], None]] = field(init=False)
    _ways: Deck[Callable[[Browser], None]] = field(init=False)
    _device: Device = field(init=False)
    _tablet: Tablet = field(init=False)

    def start(self) -> None:
        self._accidents, self._ways = Deck(self.rng, _ACCIDENTS), Deck(self.rng, _WAYS)
        self._going.set()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def come_home(self) -> None:
        """Until everything it holds is delivered; it plays no further."""
        self._going.clear()
        self._called.set()
        if not self._home.wait(_HOME_S):
            self.problems.append(f"{self.name} did not come home")

    def stay_ready(self) -> None:
        """It may be called home once more."""
        self._home.clear()

    def end(self) -> None:
        self._over.set()
        self._going.set()
        self._thread.join(_HOME_S)

    def _run(self) -> None:
        with sync_playwright() as playwright:
            self._device = Device(playwright, self.folder)
            self._switch_on()
            while not self._over.is_set():
                try:
                    if self._going.is_set():
                        self._live()
                    elif self._called.wait(0.2):
                        self._hand_in()
                        self._called.clear()
                        self._home.set()
                    self._failures = 0
                except (Error, AssertionError) as error:
                    self._recover(error)
            self._device.kill()

    def _recover(self, error: Exception) -> None:
        """A server that is away, a page on its way: tried again. What never works is a problem."""
        self._failures += 1
        if self._failures == _LOST_PATIENCE:
            self.problems.append(f"{self.name} is stuck: {str(error)[:300]}")
        if self._failures % 3:
            with suppress(Error):
                self._tablet.open()
        else:
            self._kill()

    def _switch_on(self) -> None:
        self._take(self._device.start())
        with suppress(Error):
            self._tablet.open()

    def _take(self, page: Page) -> None:
        page.add_init_script(_REMEMBER)
        self._tablet = Tablet(page, self.url, self._device)
        page.set_default_timeout(_PATIENCE_MS)

    # playing

    def _live(self) -> None:
        """One screen's worth of a child, or an accident."""
        if self.rng.random() < 0.2:
            self._accidents.draw()(self)
        else:
            self._advance()

    def _advance(self) -> None:
        tablet = self._tablet
        at, is_left_alone = tablet.here.evaluate(_WHERE)
        if is_left_alone:
            tablet.do("new-child" if at != "stuck" and self.rng.random() < 0.1 else "go-on")
        elif at == "join":
            self._join()
        elif at == "language":
            tablet.here.locator(f'button[data-do="language"][data-lang="{self.rng.choice(("sv", "fi"))}"]').click()
        elif at == "review":
            self._ways.draw()(self)
            return
        elif at.startswith("q") or at == "exit":
            self._answer(at)
        else:
            after = {"welcome": "start", "assent": "yes", "practice": "next", "thanks": "next", "handover": "new-child"}
            tablet.do(after.get(at, "back"))
        expect(tablet.section(at)).to_be_hidden(timeout=_PATIENCE_MS)

    def _join(self) -> None:
        found = self.find_link()
        if found is None:
            return
        _, link, self._profile = found
        self._tablet.open(f"/app/j/{link}")

    def _answer(self, question: str) -> None:
        child = invent(list(asked(self._profile or "short")), self.rng.randrange(500), "fi")
        answer: Answer = child.answers.get(question)
        if is_chosen := bool(self._tablet.chosen(question)):
            answer = None
        if answer:
            self._tablet.choose(question, answer)
        self._tablet.do("next" if answer or is_chosen else "skip")

    def _confirm(self, press: Callable[[], None] | None = None) -> None:
        draft = self._expect_turn()
        (press or (lambda: self._tablet.do("confirm")))()
        expect(self._tablet.section("thanks").locator("[data-saved]")).to_be_visible(timeout=_PATIENCE_MS)
        self._tick(draft)

    def _tick(self, draft: str) -> None:
        self.ledger.tick(draft)
        self.turns += 1

    def _expect_turn(self) -> str:
        """The draft as it is kept: what will be sent when it is confirmed now."""
        [draft] = self._tablet.stored("drafts")
        answers = {key: tuple(value) if isinstance(value, list) else value for key, value in draft["answers"].items()}
        self.ledger.begin(draft["id"], draft["session"], Child(self._tablet.lang, answers))
        return str(draft["id"])

    # accidents

    def _kill(self) -> None:
        """As an empty battery ends it."""
        self._device.kill()
        self.met["browser killed"] += 1
        self._switch_on()

    def _kill_while_confirming(self) -> None:
        self._expect_turn()
        self._tablet.page.evaluate("setTimeout(() => document.querySelector('button[data-do=confirm]').click())")
        self._kill()

    def _crash(self) -> None:
        page = self._device.context.new_page()
        with self._tablet.page.expect_event("crash"), suppress(Error):
            self._tablet.page.goto("chrome://crash")
        self._take(page)
        self.met["renderer crashed"] += 1
        self._tablet.open()

    def _close_tab(self) -> None:
        page = self._device.context.new_page()
        self._tablet.page.close()
        self._take(page)
        self.met["tab closed"] += 1
        self._tablet.open()

    def _reload(self) -> None:
        self._tablet.page.reload()
        self.met["page loaded again"] += 1

    def _two_tabs(self) -> None:
        """Both confirm the same turn."""
        other = Tablet(self._device.context.new_page(), self.url, self._device)
        other.open()
        other.go("go-on", "review")
        self._tablet.page.bring_to_front()
        draft = self._expect_turn()
        for each in (self._tablet, other):
            each.page.evaluate("setTimeout(() => document.querySelector('button[data-do=confirm]').click())")
        for each in (self._tablet, other):
            each.expect_at("thanks")
        self._tick(draft)
        other.page.close()
        self.met["two tabs"] += 1

    def _tap_twice(self) -> None:
        self.met["double taps"] += 1
        # No finger counts that was there before the page.
        self._tablet.page.wait_for_timeout(_SETTLED_MS)
        self._confirm(lambda: self._tablet.double_tap(self._tablet.here.locator('button[data-do="confirm"]')))

    def _fill(self) -> None:
        """No tick while there is no room."""
        draft = self._expect_turn()
        self._tablet.page.evaluate(_FULL)
        self._tablet.go("confirm", "stuck")
        if any(item["id"] == draft for item in self._tablet.stored("outbox")):
            self.problems.append(f"{self.name}: confirmed without room")
        self._tablet.page.evaluate("makeRoom()")
        self._tablet.go("go-on", "thanks")
        self._tick(draft)
        self.met["quota exceeded"] += 1

    def _kill_connections(self) -> None:
        self._tablet.page.evaluate("window.killConnections?.()")
        self.met["connection to IndexedDB killed"] += 1

    def _evict(self) -> None:
        held = [item["id"] for store in ("outbox", "receipts", "attention") for item in self._tablet.stored(store)]
        receipts = [key for receipt in self._tablet.stored("receipts") for key in receipt.get("items", {})]
        self.ledger.excuse([*held, *receipts])
        speaking = self._device.context.new_cdp_session(self._tablet.page)
        speaking.send("Storage.clearDataForOrigin", {"origin": self.url, "storageTypes": "all"})
        self.met["storage evicted"] += 1
        self._tablet.open()

    def _stop_worker(self) -> None:
        speaking = self._device.context.new_cdp_session(self._tablet.page)
        speaking.send("ServiceWorker.enable")
        speaking.send("ServiceWorker.stopAllWorkers")
        self.met["worker stopped mid-turn"] += 1

    def _update_worker(self) -> None:
        self.update_worker()
        self._tablet.page.evaluate("navigator.serviceWorker.getRegistration('/app/').then(found => found?.update())")
        self.met["worker updated mid-turn"] += 1

    def _set_clock(self, year: int) -> None:
        self._tablet.page.clock.set_fixed_time(datetime(year, 1, 1))
        self.met[f"clock {year}"] += 1

    def _hurry(self) -> None:
        self._tablet.hurry()
        self.met["tablet hidden and seen again"] += 1

    def _go_offline(self) -> None:
        self._tablet.set_offline(True)
        self.met["network away"] += 1
        for _ in range(3):
            self._advance()
        self._tablet.set_offline(False)

    # the end

    def _hand_in(self) -> None:
        """It starts and speaks for every class it holds receipts of, until nothing waits and nothing was missing."""
        page, said = self._tablet.page, Counter[str]()
        page.on("response", lambda answer: said.update(["sync"] if "/api/v1/sync" in answer.url else []))
        with suppress(Error):
            self._tablet.open()
        self._tablet.here.wait_for(timeout=_PATIENCE_MS)
        classes = {receipt["id"].split("/")[0] for receipt in self._tablet.stored("receipts")}
        if not self._tablet.stored("sessions"):
            return
        for _ in range(_TRIES):
            self._tablet.hurry()
            page.wait_for_timeout(_LOOK_MS)
            if said["sync"] >= max(1, len(classes)) and not self._tablet.stored("outbox"):
                return
        left = [item["session"] for item in self._tablet.stored("outbox")]
        self.problems.append(f"{self.name} never delivered {left}, asked {said['sync']} times for {len(classes)}")


_WAYS = (Browser._confirm, Browser._kill_while_confirming, Browser._two_tabs, Browser._tap_twice, Browser._fill)
"""How a turn ends."""
_ACCIDENTS = (
    *(Browser._kill,) * 4,
    *(Browser._hurry,) * 2,
    Browser._crash,
    Browser._close_tab,
    Browser._reload,
    Browser._kill_connections,
    Browser._evict,
    Browser._stop_worker,
    Browser._update_worker,
    partial(Browser._set_clock, year=2009),
    partial(Browser._set_clock, year=2045),
    Browser._go_offline,
)
