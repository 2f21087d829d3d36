"""A slow tablet: Chromium with a processor four times slower, and notes of what its pages painted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.device import ARGUMENTS
from tests.needs import find_chromium

SLOWER = 4
SIZE: Any = {"width": 1024, "height": 698}

# Of each document: first and largest paint, how long tasks blocked (what each has beyond 50 ms), what moved by itself.
_NOTE = """
  const seen = window.seen = {at: location.pathname, fcp: 0, lcp: 0, blocked: 0, shift: 0, moved: []};
  const before = JSON.parse(localStorage.getItem('seen') ?? '[]');
  addEventListener('pagehide', () => localStorage.setItem('seen', JSON.stringify([...before, seen])));
  const watch = (type, note) => {
    new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
  };
  watch('paint', entry => { if (entry.name === 'first-contentful-paint') seen.fcp = entry.startTime; });
  watch('largest-contentful-paint', entry => { seen.lcp = entry.startTime; });
  watch('longtask', entry => { seen.blocked += Math.max(0, entry.duration - 50); });
  watch('layout-shift', entry => {
    if (entry.hadRecentInput) return;
    seen.shift += entry.value;
    seen.moved.push(...entry.sources.map(({node}) => node?.className || node?.nodeName || '?'));
  });
"""


def notes(page: Page) -> list[dict[str, Any]]:
    """What was noted of every document so far, the present one last."""
    found: list[dict[str, Any]] = page.evaluate("[...JSON.parse(localStorage.getItem('seen') ?? '[]'), window.seen]")
    return found


@contextmanager
def slow_tablet(base_url: str, slower: int = SLOWER) -> Iterator[Page]:
    """A page of a browser that has never been here."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        context = browser.new_context(viewport=SIZE, has_touch=True, base_url=base_url)
        context.add_init_script(_NOTE)
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        yield page
        browser.close()
