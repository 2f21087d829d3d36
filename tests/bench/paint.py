"""A tablet that has never been here opens a class on slow 4G: when something shows, when all of it is kept."""

import time
from contextlib import suppress
from typing import Any

from playwright.sync_api import CDPSession, Error, Page

from tests.bench.device import notes, slow_tablet
from tests.bench.processes import Served
from tests.bench.slow_line import SlowLine, open_line

# "Slow 4G" as Lighthouse and WebPageTest mean it.
_DOWN, _UP, _ROUND_TRIP_S = 1.6e6, 0.75e6, 0.15
_QUIET_S = 3.0
_PATIENCE_S, _LOOK_S = 120.0, 0.05
_TABLETS, _SCHOOL_LINE = 20, 10e6


# Past Playwright's own waiting, whose scripts would be long tasks of the page.
_LANGUAGES = "document.querySelector('section[data-screen=language]:not([hidden])') !== null"
_KEPT = "document.documentElement.dataset.source === 'cache' && 'booklet' in document.querySelector('main').dataset"
_READY = "document.querySelector('[data-ready=yes]') !== null"


def measure_paint(server: Served, link: str) -> dict[str, Any]:
    """Milliseconds: paints and what blocked from each page's own start, moments from the first tap on the link.

    `kept`: a child can play the whole booklet without network; `ready`: the other language and all sounds are there
    too.
    """
    with (
        open_line(server.port, down=_DOWN, up=_UP, round_trip_s=_ROUND_TRIP_S) as line,
        slow_tablet(line.url) as page,
    ):
        devtools = page.context.new_cdp_session(page)
        started = time.monotonic()
        page.goto(f"{line.url}/app/j/{link}", wait_until="commit")
        moments: dict[str, float] = {}
        for name, holds in (("language", _LANGUAGES), ("kept", _KEPT), ("ready", _READY)):
            _wait_for(devtools, holds)
            moments[f"{name}_ms"] = (time.monotonic() - started) * 1000
            moments[f"{name}_bytes"] = line.down_bytes
        documents = notes(page)
        return {
            **{f"{what}_ms": max(each[what] for each in documents) for what in ("fcp", "blocked")},
            # The link's own page goes on before the browser has told its largest paint.
            "lcp_ms": max(max(each["fcp"], each["lcp"]) for each in documents),
            "shift": sum(each["shift"] for each in documents),
            **moments,
            **_class_of_tablets(page, line),
        }


def _wait_for(devtools: CDPSession, holds: str) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        # The page may be on its way to another one just now.
        with suppress(Error):
            if devtools.send("Runtime.evaluate", {"expression": holds})["result"].get("value") is True:
                return
        time.sleep(_LOOK_S)
    raise SystemExit(f"Never came: {holds}")


def _class_of_tablets(page: Page, line: SlowLine) -> dict[str, float]:
    """How long a line of 10 Mbit/s carries what 20 tablets fetch, sounds included: reckoned from the bytes of one."""
    before = -1
    while line.down_bytes != before:
        before = line.down_bytes
        page.wait_for_timeout(_QUIET_S * 1000)
    return {"tablet_bytes": line.down_bytes, "class_s": _TABLETS * line.down_bytes * 8 / _SCHOOL_LINE}
