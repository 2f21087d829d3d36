"""One child's turn: every way through it, and what is left of it afterwards."""

from collections import Counter

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.demo import Class, DemoServer, later
from tests.browser.records import Answer, Records
from tests.browser.tablet import Tablet, invent


@pytest.fixture
def tablet(plain: Tablet) -> Tablet:
    """A page is enough here; what a hidden page and a device switched off do is in test_faults.py."""
    return plain


def test_a_turn_arrives_as_it_was_played(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 5, "fi")
    tablet.set_offline(True)
    tablet.play(child)
    assert len(tablet.stored("outbox")) == 1
    assert tablet.stored("drafts") == []
    tablet.set_offline(False)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_the_number_not_yet_acknowledged_is_always_true(tablet: Tablet, a_class: Class) -> None:
    tablet.join_ready(a_class)
    tablet.set_offline(True)
    tablet.play(invent(tablet.questions(), 1, "sv"))
    tablet.expect_unsent(1)
    tablet.hand_over()
    tablet.expect_unsent(1)
    tablet.set_offline(False)
    tablet.hand_in()
    tablet.expect_unsent(0)


def test_a_link_leads_to_the_booklet_without_a_tap(tablet: Tablet, a_class: Class) -> None:
    tablet.open(f"/app/j/{a_class.link}")
    tablet.expect_at("language")
    assert tablet.lang == "fi"


def test_wrong_pictures_are_met_kindly(tablet: Tablet, a_class: Class) -> None:
    """Nobody holds four times the same picture here, so the code is unknown; then the right one still works."""
    tablet.open()
    tablet.expect_at("join")
    wrong = Class("", "", (), ("cat",) * 4, "")
    tablet.tap_pictures(wrong)
    expect(tablet.page.locator('[data-say="wrong"]')).to_be_visible()
    tablet.tap_pictures(a_class)
    tablet.expect_at("language")


def test_every_reload_comes_back_to_the_same_place(tablet: Tablet, a_class: Class, records: Records) -> None:
    """Before the turn to its start, within it by "go on" to the same question, after it to the next child."""
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 7, "fi")
    tablet.choose_language("fi")
    tablet.page.reload()
    tablet.expect_at("language")
    tablet.choose_language("fi")
    tablet.go("start", "assent")
    _reload_and_go_on(tablet, "assent")
    tablet.go("yes", "practice")
    _reload_and_go_on(tablet, "practice")
    tablet.do("next")
    for question, answer in child.answers.items():
        tablet.expect_at(question)
        order = tablet.shown_order(question)
        tablet.choose(question, answer)
        tablet.expect_kept(question, answer)
        _reload_and_go_on(tablet, question)
        assert tablet.chosen(question) == _chosen(tablet, question, answer)
        assert tablet.shown_order(question) == order
        tablet.do("next" if answer else "skip")
        expect(tablet.section(question)).to_be_hidden()
    _reload_and_go_on(tablet, "review")
    tablet.confirm()
    tablet.page.reload()
    tablet.expect_at("language")
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def _chosen(tablet: Tablet, question: str, answer: Answer) -> list[str]:
    """What `Tablet.chosen` reads when the page shows this answer."""
    if isinstance(answer, tuple) and tablet.section(question).get_attribute("data-kind") == "rank":
        return list(answer)
    if not isinstance(answer, dict):
        given = Counter([answer] if isinstance(answer, str) else answer or ())
    elif all(isinstance(value, int) for value in answer.values()):
        given = Counter(answer)
    else:
        given = Counter(f"{pair}.{side}" for pair, side in answer.items())
    return [option for option in tablet.shown_order(question) for _ in range(given[option])]


def _reload_and_go_on(tablet: Tablet, at: str) -> None:
    tablet.expect_at(at)
    tablet.page.reload()
    tablet.expect_at("abandoned")
    assert tablet.here.locator("[data-tile], [data-chosen]:visible").count() == 0
    tablet.go("go-on", at)


