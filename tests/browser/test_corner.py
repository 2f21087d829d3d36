"""The teacher's corner of a tablet: no child gets in, a grown-up sees what waits, sends it, or carries it away."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from server.domain.grants import corner_pin
from tests.browser.axe import violations
from tests.browser.demo import Class, DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet, invent


def pin_of(demo: DemoServer, session: str) -> str:
    return corner_pin(session, (demo.data / "keys/grants.key").read_bytes())


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
    pin = pin_of(demo, a_class.id)
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
