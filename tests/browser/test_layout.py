"""What docs/screens.md promises to hands and eyes, measured on every screen at the sizes it names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.demo import DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet
from tests.browser.walk import walk


@dataclass(frozen=True)
class Rules:
    """Least sizes and distances in CSS pixels; `may_scroll` downwards only."""

    tile: int
    tile_of_few: int
    gap: int
    step: int
    beside_tiles: int
    edge: int
    may_scroll: bool


ROOMY = Rules(tile=120, tile_of_few=160, gap=16, step=64, beside_tiles=24, edge=16, may_scroll=False)
PHONE = Rules(tile=96, tile_of_few=96, gap=16, step=64, beside_tiles=24, edge=16, may_scroll=True)
SIZES = {(768, 954): ROOMY, (1024, 698): ROOMY, (1366, 615): ROOMY, (360, 560): PHONE}
# 200 % and 400 % of the Chromebook, and the width that WCAG 1.4.10 names.
ZOOMED = [(683, 307), (341, 153), (320, 256)]

# The comment in front and the last semicolon are the file's; the page evaluates the function between them.
_MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8").strip().removesuffix(";")


def _problems(tablet: Tablet, at: str, lang: str) -> list[str]:
    found: list[str] = []
    for (width, height), rules in SIZES.items():
        tablet.page.set_viewport_size({"width": width, "height": height})
        measured: list[str] = tablet.page.evaluate(_MEASURE, asdict(rules))
        found += [f"{at} {lang} {width}×{height}: {problem}" for problem in measured]
    for width, height in ZOOMED:
        tablet.page.set_viewport_size({"width": width, "height": height})
        wide = tablet.page.evaluate("document.scrollingElement.scrollWidth")
        if wide > width:
            found.append(f"{at} {lang} zoomed to {width}: the page is {wide} wide")
    tablet.page.set_viewport_size({"width": 768, "height": 954})
    return found


@pytest.mark.parametrize("lang", ["sv", "fi"])
@pytest.mark.parametrize("grades", [(1, 2), (3, 4)], ids=["grades-1-2", "grades-3-4"])
def test_every_screen_keeps_the_rules(
    grades: tuple[int, ...], lang: str, plain: Tablet, demo: DemoServer, records: Records
) -> None:
    joined = records.find_class(demo.new_class(grades=grades))
    found = [problem for at in walk(plain, joined, lang) for problem in _problems(plain, at, lang)]
    assert not found, "\n".join(found)


_WORDS = """() => {
  const found = [];
  const words = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.data.trim();
    if (/\\p{L}{3}/u.test(text)) found.push([text, words.currentNode.parentElement.closest('[lang]').lang]);
  }
  return found;
}"""
# The same in both languages and right in both.
_SHARED = {"Tyck"}


def test_no_page_mixes_its_languages(browser: Browser, demo: DemoServer, records: Records) -> None:
    """Nothing is left untranslated, and what is said in the other language says so."""
    (revision, *_), *_ = records.rows("SELECT id FROM revisions")
    booklets = [f"/app/b/{revision}-{profile}" for profile in ("short", "long")]
    pairs = [("/app/?lang=sv", "/app/?lang=fi"), *((f"{booklet}/sv", f"{booklet}/fi") for booklet in booklets)]
    # The pages as the server draws them: the client would leave a booklet nobody has joined for.
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for swedish, finnish in pairs:
        said = {}
        for lang, path in (("sv", swedish), ("fi", finnish)):
            page.goto(demo.url + path)
            words: list[tuple[str, str]] = [(text, marked) for text, marked in page.evaluate(_WORDS)]
            assert {marked for _text, marked in words} == {"sv", "fi"}
            said[lang] = {text for text, marked in words if marked == lang}
        assert len(said["sv"]) == len(said["fi"])
        assert not (said["sv"] & said["fi"]) - _SHARED
    context.close()
