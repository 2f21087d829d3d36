"""From a tap on a tile to its mark on the screen, in Chromium with a processor four times slower."""

from playwright.sync_api import Page, sync_playwright

from tests.bench.processes import Served
from tests.browser.device import ARGUMENTS
from tests.browser.tablet import Tablet
from tests.needs import find_chromium

_SLOWER = 4
# Until the frame after the one that draws the mark begins, so never too little.
_LISTEN = """() => {
  window.marks = [];
  addEventListener('click', event => {
    if (event.target.matches('input')) requestAnimationFrame(() => requestAnimationFrame(
      () => window.marks.push(performance.now() - event.timeStamp)));
  }, true);
}"""


def measure_taps(server: Served, link: str) -> dict[str, float]:
    """Every tile of every question once, in milliseconds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True, base_url=server.url)
        page = context.new_page()
        taps = sorted(_tap_all(page, server, link))
        browser.close()
    return {"taps": len(taps), "p50_ms": taps[len(taps) // 2], "max_ms": taps[-1]}


def _tap_all(page: Page, server: Served, link: str) -> list[float]:
    tablet = Tablet(page, server.url)
    tablet.open(f"/app/j/{link}")
    tablet.expect_at("language")
    asked = tablet.questions()
    tablet.begin("fi")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.evaluate(_LISTEN)
    for question in asked:
        tablet.expect_at(question.id)
        for option in question.options[: question.most] if question.most > 1 else question.options:
            tablet.section(question.id).locator(f'label:has(input[value="{option}"])').tap()
            page.wait_for_timeout(100)
        tablet.do("next")
    marks: list[float] = page.evaluate("window.marks")
    return marks
