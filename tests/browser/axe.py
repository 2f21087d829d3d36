"""What axe finds on the page that is shown, by day, and in its colours by night."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

_AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
# The other screens of a booklet are hidden, and axe takes as long for them; `whole` looks through them too.
_RUN = """async ({rules, whole}) => {
  const where = whole ? document : {exclude: ['section[data-screen][hidden]']};
  const {violations} = await axe.run(where, {runOnly: rules, resultTypes: ['violations']});
  const told = id => ({target, failureSummary}) => `${id}: ${target} ${failureSummary}`;
  return violations.flatMap(({id, nodes}) => nodes.map(told(id)));
}"""
_EVERY_RULE = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_COLOURS = {"type": "rule", "values": ["color-contrast"]}


def violations(page: Page, *, whole: bool = True) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = [f"dark: {violation}" for violation in page.evaluate(_RUN, {"rules": _COLOURS, "whole": whole})]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return [*found, *page.evaluate(_RUN, {"rules": _EVERY_RULE, "whole": whole})]
