"""What docs/screens.md promises to eyes beside test_screens.py: contrast, motion, a layout to be turned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.demo import ROOT, Class, DemoServer
from tests.browser.tablet import Tablet

_SIZES = [(768, 954), (1024, 698), (1366, 615), (360, 560)]
# 200 % and 400 % of the Chromebook.
_ZOOMED = [(683, 307), (341, 153)]
_STYLES = sorted((ROOT / "static" / "css").glob("*.css"))


# ---- colours ----

_CONTRAST = """pairs => {
  const ground = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const read = name => {
    ground.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
    ground.fillRect(0, 0, 1, 1);
    return [...ground.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return pairs.map(([one, other]) => {
    const [low, high] = [light(read(one)), light(read(other))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
}"""
_SURFACES = ("--paper", "--card", "--sky", "--sky-high", "--accent-soft")
_TEXT = [
    *(("--ink", surface) for surface in _SURFACES),
    *(("--ink-soft", surface) for surface in ("--paper", "--card", "--sky", "--accent-soft")),
    ("--accent", "--card"),
    ("--accent", "--paper"),
    ("--on-accent", "--accent"),
]
_EDGES = [("--line", "--paper"), ("--line", "--card"), ("--accent", "--accent-soft"), ("--accent", "--sky-high")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("contrast", ["no-preference", "more"])
def test_text_reaches_seven_to_one_and_edges_three(
    scheme: str, contrast: str, browser: Browser, demo: DemoServer
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", contrast="more" if contrast == "more" else "no-preference"
    )
    page.goto(f"{demo.url}/app/?lang=sv")
    reached = page.evaluate(_CONTRAST, [*_TEXT, *_EDGES])
    context.close()
    wanted = [*((pair, 7.0) for pair in _TEXT), *((pair, 3.0) for pair in _EDGES)]
    poor = [f"{pair}: {has:.1f}" for (pair, least), has in zip(wanted, reached, strict=True) if has < least]
    assert not poor, "\n".join(poor)


# ---- motion ----

_MOTION = """() => [...document.querySelectorAll('*')].flatMap(each => [each, '::before', '::after'].map(which => {
  const {transitionDuration, animationDuration} = getComputedStyle(each, which === each ? undefined : which);
  const seconds = `${transitionDuration}, ${animationDuration}`.split(', ').map(Number.parseFloat);
  return Math.max(...seconds) * 1000;
})).reduce((most, each) => Math.max(most, each), 0)"""
_CALM_MS = 300


def test_motion_is_short_and_can_be_switched_off(plain: Tablet, a_class: Class) -> None:
    plain.join_ready(a_class)
    assert 0 < plain.page.evaluate(_MOTION) <= _CALM_MS
    plain.page.emulate_media(reduced_motion="reduce")
    assert plain.page.evaluate(_MOTION) <= 1


# ---- right to left ----

_PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|(?:min-|max-)?(?:width|height))\s*:"
    r"|(?:text-align|float):\s*(?:left|right)"
)


@pytest.mark.parametrize("style", _STYLES, ids=lambda style: style.name)
def test_styles_name_no_side_of_the_screen(style: Path) -> None:
    rules = re.sub(r"@(?:media|page)[^{]*\{|/\*.*?\*/", "{", style.read_text("utf-8"), flags=re.DOTALL)
    assert not _PHYSICAL.findall(rules)


def test_a_page_turned_round_still_holds(plain: Tablet, a_class: Class) -> None:
    """As a language would look that is written from the right."""
    plain.join_ready(a_class)
    plain.begin("sv")
    page = plain.page
    page.evaluate("document.documentElement.dir = 'rtl'")
    back, following = (plain.here.locator(f'[data-do="{step}"]').bounding_box() for step in ("back", "next"))
    assert back
    assert following
    assert back["x"] > following["x"]
    for width, height in (*_SIZES, *_ZOOMED):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, (width, height)


# ---- forced colours ----


def test_what_is_chosen_shows_in_forced_colours(plain: Tablet, a_class: Class) -> None:
    plain.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    plain.join_ready(a_class)
    plain.begin("fi")
    chosen = plain.shown_order("q1")[0]
    plain.choose("q1", chosen)
    face = plain.section("q1").locator("input:checked + .face")
    assert face.evaluate("face => Number.parseFloat(getComputedStyle(face).outlineWidth)") >= 4
    assert face.locator(".tick").evaluate("tick => getComputedStyle(tick).scale") == "1"
    assert not plain.page.locator(".scene").is_visible()
