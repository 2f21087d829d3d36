"""The teacher's pages where only a browser can tell: without network, on the printer, and by hand on the wall."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, StorageState, ViewportSize, expect

from tests.browser.demo import DemoServer
from tests.browser.staff import Staff

PAPER = "/staff/polls/third-place"
BOARD: ViewportSize = {"width": 1366, "height": 615}


@pytest.fixture(scope="module")
def signed_in(browser: Browser, demo: DemoServer) -> StorageState:
    """Signed in once: a person who signs in more often than ten times a minute has to wait."""
    context = browser.new_context()
    Staff(context.new_page(), demo).sign_in("teacher")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def teacher(browser: Browser, demo: DemoServer, signed_in: StorageState) -> Iterator[Staff]:
    context = browser.new_context(viewport=BOARD, storage_state=signed_in)
    yield Staff(context.new_page(), demo)
    context.close()


def pages_of(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page, in points."""
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def test_the_page_for_a_worry_opens_without_network(teacher: Staff, demo: DemoServer) -> None:
    """From a session's page, without having been open before, and in the reader's language."""
    teacher.open_session(demo.new_class())
    page = teacher.page
    page.goto(f"{page.url}?lang=fi")
    page.wait_for_function("navigator.serviceWorker.getRegistration('/staff/worry').then(found => !!found?.active)")
    page.locator("#worry summary").click()
    expect(page.locator("#worry")).to_contain_text("112")
    demo.stop()
    try:
        page.locator("#worry a").click()
        expect(page.locator("h1")).to_have_text("Huoli lapsesta?")
        expect(page.locator("main")).to_contain_text("25 §")
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Atkinson')
    finally:
        demo.start()


def test_its_worker_leaves_every_other_page_alone(teacher: Staff, demo: DemoServer) -> None:
    teacher.page.goto(f"{demo.url}/staff/worry?lang=sv")
    teacher.page.wait_for_function("navigator.serviceWorker.getRegistration().then(found => !!found?.active)")
    teacher.page.goto(f"{demo.url}/staff/?lang=fi")
    assert teacher.page.evaluate("navigator.serviceWorker.controller") is None
    expect(teacher.page.locator("html")).to_have_attribute("lang", "fi")


@pytest.mark.parametrize(("profile", "boards"), [("short", 11), ("long", 16)])
def test_each_picture_board_fills_one_lying_a4(teacher: Staff, demo: DemoServer, profile: str, boards: int) -> None:
    for lang in ("sv", "fi"):
        teacher.page.goto(f"{demo.url}{PAPER}/picture-boards?profile={profile}&only={lang}")
        assert pages_of(teacher.page.pdf(prefer_css_page_size=True)) == [(842, 595)] * boards


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_paper_is_a4_and_nothing_sticks_out(teacher: Staff, demo: DemoServer, lang: str) -> None:
    teacher.page.goto(f"{demo.url}{PAPER}/waiting-sheet?only={lang}")
    assert pages_of(teacher.page.pdf(prefer_css_page_size=True)) == [(595, 842)]
    for profile, most in (("short", 5), ("long", 6), ("mini", 3)):
        teacher.page.goto(f"{demo.url}{PAPER}/paper?profile={profile}&only={lang}")
        printed = pages_of(teacher.page.pdf(prefer_css_page_size=True))
        assert set(printed) == {(595, 842)}
        assert len(printed) <= most, (profile, len(printed))
        teacher.page.emulate_media(media="print")
        teacher.page.set_viewport_size({"width": 703, "height": 1032})
        assert teacher.page.evaluate("document.scrollingElement.scrollWidth") <= 703
        expect(teacher.page.locator(".top")).to_be_hidden()
        teacher.page.emulate_media(media="null")
        teacher.page.set_viewport_size({"width": BOARD["width"], "height": BOARD["height"]})


@pytest.mark.parametrize("lang", ["sv", "fi"])
@pytest.mark.parametrize("size", [(1366, 615), (1280, 720), (1920, 1080)])
def test_the_board_fits_its_wall(teacher: Staff, demo: DemoServer, lang: str, size: tuple[int, int]) -> None:
    """Nothing to scroll to and words as high as eight metres ask for, at every step."""
    session = demo.new_class()
    teacher.page.set_viewport_size({"width": size[0], "height": size[1]})
    for step in ("introduction", "assent", "practice", "code"):
        teacher.page.goto(f"{demo.url}/staff/sessions/{session}/board?step={step}&lang={lang}")
        room = teacher.page.evaluate("document.scrollingElement.scrollHeight - innerHeight")
        assert room <= 0, (step, size, room)
        least = teacher.page.locator("#main :is(h1, p, li, label)").evaluate_all(
            "all => Math.min(...all.map(one => parseFloat(getComputedStyle(one).fontSize)))"
        )
        assert least >= 18, (step, size, least)


def test_the_practice_is_tapped_on_the_wall(teacher: Staff, demo: DemoServer) -> None:
    teacher.page.goto(f"{demo.url}/staff/sessions/{demo.new_class()}/board?step=practice")
    for value in ("apple", "pear"):
        choice = teacher.page.locator(f'input[name="practice"][value="{value}"]')
        choice.click()
        expect(choice).to_be_checked()
    expect(teacher.page.locator("input:checked")).to_have_count(1)
