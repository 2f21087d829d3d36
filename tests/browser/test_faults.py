"""Nothing confirmed is lost or doubled, whatever the network, the server or the browser does (docs/sync.md)."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error

from tests.browser.demo import Class, DemoServer
from tests.browser.device import Device
from tests.browser.proxy import CAPTIVE_PORTAL, Fault, FaultyProxy, Forged, Loss
from tests.browser.records import Answer, Child, Ledger, Records
from tests.browser.tablet import Tablet, invent

_ERROR = b'{"error":{"code":"bad_token","message":"","details":[]}}'
_NOT_OUR_RID = b'{"proto":1,"rid":"another","day":1,"items":{},"session":{"state":"open"},"next":{}}'
REFUSALS: list[Fault] = [
    Loss.REQUEST,
    CAPTIVE_PORTAL,
    Forged(200, _NOT_OUR_RID),
    Forged(302, b"", headers=(("Location", "/app/"),)),
    *(Forged(status, _ERROR) for status in (400, 401, 403, 404, 408, 413, 425, 426, 500, 502, 503)),
    Forged(429, _ERROR, headers=(("Retry-After", "1"),)),
]


def play_one(tablet: Tablet, number: int = 1, lang: str = "fi") -> Child:
    child = invent(tablet.questions(), number, lang)
    tablet.play(child)
    return child


def rest_of(child: Child) -> dict[str, Answer]:
    """Its answers after the first."""
    return dict(list(child.answers.items())[1:])


def hurry_until(tablet: Tablet, proxy: FaultyProxy, fault: Fault | None, times: int) -> None:
    """A tablet that is asked again while it waits for an answer asks once only."""
    proxy.forget()
    while proxy.count(fault) < times:
        tablet.device.cover()
        proxy.wait_for(fault, proxy.count(fault) + 1)
        tablet.page.bring_to_front()


def test_nothing_leaves_the_outbox_before_the_servers_own_word(
    new_device: Callable[[], Device], proxy: FaultyProxy, a_class: Class, records: Records
) -> None:
    device = new_device()
    tablet = Tablet(device.start(), proxy.url, device)
    tablet.join_ready(a_class)
    proxy.fault = Loss.REQUEST
    child = play_one(tablet)
    kept = tablet.stored("outbox")
    for fault in REFUSALS:
        proxy.fault = fault
        # A second request shows that the first answer has been dealt with.
        hurry_until(tablet, proxy, fault, 2)
        assert tablet.stored("outbox") == kept, fault
    assert records.arrived(a_class.id) == 0
    proxy.fault = None
    # The last refusal named a second to wait, and asking the tablet earlier is in vain.
    hurry_until(tablet, proxy, None, 1)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert records.arrived(a_class.id) == 1


@pytest.mark.parametrize("loss", [Loss.REPLY, Loss.HALF_A_REPLY])
def test_a_lost_reply_doubles_nothing(
    loss: Loss, new_device: Callable[[], Device], proxy: FaultyProxy, a_class: Class, records: Records
) -> None:
    device = new_device()
    tablet = Tablet(device.start(), proxy.url, device)
    tablet.join_ready(a_class)
    proxy.fault = loss
    child = play_one(tablet)
    hurry_until(tablet, proxy, loss, 2)
    assert records.bodies(a_class.id) == [child.body]
    assert len(tablet.stored("outbox")) == 1
    proxy.fault = None
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert records.arrived(a_class.id) == 1


def test_a_request_that_comes_twice_counts_once(
    context: BrowserContext, proxy: FaultyProxy, a_class: Class, records: Records
) -> None:
    tablet = Tablet(context.new_page(), proxy.url)
    tablet.join_ready(a_class)
    proxy.fault = Loss.TWICE
    child = play_one(tablet)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert records.arrived(a_class.id) == 1


def test_children_go_on_while_the_server_is_away(
    plain: Tablet, demo: DemoServer, a_class: Class, records: Records
) -> None:
    """Ready, then no server at all: whole turns, reloads, several children; everything arrives once."""
    ledger = Ledger()
    plain.join_ready(a_class)
    questions = plain.questions()
    demo.kill()
    for number, lang in enumerate(("fi", "sv", "fi")):
        child = invent(questions, number, lang)
        plain.begin(lang)
        plain.answer("q1", child.answers["q1"])
        plain.page.reload()
        plain.go("go-on", "q2")
        plain.answer_all(rest_of(child))
        plain.page.reload()
        plain.go("go-on", "review")
        plain.confirm()
        ledger.confirm(a_class.id, child)
        plain.page.reload()
        plain.expect_at("language")
    plain.open("/app/")
    plain.expect_at("language")
    plain.expect_stored("outbox", 3)
    demo.start()
    plain.hand_in()
    assert records.bodies(a_class.id) == ledger.bodies(a_class.id)
    assert records.arrived(a_class.id) == 3


def test_two_tabs_confirm_one_turn_once(plain: Tablet, a_class: Class, records: Records) -> None:
    plain.join_ready(a_class)
    child = invent(plain.questions(), 4, "fi")
    plain.begin("fi")
    plain.answer("q1", child.answers["q1"])
    other = plain.beside()
    other.open()
    other.go("go-on", "q2")
    other.answer_all(rest_of(child))
    plain.page.bring_to_front()
    plain.page.reload()
    plain.go("go-on", "review")
    for each in (plain, other):
        each.page.evaluate("setTimeout(() => document.querySelector('button[data-do=confirm]').click())")
    for each in (plain, other):
        each.expect_at("thanks")
    plain.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_a_turn_that_ended_in_another_tab_starts_over(plain: Tablet, a_class: Class) -> None:
    """The tab that was left behind neither doubles nor keeps what the other one threw away."""
    plain.join_ready(a_class)
    plain.begin("fi")
    other = plain.beside()
    other.open()
    other.go("new-child", "language")
    plain.page.bring_to_front()
    plain.do("skip")
    plain.expect_at("language")
    assert plain.stored("drafts") == []
    assert plain.stored("outbox") == []


def test_a_crashed_page_loses_nothing(plain: Tablet, a_class: Class, records: Records) -> None:
    plain.join_ready(a_class)
    child = invent(plain.questions(), 7, "sv")
    plain.begin("sv")
    plain.answer("q1", child.answers["q1"])
    again = crash(plain)
    again.go("go-on", "q2")
    assert again.lang == "sv"
    assert again.chosen("q1") == [child.answers["q1"]]
    again.answer_all(rest_of(child))
    again.confirm()
    last = crash(again)
    last.expect_at("language")
    last.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def crash(tablet: Tablet) -> Tablet:
    """Ends the page's process; a new tab opens the app as a child would."""
    again = tablet.beside()
    with tablet.page.expect_event("crash"), suppress(Error):
        tablet.page.goto("chrome://crash")
    again.open()
    return again


