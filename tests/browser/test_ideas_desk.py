"""A person at the desk: idea after idea by keys alone, and a face covered by hand and by arrow keys."""

from __future__ import annotations

import io
from uuid import uuid4

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.demo import PATIENCE_S, DemoServer
from tests.browser.records import Records
from tests.browser.staff import Staff

DESK = "/staff/consultations/third-place/ideas"
INK, PAPER = (43, 37, 80), (255, 253, 247)
STATES = "SELECT id, state FROM ideas"


def deliver(demo: DemoServer, records: Records, number: int) -> None:
    """So many ideas from a tablet of a class."""
    joined = records.find_class(demo.new_class(grades=(3, 4)))
    tablet = demo.join(joined)
    about = {"proto": 1, "session": tablet["session"], "question": "q10", "lang": "fi", "grades": [3, 4]}
    line = [[0.05, 0.05, 0.5], [0.1, 0.1, 0.5]]
    token = {"Authorization": f"Bearer {tablet['token']}"}
    for _ in range(number):
        idea = {**about, "may_show": True, "text": "Anna ja minä", "strokes": [line]}
        address = f"{demo.url}/api/v1/ideas/{uuid4()}"
        httpx2.put(address, json=idea, headers=token, timeout=PATIENCE_S).raise_for_status()


def states(records: Records) -> dict[str, str]:
    return {str(idea): str(state) for idea, state in records.rows(STATES)}


@pytest.fixture
def desk(page: Page, demo: DemoServer, records: Records) -> Page:
    deliver(demo, records, 6)
    Staff(page, demo).sign_in("moderator")
    page.goto(f"{demo.url}{DESK}")
    return page


@pytest.fixture
def page(context) -> Page:
    made: Page = context.new_page()
    made.set_viewport_size({"width": 1024, "height": 698})
    return made


def on_desk(page: Page) -> str:
    return str(page.locator(".desk-choices").get_attribute("action")).rpartition("/")[2]


def press(page: Page, key: str) -> str:
    """Decides about the idea on the desk by a key and waits for the next one; returns which it was."""
    decided = on_desk(page)
    page.keyboard.press(key)
    expect(page.locator(".desk-choices")).not_to_have_attribute("action", f"{DESK}/{decided}")
    return decided


def test_a_walk_by_keys_and_a_face_that_is_covered(desk: Page, demo: DemoServer, records: Records) -> None:
    assert violations(desk) == []
    loads: list[str] = []
    desk.on("load", lambda page: loads.append(page.url))
    fine = press(desk, "1")
    doubted = press(desk, "5")
    hidden = press(desk, "7")
    assert [states(records)[idea] for idea in (fine, doubted, hidden)] == ["shown", "doubted", "hidden"]
    desk.keyboard.press("z")
    expect(desk.locator(".desk-choices")).to_have_attribute("action", f"{DESK}/{hidden}")
    assert states(records)[hidden] == "new"
    desk.keyboard.press("k")
    expect(desk.locator("[name=critical]")).to_be_checked()
    press(desk, "3")
    assert states(records)[hidden] == "doubted"
    assert loads == []
    covered = on_desk(desk)
    desk.keyboard.press("2")
    desk.wait_for_url("**/cover")
    desk.locator(".word-chip").first.click()
    desk.locator(".cover-paper").scroll_into_view_if_needed()
    box = desk.locator(".cover-paper").bounding_box()
    assert box
    left, top, width, height = box["x"], box["y"], box["width"], box["height"]
    desk.mouse.move(left + 0.25 * width, top + 0.25 * height)
    desk.mouse.down()
    desk.mouse.move(left + 0.5 * width, top + 0.75 * height, steps=4)
    desk.mouse.up()
    desk.locator("[data-add]").click()
    for key in (*["ArrowRight"] * 25, *["ArrowUp"] * 30, *["Shift+ArrowDown"] * 5):
        desk.keyboard.press(key)
    assert violations(desk) == []
    rows = desk.locator("[data-row]:visible")
    expect(rows).to_have_count(2)
    assert [float(each.input_value()) for each in rows.nth(1).locator("input").all()] == pytest.approx(
        [0.8, 0, 0.2, 0.3]
    )
    desk.locator("form .do[type=submit]").last.click()
    desk.wait_for_url("**/ideas?after=*")
    assert states(records)[covered] == "covered"
    ((text, drawn),) = records.rows("SELECT covered_text, covered_picture FROM ideas WHERE id = ?", covered)
    assert text == "▇▇▇ ja minä"
    seen = Image.open(io.BytesIO(bytes(drawn))).convert("RGB")
    inside, outside = [(360, 360), (800, 20), (940, 200)], [(600, 360), (200, 360), (800, 240)]
    assert {seen.getpixel(place) for place in inside} == {INK}
    assert {seen.getpixel(place) for place in outside} == {PAPER}


# A hand that is on the key before anybody could see the next idea.
_PRESS_AT_ONCE = """() => new MutationObserver((_, seen) => {
  seen.disconnect();
  document.querySelector('[data-key="5"]').click();
}).observe(document.querySelector('#desk-idea').parentElement, {childList: true})"""


def test_a_quick_hand_meets_the_next_idea_without_loading_the_page(desk: Page, records: Records) -> None:
    loads: list[str] = []
    desk.on("load", lambda page: loads.append(page.url))
    first = on_desk(desk)
    desk.evaluate(_PRESS_AT_ONCE)
    second_decided = desk.expect_response(lambda answer: answer.request.method == "POST" and first not in answer.url)
    with second_decided as decided:
        desk.keyboard.press("1")
    second = str(decided.value.url).rpartition("/")[2]
    expect(desk.locator(".desk-choices")).not_to_have_attribute("action", f"{DESK}/{second}")
    assert (states(records)[first], states(records)[second]) == ("shown", "doubted")
    assert loads == []
