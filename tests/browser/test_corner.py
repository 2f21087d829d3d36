"""The teacher's corner of a tablet: no child gets in, a grown-up sees what waits, sends it, or carries it away."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.axe import violations
from tests.browser.demo import Class, DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet, eventually, invent


def give(page: Page, pin: str) -> None:
    page.get_by_role("textbox").fill(pin)
    page.get_by_role("textbox").press("Enter")


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_what_waits_is_seen_carried_away_and_sent(
    plain: Tablet, demo: DemoServer, a_class: Class, records: Records, tmp_path: Path, lang: str
) -> None:
    """All but the sending without network."""
    page = plain.page
    plain.join_ready(a_class)
    child = invent(plain.questions(), 5, lang)
    plain.set_offline(True)
    plain.play(child)
    plain.hand_over()
    plain.choose_language(lang)
    page.locator("[data-corner]:visible").click()
    expect(page.locator("[data-part=door]")).to_be_visible()
    assert violations(page) == []
    give(page, "000000")
    expect(page.locator("[data-part=door] [data-say=wrong]")).to_be_visible()
    pin = demo.pin(a_class.id)
    give(page, f"{pin[:3]} {pin[3:]}")
    expect(page.locator("[data-part=inside]")).to_be_visible()
    expect(page.locator('[data-fact="unsent"]')).to_have_text("1")
    expect(page.locator('[data-fact="ready"] [data-word="yes"]')).to_be_visible()
    expect(page.locator(".corner-code img:visible")).to_have_count(4)
    assert violations(page) == []
    page.locator("[data-act=send]").click()
    expect(page.locator("[data-say=kept]")).to_be_visible()
    with page.expect_download() as saving:
        page.locator("[data-act=save]").click()
    expect(page.locator("[data-say=saved]")).to_be_visible()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    assert str(child.answers["q1"]).encode() not in file.read_bytes()
    answer = demo.staff("teacher").post("/staff/handover", files={"file": (file.name, file.read_bytes())})
    assert answer.status_code == 200, answer.text
    assert records.bodies(a_class.id) == [child.body]
    assert len(plain.stored("outbox")) == 1
    plain.set_offline(False)
    page.locator("[data-act=send]").click()
    expect(page.locator("[data-say=sent]")).to_be_visible()
    expect(page.locator('[data-fact="unsent"]')).to_have_text("0")
    assert plain.stored("outbox") == []
    assert records.bodies(a_class.id) == [child.body]
    assert records.arrived(a_class.id) == 1


def test_a_child_that_guesses_is_led_back(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    plain.open("/app/corner")
    for _ in range(3):
        expect(plain.page.locator("[data-part=door]")).to_be_visible()
        give(plain.page, "123456")
    plain.expect_at("language")


def test_a_tablet_without_a_class_has_nothing_to_show(context: BrowserContext, demo: DemoServer) -> None:
    page = context.new_page()
    page.goto(f"{demo.url}/app/corner?lang=fi")
    expect(page.locator("[data-say=nobody]")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert violations(page) == []


def test_after_as_many_turns_as_children_the_teacher_lets_the_next_begin(
    plain: Tablet, demo: DemoServer, records: Records
) -> None:
    """By what the tablet has done itself, without network; each further turn asks again."""
    joined = records.find_class(demo.new_class(children="1"))
    plain.join_ready(joined)
    first, second = (invent(plain.questions(), number, "sv") for number in (4, 7))
    plain.set_offline(True)
    plain.play(first)
    plain.hand_over()
    plain.choose_language("sv")
    plain.go("start", "full")
    plain.let_in(demo.pin(demo.classes[0].id))
    expect(plain.here.locator("[data-say=wrong]")).to_be_visible()
    plain.go("go-on", "welcome")
    plain.go("helped", "full")
    expect(plain.here.locator("[data-say=wrong]")).to_be_hidden()
    pin = demo.pin(joined.id)
    plain.let_in(f"{pin[:3]} {pin[3:]}")
    plain.expect_at("assent")
    expect(plain.page.locator("body[data-helped]")).to_be_attached()
    plain.go("yes", "practice")
    plain.do("next")
    plain.answer_all(second.answers)
    plain.confirm()
    plain.hand_over()
    plain.choose_language("sv")
    plain.go("start", "full")
    plain.set_offline(False)
    plain.hand_in()
    assert sorted(records.bodies(joined.id), key=str) == sorted((first.body, second.body), key=str)


def test_the_server_says_that_the_children_of_a_class_have_answered_elsewhere(
    plain: Tablet, demo: DemoServer, records: Records
) -> None:
    joined = records.find_class(demo.new_class(children="2"))
    plain.join(joined)
    demo.deliver(joined, 1)
    plain.choose_language("fi")
    plain.go("start", "assent")
    plain.go("no", "refused")
    plain.go("new-child", "language")
    demo.deliver(joined, 1)
    plain.hurry()
    eventually(lambda: [each["full"] for each in plain.stored("sessions")] == [True], "full", plain.page)
    plain.choose_language("fi")
    plain.go("start", "full")
    plain.let_in(demo.pin(joined.id))
    plain.expect_at("assent")
