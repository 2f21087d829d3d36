"""From a tap to its mark and to the next page over a whole turn, in Chromium with a processor four times slower."""

import time
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Locator, Page

from tests.bench.device import notes, slow_tablet
from tests.bench.processes import Served
from tests.browser.tablet import Tablet

# Until the frame after the one that draws the change begins, so never too little. What the browser marks by itself
# needs no change of the page; what a script marks does.
_LISTEN = """() => {
  window.taps = {marks: [], pages: []};
  const main = document.querySelector('main');
  addEventListener('click', event => {
    const control = event.target.closest('input, button');
    if (!control) return;
    const kept = control.dataset.do ? window.taps.pages : window.taps.marks;
    const note = () => requestAnimationFrame(() => requestAnimationFrame(
      () => kept.push(performance.now() - event.timeStamp)));
    if (control.matches('input')) return note();
    const change = new MutationObserver(() => { change.disconnect(); note(); });
    change.observe(main, {subtree: true, childList: true, characterData: true,
      attributeFilter: control.dataset.do ? ['hidden'] : undefined, attributes: true});
  }, true);
}"""
# The next page shows nothing before it shows the languages.
_SHOWN_AFTER = """() => performance.timeOrigin - sessionStorage.getItem('tapped')
  + performance.getEntriesByName('first-contentful-paint')[0].startTime"""
_TURNS = 3
_APART_MS = 450  # a second tap sooner than this may be taken for a trembling finger
_TOUCH_S = 0.06


def measure_taps(server: Served, link: str) -> dict[str, Any]:
    """Every control of every question once, in some turns, in milliseconds; what moved by itself meanwhile."""
    with slow_tablet(server.url) as page:
        tablet = Tablet(page, server.url)
        tablet.open(f"/app/j/{link}")
        tablet.expect_at("language")
        tablet.choose_language("fi")
        tablet.expect_ready()
        taps: dict[str, list[float]] = {"marks": [], "pages": []}
        slow_child_ms = []
        for _ in range(_TURNS):
            page.evaluate(_LISTEN)
            _play(page, tablet, _Finger(page))
            for name, times in page.evaluate("window.taps").items():
                taps[name] += times
            slow_child_ms.append(_hand_over(tablet))
            tablet.choose_language("fi")
        documents = notes(page)
    return {
        "taps": len(taps["marks"]),
        "p50_ms": _share(taps["marks"], 0.5),
        "p98_ms": _share(taps["marks"], 0.98),
        "pages": len(taps["pages"]),
        "page_p98_ms": _share(taps["pages"], 0.98),
        "new_child_ms": _measure_hand_over(server, link),
        "slow_new_child_ms": median(slow_child_ms),
        "shift": sum(each["shift"] for each in documents),
        "moved": sorted({name for each in documents for name in each["moved"]}),
    }


class _Finger:
    """Touches as a finger does. A tap of Playwright's own runs its scripts in the page while the tap is handled."""

    def __init__(self, page: Page) -> None:
        self._devtools: CDPSession = page.context.new_cdp_session(page)

    def tap(self, control: Locator) -> None:
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box is not None
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        control.page.wait_for_timeout(_APART_MS / 3)
        self._devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
        time.sleep(_TOUCH_S)
        self._devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        time.sleep(_APART_MS / 1000)


def _play(page: Page, tablet: Tablet, finger: _Finger) -> None:
    for step, at in (("start", "assent"), ("yes", "practice"), ("next", "")):
        finger.tap(tablet.here.locator(f'button[data-do="{step}"]'))
        if at:
            tablet.expect_at(at)
    questions = page.locator('section[data-screen="question"]').all()
    for question in [str(each.get_attribute("data-question")) for each in questions]:
        tablet.expect_at(question)
        _tap_all(tablet.section(question), finger)
        is_answered = tablet.here.locator('button[data-do="next"]').is_enabled()
        finger.tap(tablet.here.locator(f'button[data-do="{"next" if is_answered else "skip"}"]'))
    tablet.expect_at("review")
    tablet.confirm()


def _tap_all(section: Locator, finger: _Finger) -> None:
    most = int(section.get_attribute("data-max") or 1)
    boxes = section.locator('input[type="checkbox"]').all()[:most]
    for control in [*boxes, *section.locator('input[type="radio"], button[data-rank], button[data-coin]').all()]:
        if control.is_visible() and control.is_enabled():
            finger.tap(control)


def _measure_hand_over(server: Served, link: str) -> float:
    """The same on a tablet that nothing slows down."""
    with slow_tablet(server.url, slower=1) as page:
        tablet = Tablet(page, server.url)
        tablet.open(f"/app/j/{link}")
        tablet.choose_language("fi")
        tablet.expect_ready()
        _play(page, tablet, _Finger(page))
        return _hand_over(tablet)


def _hand_over(tablet: Tablet) -> float:
    """From the tap on "new child" until the next one can choose a language."""
    tablet.go("next", "handover")
    tablet.page.wait_for_timeout(_APART_MS)
    tablet.page.evaluate("sessionStorage.setItem('tapped', performance.timeOrigin + performance.now())")
    tablet.go("new-child", "language")
    passed: float = tablet.page.evaluate(_SHOWN_AFTER)
    return passed


def _share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
