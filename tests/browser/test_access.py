"""Everybody can use it: axe on every staff page, a turn by keyboard alone, in forced colours."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, expect

from tests.browser.axe import BY_LANGUAGE, violations
from tests.browser.demo import Class, DemoServer
from tests.browser.keys import answer, expect_focus_at, press
from tests.browser.records import Records
from tests.browser.staff import Staff
from tests.browser.tablet import Tablet, invent


@pytest.fixture
def long_class(demo: DemoServer, records: Records) -> Class:
    return records.find_class(demo.new_class(grades=(3, 4)))


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_no_staff_page_breaks_a_rule(lang: str, browser: Browser, demo: DemoServer, records: Records) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    staff = Staff(context.new_page(), demo)
    found = [
        f"{at}: {violation}"
        for at in staff.visit_all(records, lang)
        for violation in violations(staff.page, schemes=BY_LANGUAGE[lang])
    ]
    context.close()
    assert not found, "\n".join(found)


# ---- keyboard ----


def test_a_whole_turn_by_keyboard(browser: Browser, demo: DemoServer, a_class: Class) -> None:
    """From joining to the next child with Tab, arrows, Space and Enter; each page turn takes the focus along."""
    context = browser.new_context(viewport={"width": 1366, "height": 615})
    page = context.new_page()
    tablet = Tablet(page, demo.url)
    tablet.open()
    tablet.expect_at("join")
    for picture in a_class.pictures:
        press(page, f'[data-join="{picture}"]', "Enter")
    tablet.expect_at("language")
    questions = tablet.questions()
    press(page, '[data-do="language"][data-lang="fi"]', "Enter")
    tablet.expect_at("welcome")
    tablet.expect_ready()
    context.set_offline(True)
    press(page, '[data-do="start"]', "Space")
    expect_focus_at(tablet, "assent")
    press(page, '[data-do="yes"]', "Enter")
    expect_focus_at(tablet, "practice")
    press(page, '[data-do="next"]', "Enter")
    for asked in questions:
        expect_focus_at(tablet, asked.id)
        press(page, '[data-do="next"]' if answer(tablet, asked) else '[data-do="skip"]', "Enter")
    expect_focus_at(tablet, "review")
    press(page, '[data-do="back"]', "Enter")
    expect_focus_at(tablet, questions[-1].id)
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
    plain.answer_all(invent(plain.questions(), 1, "sv").answers)


# ---- forced colours ----

_SEEN_PIXELS = 150


def _differ(before: bytes, after: bytes) -> int:
    """How many pixels two pictures of one size do not share."""
    one, other = (Image.open(io.BytesIO(each)).convert("L") for each in (before, after))
    return sum(ImageChops.difference(one, other).point(lambda level: 255 * (level > 60)).histogram()[1:])


def _seen(control: Locator) -> bytes:
    """A picture of it and of the ring around it."""
    box = control.bounding_box()
    assert box
    ring: Any = {"x": box["x"] - 8, "y": box["y"] - 8, "width": box["width"] + 16, "height": box["height"] + 16}
    return control.page.screenshot(clip=ring)


_TILES = {
    "q1": 'label:has(input[value="home"])',
    "q2": 'label:has(input[value="fun"])',
    "q6": '[data-rank="free"]',
    "q7": '[data-tile="music"]',
    "q8": 'label:has(input[value="river"])',
    "q9": 'label:has(input[value="indoors"])',
    "q10": "label:has(input[name='q10.may_show'])",
}


def test_marks_and_focus_show_in_forced_colours(plain: Tablet, long_class: Class) -> None:
    """Whatever is chosen looks otherwise afterwards, and so does whatever has the focus, in colours not our own."""
    page = plain.page
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    plain.join(long_class)
    plain.begin("sv")
    poor = []
    for asked in plain.questions():
        plain.expect_at(asked.id)
        if asked.id in _TILES:
            tile = plain.here.locator(_TILES[asked.id]).first
            control = (
                tile.locator("input:not([type=hidden]), [data-coin='+1']").or_(tile.and_(page.locator("button"))).first
            )
            tile.scroll_into_view_if_needed()
            before = _seen(tile)
            control.click()
            plain.here.locator("h1").focus()
            page.mouse.move(1, 1)
            poor += [f"{asked.id} chosen"] * (_differ(before, chosen := _seen(tile)) < _SEEN_PIXELS)
            page.keyboard.press("Shift+Tab")
            control.focus()
            poor += [f"{asked.id} focused"] * (_differ(chosen, _seen(tile)) < _SEEN_PIXELS)
        plain.do("skip")
        expect(plain.section(asked.id)).to_be_hidden()
    assert not poor
