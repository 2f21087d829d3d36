"""Accidents of a tablet while a child answers: no tick is lost and none counts twice (docs/reliability.md)."""

from contextlib import suppress
from datetime import datetime

import pytest
from playwright.sync_api import BrowserContext, Error

from tests.browser.demo import Class, DemoServer
from tests.browser.proxy import FaultyProxy
from tests.browser.records import Child, Records
from tests.browser.tablet import Tablet, eventually, invent

_CONFIRM = "wait => setTimeout(() => document.querySelector('button[data-do=confirm]').click(), wait)"


def close_tab(tablet: Tablet) -> Tablet:
    again = tablet.beside()
    tablet.page.close()
    again.open()
    return again


def crash(tablet: Tablet) -> Tablet:
    again = tablet.beside()
    with tablet.page.expect_event("crash"), suppress(Error):
        tablet.page.goto("chrome://crash")
    again.open()
    return again


def test_a_tab_closed_or_crashed_at_every_step(plain: Tablet, a_class: Class, records: Records) -> None:
    """At each question, at the overview and at the tick, in turns."""
    plain.join_ready(a_class)
    child = invent(plain.questions(), 5, "fi")
    plain.begin("fi")
    for number, (question, answer) in enumerate(child.answers.items()):
        plain.expect_at(question)
        plain.choose(question, answer)
        if answer:
            plain.expect_kept(question, answer)
        plain = (crash if number % 3 == 2 else close_tab)(plain)
        plain.do("go-on")
        plain.do("next" if answer else "skip")
    plain.expect_at("review")
    plain = crash(plain)
    plain.go("go-on", "review")
    plain.confirm()
    plain = close_tab(plain)
    plain.expect_at("language")
    plain.hand_in()
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
def test_a_wrong_clock_changes_nothing(year: int, plain: Tablet, a_class: Class, records: Records) -> None:
    plain.page.clock.set_fixed_time(datetime(year, 1, 1))
    plain.join_ready(a_class)
    child = invent(plain.questions(), 6, "sv")
    plain.play(child)
    plain.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert str(year) not in str(records.rows("SELECT * FROM responses WHERE session = ?", a_class.id))


def test_connections_to_the_storage_killed_at_every_step(plain: Tablet, a_class: Class, records: Records) -> None:
    """As iOS does behind a page's back."""
    plain.page.add_init_script(
        """const {open} = IDBFactory.prototype;
           window.opened = [];
           IDBFactory.prototype.open = function (...about) {
             const request = open.apply(this, about);
             request.addEventListener('success', () => window.opened.push(request.result));
             return request;
           };"""
    )
    plain.join_ready(a_class)
    child = invent(plain.questions(), 8, "fi")
    plain.begin("fi")
    for question, answer in child.answers.items():
        plain.page.evaluate("opened.splice(0).forEach(each => each.close())")
        plain.answer(question, answer)
    plain.page.evaluate("opened.splice(0).forEach(each => each.close())")
    plain.confirm()
    plain.page.evaluate("opened.splice(0).forEach(each => each.close())")
    plain.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_a_worker_stopped_mid_turn(plain: Tablet, demo: DemoServer, a_class: Class, records: Records) -> None:
    """Without a server either: the page goes on, and opens again."""
    plain.join_ready(a_class)
    child = invent(plain.questions(), 9, "fi")
    plain.begin("fi")
    demo.kill()
    stopping = plain.page.context.new_cdp_session(plain.page)
    stopping.send("ServiceWorker.enable")
    for number, (question, answer) in enumerate(child.answers.items()):
        stopping.send("ServiceWorker.stopAllWorkers")
        plain.answer(question, answer)
        if number == 4:
            plain.page.reload()
            plain.do("go-on")
    stopping.send("ServiceWorker.stopAllWorkers")
    plain.confirm()
    demo.start()
    plain.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def has_newer_worker(tablet: Tablet) -> bool:
    waiting = "navigator.serviceWorker.getRegistration('/app/').then(found => !!found.waiting)"
    return bool(tablet.page.evaluate(waiting))


def test_a_worker_updated_mid_turn(
    context: BrowserContext, proxy: FaultyProxy, a_class: Class, records: Records
) -> None:
    """The newer one waits until the child has finished."""
    tablet = Tablet(context.new_page(), proxy.url)
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 7, "sv")
    tablet.begin("sv")
    tablet.page.evaluate("window.isSamePage = true")
    proxy.newer_worker = b"\n// newer"
    tablet.page.evaluate("navigator.serviceWorker.getRegistration('/app/').then(found => found.update())")
    eventually(lambda: has_newer_worker(tablet), "a newer worker", tablet.page)
    tablet.answer_all(child.answers)
    assert has_newer_worker(tablet)
    assert tablet.page.evaluate("window.isSamePage")
    tablet.confirm()
    tablet.hand_over()
    eventually(lambda: not has_newer_worker(tablet), "the newer worker at work", tablet.page)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_an_emptied_tablet_begins_anew(plain: Tablet, demo: DemoServer, a_class: Class, records: Records) -> None:
    """What it alone held is gone; what the server had is not, and counts once."""
    plain.join_ready(a_class)
    questions = plain.questions()
    arrived, gone, after = (invent(questions, number, "fi") for number in (1, 2, 3))
    plain.play(arrived)
    plain.hand_in()
    demo.stop()
    plain.hand_over()
    plain.play(gone)
    demo.start()
    emptying = plain.page.context.new_cdp_session(plain.page)
    plain.page.goto("about:blank")
    emptying.send("Storage.clearDataForOrigin", {"origin": plain.base, "storageTypes": "all"})
    plain.open()
    plain.expect_at("join")
    plain.join(a_class)
    plain.play(after)
    plain.hand_in()
    assert records.bodies(a_class.id) == sorted([arrived.body, after.body])
