"""Every screen a child can meet, one after another, in every state that looks different."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.demo import Class
from tests.browser.tablet import Asked, Tablet, fullest


def walk(tablet: Tablet, joined: Class, lang: str) -> Iterator[str]:
    """Stands on one screen after another and names it; what the caller does there must leave it as it was."""
    tablet.open(f"/app/?lang={lang}")
    tablet.expect_at("join")
    yield "join"
    tablet.page.locator(f'button[data-join="{joined.pictures[0]}"]').click()
    yield "join-begun"
    for picture in ("cat", "cat", "cat"):
        tablet.page.locator(f'button[data-join="{picture}"]').click()
    expect(tablet.page.locator('[data-say="wrong"]')).to_be_visible()
    yield "join-wrong"
    tablet.tap_pictures(joined)
    tablet.expect_at("language")
    yield "language"
    tablet.choose_language(lang)
    tablet.expect_ready()
    yield "welcome"
    yield from _stuck(tablet)
    yield "assent"
    tablet.go("no", "refused")
    yield "refused"
    tablet.go("new-child", "language")
    tablet.choose_language(lang)
    tablet.go("start", "assent")
    tablet.page.reload()
    tablet.expect_at("abandoned")
    yield "abandoned"
    tablet.go("go-on", "assent")
    tablet.go("yes", "practice")
    yield "practice"
    tablet.go("stop", "stop")
    yield "stop"
    tablet.go("go-on", "practice")
    tablet.do("next")
    for asked in tablet.questions():
        yield from _question(tablet, asked)
    tablet.expect_at("review")
    yield "review"
    tablet.confirm()
    yield "thanks"
    tablet.go("next", "handover")
    yield "handover"
    tablet.go("new-child", "language")


def walk_beside(tablet: Tablet, lang: str, pin: str) -> Iterator[str]:
    """From the language page back to it: listening, only drawing, let in by the teacher when as many turns are done as
    there are children, with a helper, and an idea with everything in it.
    """
    tablet.choose_language(lang)
    yield from _listening(tablet, "welcome")
    tablet.go("draw", "refused")
    _draw(tablet)
    yield "draw-only"
    tablet.go("new-child", "language")
    tablet.choose_language(lang)
    tablet.go("helped", "full")
    yield "full"
    tablet.let_in("000000")
    expect(tablet.here.locator("[data-say=wrong]")).to_be_visible()
    yield "full-wrong"
    tablet.let_in(pin)
    tablet.expect_at("assent")
    yield "assent-helped"
    tablet.go("yes", "practice")
    tablet.do("next")
    tablet.expect_at("q1")
    yield from _listening(tablet, "q1")
    tablet.skip_to("q10")
    _draw(tablet)
    tablet.here.locator('input[name="q10.may_show"][value="yes"]').click()
    # The youngest only draw.
    if (words := tablet.here.locator("textarea")).count():
        words.fill("leka med Alva")
        expect(tablet.here.locator("[data-names]")).to_be_visible()
    yield "q10-made"
    tablet.go("stop", "stop")
    tablet.go("discard", "handover")
    yield "handover-discarded"
    tablet.go("new-child", "language")


def _listening(tablet: Tablet, at: str) -> Iterator[str]:
    """While a part of the page is read aloud; by `never_silent` it stays lit for as long as it is looked at."""
    tablet.do("listen")
    expect(tablet.here.locator("[data-say-aloud][data-sounding]")).to_be_visible()
    yield f"{at}-listening"
    tablet.do("listen")
    expect(tablet.page.locator("[data-sounding]")).to_have_count(0)


def _draw(tablet: Tablet) -> None:
    box = tablet.here.locator("canvas").bounding_box()
    assert box
    tablet.page.mouse.move(box["x"] + 20, box["y"] + 20)
    tablet.page.mouse.down()
    tablet.page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    tablet.page.mouse.up()
    expect(tablet.here.locator('button[data-do="undo"]')).to_be_enabled()


def never_silent(page: Page) -> None:
    """Gives this device a voice of each language that never comes to its end; headless browsers have none."""
    page.add_init_script(
        """const voices = ['sv-FI', 'fi-FI'].map(lang => ({lang, localService: true}));
           const speech = {getVoices: () => voices, cancel() {}, addEventListener() {}, speak() {}};
           Object.defineProperty(window, 'speechSynthesis', {value: speech});
           window.SpeechSynthesisUtterance = function () {};"""
    )


def _question(tablet: Tablet, asked: Asked) -> Iterator[str]:
    tablet.expect_at(asked.id)
    yield asked.id
    answer = fullest(asked)
    tablet.choose(asked.id, answer)
    yield f"{asked.id}-chosen"
    tablet.do("next" if answer else "skip")
    expect(tablet.section(asked.id)).to_be_hidden()


def _stuck(tablet: Tablet) -> Iterator[str]:
    """A device without room: the turn does not begin before there is some."""
    tablet.page.evaluate("navigator.storage.estimate = async () => ({quota: 1e7, usage: 0})")
    tablet.go("start", "stuck")
    yield "stuck"
    tablet.page.evaluate("delete navigator.storage.estimate")
    tablet.go("go-on", "assent")
