"""Accidents of a tablet while a child answers: no tick is lost and none counts twice (docs/reliability.md)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import pytest
from playwright.sync_api import Error, Page

from tests.browser.demo import Class, DemoServer
from tests.browser.device import Device
from tests.browser.proxy import FaultyProxy
from tests.browser.records import Child, Records
from tests.browser.tablet import Tablet, eventually, invent

_CONFIRM = "wait => setTimeout(() => document.querySelector('button[data-do=confirm]').click(), wait)"


def close_tab(tablet: Tablet) -> Tablet:
    page = tablet.device.context.new_page()
    tablet.page.close()
    return open_in(page, tablet)


def crash(tablet: Tablet) -> Tablet:
    page = tablet.device.context.new_page()
    with tablet.page.expect_event("crash"), suppress(Error):
        tablet.page.goto("chrome://crash")
    return open_in(page, tablet)


def open_in(page: Page, tablet: Tablet) -> Tablet:
    again = Tablet(page, tablet.base, tablet.device)
    again.open()
    return again


def test_a_tab_closed_or_crashed_at_every_step(tablet: Tablet, a_class: Class, records: Records) -> None:
    """At each question, at the overview and at the tick, in turns."""
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 5, "fi")
    tablet.begin("fi")
    for number, (question, answer) in enumerate(child.answers.items()):
        tablet.expect_at(question)
        tablet.choose(question, answer)
        if answer:
            tablet.expect_kept(question, answer)
        tablet = (crash if number % 3 == 2 else close_tab)(tablet)
        tablet.do("go-on")
        tablet.do("next" if answer else "skip")
    tablet.expect_at("review")
    tablet = crash(tablet)
    tablet.go("go-on", "review")
    tablet.confirm()
    tablet = close_tab(tablet)
    tablet.expect_at("language")
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_a_browser_killed_around_the_confirm(
    tablet: Tablet, demo: DemoServer, a_class: Class, records: Records
) -> None:
    """Before the transaction, somewhere in it, after it: the draft or the response is there, one of the two."""
    tablet.join_ready(a_class)
    questions = tablet.questions()
    demo.stop()
    children: list[Child] = []
    for number, wait_ms in enumerate((5000, 0, 0, 10, 40)):
        child = Child("fi", {"q1": questions[0].options[number % 2]})
        children.append(child)
        tablet.begin("fi")
        tablet.answer("q1", child.answers["q1"])
        tablet.skip_to("review")
        tablet.page.evaluate(_CONFIRM, wait_ms)
        if number > 1:
            tablet.page.wait_for_timeout(wait_ms)
        tablet.device.kill()
        tablet = Tablet(tablet.device.start(), tablet.base, tablet.device)
        tablet.open()
        tablet.page.wait_for_url("**/app/b/**")
        tablet.here.wait_for()
        confirmed = len(tablet.stored("outbox"))
        assert (confirmed, len(tablet.stored("drafts"))) in ((number + 1, 0), (number, 1))
        if confirmed == number:
            tablet.go("go-on", "review")
            tablet.confirm()
            tablet.hand_over()
    demo.start()
    tablet.hand_in()
    assert records.bodies(a_class.id) == sorted(child.body for child in children)


@pytest.mark.parametrize("year", [2009, 2045])
def test_a_wrong_clock_changes_nothing(year: int, tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.page.clock.set_fixed_time(datetime(year, 1, 1))
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 6, "sv")
    tablet.play(child)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert str(year) not in str(records.rows("SELECT * FROM responses WHERE session = ?", a_class.id))


def test_connections_to_the_storage_killed_at_every_step(tablet: Tablet, a_class: Class, records: Records) -> None:
    """As iOS does behind a page's back."""
    tablet.page.add_init_script(
        """const {open} = IDBFactory.prototype;
           window.opened = [];
           IDBFactory.prototype.open = function (...about) {
             const request = open.apply(this, about);
             request.addEventListener('success', () => window.opened.push(request.result));
             return request;
           };"""
    )
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 8, "fi")
    tablet.begin("fi")
    for question, answer in child.answers.items():
        tablet.page.evaluate("opened.splice(0).forEach(each => each.close())")
        tablet.answer(question, answer)
    tablet.page.evaluate("opened.splice(0).forEach(each => each.close())")
    tablet.confirm()
    tablet.page.evaluate("opened.splice(0).forEach(each => each.close())")
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_a_worker_stopped_mid_turn(tablet: Tablet, demo: DemoServer, a_class: Class, records: Records) -> None:
    """Without a server either: the page goes on, and opens again."""
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 9, "fi")
    tablet.begin("fi")
    demo.kill()
    stopping = tablet.device.context.new_cdp_session(tablet.page)
    stopping.send("ServiceWorker.enable")
    for number, (question, answer) in enumerate(child.answers.items()):
        stopping.send("ServiceWorker.stopAllWorkers")
        tablet.answer(question, answer)
        if number == 4:
            tablet.page.reload()
            tablet.do("go-on")
    stopping.send("ServiceWorker.stopAllWorkers")
    tablet.confirm()
    demo.start()
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def has_newer_worker(tablet: Tablet) -> bool:
    waiting = "navigator.serviceWorker.getRegistration('/app/').then(found => !!found.waiting)"
    return bool(tablet.page.evaluate(waiting))


def test_a_worker_updated_mid_turn(
    new_device: Callable[[], Device], proxy: FaultyProxy, a_class: Class, records: Records
) -> None:
    """The newer one waits until the child has finished."""
    device = new_device()
    tablet = Tablet(device.start(), proxy.url, device)
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 7, "sv")
    tablet.begin("sv")
    tablet.page.evaluate("window.isSamePage = true")
    proxy.newer_worker = b"\n// newer"
    tablet.page.evaluate("navigator.serviceWorker.getRegistration('/app/').then(found => found.update())")
    eventually(lambda: has_newer_worker(tablet), "a newer worker", tablet.page)
    tablet.answer_all(child)
    assert has_newer_worker(tablet)
    assert tablet.page.evaluate("window.isSamePage")
    tablet.confirm()
    tablet.hand_over()
    eventually(lambda: not has_newer_worker(tablet), "the newer worker at work", tablet.page)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_an_emptied_tablet_begins_anew(tablet: Tablet, demo: DemoServer, a_class: Class, records: Records) -> None:
    """What it alone held is gone; what the server had is not, and counts once."""
    tablet.join_ready(a_class)
    questions = tablet.questions()
    arrived, gone, after = (invent(questions, number, "fi") for number in (1, 2, 3))
    tablet.play(arrived)
    tablet.hand_in()
    demo.stop()
    tablet.hand_over()
    tablet.play(gone)
    demo.start()
    emptying = tablet.device.context.new_cdp_session(tablet.page)
    tablet.page.goto("about:blank")
    emptying.send("Storage.clearDataForOrigin", {"origin": tablet.base, "storageTypes": "all"})
    tablet.open()
    tablet.expect_at("join")
    tablet.join(a_class)
    tablet.play(after)
    tablet.hand_in()
    assert records.bodies(a_class.id) == sorted([arrived.body, after.body])
