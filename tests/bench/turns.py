"""Sixty children in a row on one tablet: whether its memory stays flat."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.bench.processes import Served
from tests.browser.device import ARGUMENTS
from tests.browser.tablet import Tablet
from tests.needs import find_chromium

_TURNS = 60
_WARM = 10  # after so many turns everything has been used once

# One child as a switch plays it: chooses something of every kind, waits for nothing but the pages.
_TURN = """async () => {
  const shown = () => document.querySelector('section[data-screen]:not([hidden])');
  const press = what => {
    const found = shown().querySelector(`${what}:not(:disabled)`);
    found?.click();
    return found;
  };
  const turned = async section => {
    for (let waited = 0; shown() === section; waited += 5) {
      if (waited > 5000) throw new Error(`No way on from ${section.dataset.screen} ${section.dataset.question ?? ''}`);
      await new Promise(done => setTimeout(done, 5));
    }
  };
  for (let section = shown(); section.dataset.screen !== 'handover'; section = shown()) {
    for (const tile of ['input[type=radio]', 'input[type=checkbox]', '[data-rank]', '[data-coin="+1"]']) press(tile);
    ['start', 'yes', 'confirm', 'next', 'skip'].some(way => press(`[data-do="${way}"]`));
    await turned(section);
  }
}"""


def measure_turns(server: Served, link: str) -> dict[str, Any]:
    """The page's heap and nodes and the memory of its processes in the beginning and in the end, without garbage."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
        page = browser.new_page(base_url=server.url)
        tablet = Tablet(page, server.url)
        tablet.open(f"/app/j/{link}")
        tablet.expect_at("language")
        tablet.choose_language("fi")
        tablet.expect_ready()
        tablet.go("back", "language")
        devtools = page.context.new_cdp_session(page)
        sizes = []
        for turn in range(_TURNS + 1):
            if turn in (_WARM, _TURNS):
                sizes.append(_measure(devtools) | {"processes": _resident_mb(browser)})
            if turn < _TURNS:
                _play(page, tablet)
        browser.close()
    first, last = sizes
    return {
        "turns": _TURNS,
        "heap_first_mb": first["JSHeapUsedSize"] / 1e6,
        "heap_last_mb": last["JSHeapUsedSize"] / 1e6,
        "processes_first_mb": first["processes"],
        "processes_last_mb": last["processes"],
        "nodes_first": first["Nodes"],
        "nodes_last": last["Nodes"],
    }


def _play(page: Page, tablet: Tablet) -> None:
    tablet.choose_language("fi")
    page.evaluate(_TURN)
    tablet.expect_at("handover")
    tablet.go("new-child", "language")


def _measure(devtools: CDPSession) -> dict[str, float]:
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    return {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}


def _resident_mb(browser: Browser) -> float:
    """Resident memory of all that draws pages, in MB (10⁶ bytes)."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    pages = [each["id"] for each in processes if each["type"] == "renderer"]
    lines = [line for pid in pages for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6
