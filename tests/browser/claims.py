"""What docs/screens.md promises of every screen of a child: each claim says in words how the shown screen breaks it.

A new promise of this sort is a claim more here and a test more in test_screens.py, not another walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.axe import BY_LANGUAGE, violations

USUAL = (768, 954)


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


@dataclass(frozen=True)
class Band:
    """Grades whose pages differ; `heading` is the least size of their questions in pixels."""

    grades: tuple[int, ...]
    heading: int


ROOMY = Rules(tile=120, tile_of_few=160, gap=16, step=64, beside_tiles=24, edge=16, may_scroll=False)
PHONE = Rules(tile=96, tile_of_few=96, gap=16, step=64, beside_tiles=24, edge=16, may_scroll=True)
_SIZES = {USUAL: ROOMY, (1024, 698): ROOMY, (1366, 615): ROOMY, (360, 560): PHONE}
# 200 % and 400 % of the Chromebook, and the width that WCAG 1.4.10 names.
_ZOOMED = [(683, 307), (341, 153), (320, 256)]
_AT_400 = _ZOOMED[1:]


def _script(name: str) -> str:
    """The comment in front and the last semicolon are the file's; the page evaluates the function between them."""
    return (Path(__file__).parent / name).read_text("utf-8").strip().removesuffix(";")


_MEASURE, _LOOK, _REACH = map(_script, ("measure.js", "look.js", "reach.js"))
_WIDTH = """width => {
  const wide = document.scrollingElement.scrollWidth;
  return wide > width ? [`the page is ${wide} wide`] : [];
}"""


def judge(page: Page, band: Band) -> Iterator[tuple[str, str]]:
    """The claims that the screen breaks, each with how, at every size; leaves the page at its usual size."""
    for size in (*_SIZES, *_ZOOMED):
        width, height = size
        page.set_viewport_size({"width": width, "height": height})
        for claim, script, argument in _claims(size, band):
            for problem in page.evaluate(script, argument):
                yield claim, f"{width}×{height}: {problem}"
    page.set_viewport_size({"width": USUAL[0], "height": USUAL[1]})


def judge_by_axe(page: Page, lang: str, *, whole: bool) -> Iterator[tuple[str, str]]:
    for violation in violations(page, whole=whole, schemes=BY_LANGUAGE[lang]):
        yield "axe", violation


def _claims(size: tuple[int, int], band: Band) -> Iterator[tuple[str, str, Any]]:
    if rules := _SIZES.get(size):
        yield "sizes", _MEASURE, asdict(rules)
    yield "eyes", _LOOK, {"heading": band.heading, "label": 20, "least": 16, "line": 45}
    if size in _ZOOMED:
        yield "width", _WIDTH, size[0]
    if size in _AT_400:
        yield "reach", _REACH, None
