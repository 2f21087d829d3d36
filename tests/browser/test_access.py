"""Everybody can use it: no axe violation on any screen, light and dark, in both languages; a whole turn by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.demo import Class, DemoServer
from tests.browser.keys import answer, expect_focus_at, press
from tests.browser.records import Records
from tests.browser.staff import Staff
from tests.browser.tablet import Tablet, invent
from tests.browser.walk import walk

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """async tags => {
  const {violations} = await axe.run(document, {runOnly: tags, resultTypes: ['violations']});
  const told = id => ({target, failureSummary}) => `${id}: ${target} ${failureSummary}`;
  return violations.flatMap(({id, nodes}) => nodes.map(told(id)));
}"""


def violations(page: Page, at: str) -> list[str]:
    """What axe finds as the page looks by day and by night."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found += [f"{at} {scheme}: {violation}" for violation in page.evaluate(_RUN, _TAGS)]
    return found


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_no_screen_of_a_child_breaks_a_rule(lang: str, browser: Browser, demo: DemoServer, records: Records) -> None:
    joined = records.find_class(demo.new_class(grades=(3, 4)))
    context = browser.new_context(viewport={"width": 768, "height": 954}, bypass_csp=True)
    tablet = Tablet(context.new_page(), demo.url)
    found = [violation for at in walk(tablet, joined, lang) for violation in violations(tablet.page, f"{at} {lang}")]
    context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_no_staff_page_breaks_a_rule(lang: str, browser: Browser, demo: DemoServer, records: Records) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    staff = Staff(context.new_page(), demo)
    found = [violation for at in staff.visit_all(records, lang) for violation in violations(staff.page, f"{at} {lang}")]
    context.close()
    assert not found, "\n".join(found)


def test_a_whole_turn_by_keyboard(browser: Browser, demo: DemoServer, a_class: Class) -> None:
    """Tab, arrows, Space and Enter are enough; after every page turn the focus is on the new page."""
    context = browser.new_context(viewport={"width": 1366, "height": 615})
    page = context.new_page()
    tablet = Tablet(page, demo.url)
    tablet.open()
    tablet.expect_at("join")
    for picture in a_class.pictures:
        press(page, f'[data-join="{picture}"]', "Enter")
    tablet.expect_at("language")
    press(page, '[data-do="language"][data-lang="fi"]', "Enter")
    tablet.expect_at("welcome")
    tablet.expect_ready()
    press(page, '[data-do="start"]', "Space")
    expect_focus_at(tablet, "assent")
    press(page, '[data-do="yes"]', "Enter")
    expect_focus_at(tablet, "practice")
    press(page, '[data-do="next"]', "Enter")
    for asked in tablet.questions():
        expect_focus_at(tablet, asked.id)
        press(page, '[data-do="next"]' if answer(tablet, asked) else '[data-do="skip"]', "Enter")
    expect_focus_at(tablet, "review")
    press(page, '[data-do="back"]', "Enter")
    expect_focus_at(tablet, tablet.questions()[-1].id)
    press(page, '[data-do="next"]', "Space")
    expect_focus_at(tablet, "review")
    press(page, '[data-do="confirm"]', "Enter")
    expect_focus_at(tablet, "thanks")
    assert len(tablet.stored("outbox")) == 1
    press(page, '[data-do="next"]', "Enter")
    expect_focus_at(tablet, "handover")
    press(page, '[data-do="new-child"]', "Enter")
    tablet.expect_at("language")
    context.close()


def test_a_child_may_stop_by_keyboard(plain: Tablet, a_class: Class) -> None:
    plain.join_ready(a_class)
    plain.begin("sv")
    press(plain.page, '[data-do="stop"]', "Enter")
    expect_focus_at(plain, "stop")
    press(plain.page, '[data-do="go-on"]', "Enter")
    expect_focus_at(plain, "q1")
    plain.answer_all(invent(plain.questions(), 1, "sv"))
