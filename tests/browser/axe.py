"""What axe finds on the page that is shown, by day, and in its colours by night."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
_RUN = """async rules => {
  const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
  const told = id => ({target, failureSummary}) => `${id}: ${target} ${failureSummary}`;
  return violations.flatMap(({id, nodes}) => nodes.map(told(id)));
}"""
# The other screens of a booklet are hidden, and axe takes as long for them: they are taken off the page meanwhile.
_TAKE_OFF = """() => [...document.querySelectorAll('section[data-screen][hidden]')].map(hidden => {
  const place = document.createComment('');
  hidden.replaceWith(place);
  return [place, hidden];
})"""
_PUT_BACK = "taken => taken.forEach(([place, hidden]) => place.replaceWith(hidden))"
_EVERY_RULE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_COLOURS = {"type": "rule", "values": ["color-contrast"]}


def violations(page: Page, *, whole: bool = True) -> list[str]:
    """`whole` looks through the hidden screens of a booklet too."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    taken = None if whole else page.evaluate_handle(_TAKE_OFF)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = [f"dark: {violation}" for violation in page.evaluate(_RUN, _COLOURS)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += page.evaluate(_RUN, _EVERY_RULE)
    if taken:
        taken.evaluate(_PUT_BACK)
    return found
