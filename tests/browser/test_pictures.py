"""A moderator finds a picture while typing, sees it as a child does, and adds a photo: with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, StorageState, expect

from tests.browser import axe
from tests.browser.demo import DemoServer
from tests.browser.staff import Staff

PAGE = "/staff/pictures?lang=sv"


@pytest.fixture(scope="module")
def signed_in(browser: Browser, demo: DemoServer) -> StorageState:
    context = browser.new_context()
    Staff(context.new_page(), demo).sign_in("moderator")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def moderator(
    request: pytest.FixtureRequest, browser: Browser, demo: DemoServer, signed_in: StorageState
) -> Iterator[Staff]:
    context = browser.new_context(storage_state=signed_in, java_script_enabled=request.param)
    yield Staff(context.new_page(), demo)
    context.close()


def test_a_picture_is_found_by_its_word_and_shown_at_a_childs_size(moderator: Staff, demo: DemoServer) -> None:
    page = moderator.page
    page.goto(demo.url + PAGE)
    page.get_by_role("searchbox").press_sequentially("kompis")
    page.keyboard.press("Enter")
    first = page.locator("[data-picture]").first
    expect(first).to_have_attribute("data-picture", "1F46D")
    first.press("Enter")
    expect(page.locator(".sample-tile img")).to_have_count(2)
    assert page.locator(".sample-tablet .blob").bounding_box()


def test_a_photo_becomes_a_picture_that_the_search_finds(moderator: Staff, demo: DemoServer, tmp_path: Path) -> None:
    page, photo = moderator.page, tmp_path / "gård.jpg"
    Image.new("RGB", (4000, 3000), (90, 150, 70)).save(photo)
    page.goto(demo.url + PAGE)
    page.fill("[name=alt_sv]", "Vårt vindskydd")
    page.fill("[name=alt_fi]", "Meidän laavumme")
    page.set_input_files("[name=picture]", photo)
    page.locator('form[enctype="multipart/form-data"] button[type=submit]').click()
    expect(page.locator(".sample-tablet img")).to_have_attribute("alt", "Vårt vindskydd")
    page.fill("[type=search]", "vindskydd")
    page.keyboard.press("Enter")
    found = page.locator("[data-picture^=own-] img")
    expect(found).to_have_count(1)
    expect(found).to_have_js_property("naturalWidth", 800)


def test_typing_is_enough_and_nothing_stands_in_the_way_of_anybody(
    browser: Browser, demo: DemoServer, signed_in: StorageState
) -> None:
    context = browser.new_context(storage_state=signed_in, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(demo.url + PAGE)
    assert axe.violations(page) == []
    page.get_by_role("searchbox").press_sequentially("gunga")
    expect(page.locator("[data-picture]").first).to_have_attribute("data-picture", "1F6DD")
    assert axe.violations(page) == []
    page.locator("[data-picture]").first.click()
    expect(page.locator(".sample-tile")).to_have_count(2)
    assert axe.violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