def test_a_language_switch_keeps_place_answers_and_order(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 4, "sv")
    tablet.begin("fi")
    first, second, *rest = child.answers
    tablet.answer(first, child.answers[first])
    tablet.choose(second, child.answers[second])
    chosen, orders = tablet.chosen(second), {each: tablet.shown_order(each) for each in child.answers}
    tablet.switch_language("sv")
    tablet.expect_at(second)
    assert tablet.chosen(second) == chosen
    assert {each: tablet.shown_order(each) for each in child.answers} == orders
    tablet.go("back", first)
    assert tablet.chosen(first) == _chosen(tablet, first, child.answers[first])
    tablet.go("next", second)
    tablet.do("next")
    for question in rest:
        tablet.answer(question, child.answers[question])
    tablet.confirm()
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]


def test_the_language_can_be_switched_on_every_screen(plain: Tablet, a_class: Class) -> None:
    plain.join_ready(a_class)
    plain.choose_language("fi")
    _go_and_switch(plain, "start", "assent")
    _go_and_switch(plain, "no", "refused")
    plain.go("new-child", "language")
    plain.choose_language("sv")
    plain.go("start", "assent")
    _go_and_switch(plain, "yes", "practice")
    _go_and_switch(plain, "stop", "stop")
    plain.go("go-on", "practice")
    plain.page.reload()
    _switch(plain, "abandoned")
    plain.go("go-on", "practice")
    plain.do("next")
    plain.skip_to("review")
    _switch(plain, "review")
    _go_and_switch(plain, "confirm", "thanks")
    _go_and_switch(plain, "next", "handover")


def _go_and_switch(tablet: Tablet, action: str, to: str) -> None:
    tablet.do(action)
    _switch(tablet, to)


def _switch(tablet: Tablet, at: str) -> None:
    tablet.expect_at(at)
    tablet.switch_language("fi" if tablet.lang == "sv" else "sv")
    tablet.expect_at(at)


