"""What axe finds on the page that is shown: by every rule in one colour scheme, and in its colours in the others."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
_RUN = """async rules => {
  // The style sheets would be fetched again for a rule that is none of these.
  const how = {runOnly: rules, resultTypes: ['violations'], preload: {assets: ['media']}};
  const {violations} = await axe.run(document, how);
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
Scheme = Literal["dark", "light"]
# A walk in both languages meets each page by day in one and by night in the other: no colour hangs on a word.
BY_LANGUAGE: dict[str, tuple[Scheme, ...]] = {"sv": ("light",), "fi": ("dark",)}


def violations(page: Page, *, whole: bool = True, schemes: tuple[Scheme, ...] = ("dark", "light")) -> list[str]:
    """`whole` looks through the hidden screens of a booklet too; every rule is held against the last scheme."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    taken = None if whole else page.evaluate_handle(_TAKE_OFF)
    found = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        rules = _EVERY_RULE if scheme == schemes[-1] else _COLOURS
        found += [f"{scheme}: {violation}" for violation in page.evaluate(_RUN, rules)]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if taken:
        taken.evaluate(_PUT_BACK)
    return found
