"""Every screen a child can meet, one after another, in every state that looks different."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import expect

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