def test_stop_and_keep_sends_what_was_answered(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    whole = invent(tablet.questions(), 4, "fi", end="stopped")
    tablet.begin("fi")
    tablet.answer("q1", whole.answers["q1"])
    tablet.go("stop", "stop")
    tablet.go("go-on", "q2")
    tablet.go("stop", "stop")
    tablet.go("keep", "thanks")
    tablet.hand_in()
    kept = invent([], 0, "fi", end="stopped")
    kept.answers["q1"] = whole.answers["q1"]
    assert records.bodies(a_class.id) == [kept.body]


def test_stop_and_delete_leaves_nothing(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    tablet.begin("fi")
    tablet.choose("q1", tablet.questions()[0].options[0])
    tablet.go("stop", "stop")
    tablet.go("discard", "handover")
    _expect_no_trace(tablet, a_class, records)


def test_a_no_leaves_nothing(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    tablet.choose_language("fi")
    tablet.go("start", "assent")
    tablet.go("no", "refused")
    _expect_no_trace(tablet, a_class, records)
    tablet.go("new-child", "language")


def _expect_no_trace(tablet: Tablet, a_class: Class, records: Records) -> None:
    """No store of the tablet and no table of the server says that there was a turn."""
    tablet.expect_stored("drafts", 0)
    for store in ("outbox", "attention", "receipts", "counters"):
        found = tablet.stored(store)
        assert all(not record.get("confirmed") and "id" not in record for record in found), store
    tablet.hurry()
    assert records.number("responses", a_class.id) == 0
    assert records.arrived(a_class.id) == 0


def test_a_new_child_deletes_what_was_left_and_sends_nothing(tablet: Tablet, a_class: Class, records: Records) -> None:
    tablet.join_ready(a_class)
    tablet.begin("fi")
    tablet.choose("q1", tablet.questions()[0].options[0])
    tablet.page.reload()
    tablet.go("new-child", "language")
    _expect_no_trace(tablet, a_class, records)
    tablet.begin("sv")
    assert tablet.chosen("q1") == []


def test_the_next_child_finds_nothing_of_the_last(tablet: Tablet, a_class: Class) -> None:
    """Not on the page, not by Back, not by a reload, not from the browser's memory of pages."""
    tablet.join_ready(a_class)
    tablet.play(invent(tablet.questions(), 1, "sv"))
    _expect_clean(tablet)
    tablet.hand_over()
    assert tablet.lang == "fi"
    _expect_clean(tablet)
    tablet.page.go_back()
    assert tablet.page.url == "about:blank"
    tablet.page.go_forward()
    tablet.expect_at("language")
    _expect_clean(tablet)
    tablet.page.reload()
    tablet.expect_at("language")
    _expect_clean(tablet)


def test_back_from_the_thanks_does_not_show_answers(tablet: Tablet, a_class: Class) -> None:
    tablet.join_ready(a_class)
    length = tablet.page.evaluate("history.length")
    tablet.play(invent(tablet.questions(), 1, "sv"))
    assert tablet.page.evaluate("history.length") == length
    tablet.page.goto("about:blank")
    tablet.page.go_back()
    tablet.expect_at("language")
    _expect_clean(tablet)


def _expect_clean(tablet: Tablet) -> None:
    for asked in tablet.questions():
        assert tablet.chosen(asked.id) == [], asked.id
    assert tablet.page.locator("[data-chosen]:not([hidden])").count() == 0
    assert tablet.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])").count("q1") == 0


def test_four_pictures_choose_among_the_sessions_a_tablet_holds(
    tablet: Tablet, demo: DemoServer, records: Records
) -> None:
    """Two sessions prepared days before; on the day there is no network."""
    first, second = (records.find_class(demo.new_class(opens=later())) for _ in range(2))
    assert records.state(first.id) == records.state(second.id) == "prepared"
    tablet.join_ready(first)
    tablet.leave_class()
    tablet.tap_pictures(second)
    tablet.expect_at("language")
    tablet.choose_language(tablet.lang)
    tablet.expect_ready()
    demo.stop()
    children = {}
    for number, joined in enumerate((first, second)):
        tablet.leave_class()
        tablet.tap_pictures(joined)
        tablet.expect_at("language")
        children[joined.id] = invent(tablet.questions(), number, "fi")
        tablet.play(children[joined.id])
        tablet.hand_over()
    demo.start()
    tablet.hand_in()
    for joined in (first, second):
        assert records.bodies(joined.id) == [children[joined.id].body]


def test_a_double_tap_is_one_tap(browser: Browser, demo: DemoServer, a_class: Class, records: Records) -> None:
    """On Next it turns one page, on a tile it chooses once, on Done it confirms once."""
    context = browser.new_context(viewport={"width": 768, "height": 954}, has_touch=True)
    tablet = Tablet(context.new_page(), demo.url)
    tablet.join_ready(a_class)
    tablet.set_offline(True)
    tablet.begin("fi")
    first = tablet.section("q1").locator("input").first
    _wait_until_settled(tablet)
    tablet.double_tap(first)
    expect(first).to_be_checked()
    tablet.double_tap(tablet.here.locator("button[data-do=next]"))
    tablet.expect_at("q2")
    tablet.skip_to("review")
    _wait_until_settled(tablet)
    tablet.double_tap(tablet.here.locator("button[data-do=confirm]"))
    tablet.expect_at("thanks")
    assert len(tablet.stored("outbox")) == 1
    context.close()


def _wait_until_settled(tablet: Tablet) -> None:
    """A screen takes no touch in its first 300 ms."""
    tablet.page.wait_for_timeout(400)


def test_joining_as_a_child_ends_a_staff_sign_in(browser: Browser, demo: DemoServer, a_class: Class) -> None:
    context = browser.new_context()
    email, password = demo.password("moderator")
    signed_in = context.request.post(f"{demo.url}/staff/sign-in", form={"email": email, "password": password})
    assert signed_in.ok
    assert "sign-in" not in context.request.get(f"{demo.url}/staff/").url
    tablet = Tablet(context.new_page(), demo.url)
    tablet.join(a_class)
    assert "sign-in" in context.request.get(f"{demo.url}/staff/").url
    context.close()