def test_a_full_device_shows_no_tick(plain: Tablet, a_class: Class) -> None:
    """A grown-up is called, the answers stay; once there is room the same Done goes on."""
    plain.join_ready(a_class)
    child = invent(plain.questions(), 3, "fi")
    plain.begin("fi")
    plain.answer_all(child.answers)
    plain.set_offline(True)
    plain.page.evaluate(
        """() => {
             const {prototype} = IDBObjectStore;
             const {add} = prototype;
             prototype.add = () => { throw new DOMException('No room', 'QuotaExceededError'); };
             window.makeRoom = () => { prototype.add = add; };
           }"""
    )
    plain.go("confirm", "stuck")
    assert plain.stored("outbox") == []
    assert len(plain.stored("drafts")) == 1
    plain.page.evaluate("makeRoom()")
    plain.go("go-on", "thanks")
    assert len(plain.stored("outbox")) == 1


def test_an_empty_battery_loses_nothing(tablet: Tablet, demo: DemoServer, a_class: Class, records: Records) -> None:
    """The browser's process is killed before and after the tick, without network."""
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 3, "fi")
    demo.stop()
    tablet.begin("fi")
    tablet.answer_all(child.answers)
    tablet = switch_on_again(tablet)
    tablet.go("go-on", "review")
    tablet.confirm()
    tablet = switch_on_again(tablet)
    tablet.expect_at("language")
    tablet.expect_stored("outbox", 1)
    demo.start()
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def switch_on_again(tablet: Tablet) -> Tablet:
    tablet.device.kill()
    again = Tablet(tablet.device.start(), tablet.base, tablet.device)
    again.open()
    return again
