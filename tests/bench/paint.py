"""A tablet that has never been here opens a class on slow 4G: when something shows, when all of it is kept."""

import time
from typing import Any

from playwright.sync_api import Page

from tests.bench.device import notes, slow_tablet
from tests.bench.processes import Served
from tests.bench.slow_line import SlowLine, open_line
from tests.browser.tablet import Tablet

# "Slow 4G" as Lighthouse and WebPageTest mean it.
_DOWN, _UP, _ROUND_TRIP_S = 1.6e6, 0.75e6, 0.15
_QUIET_S = 3.0
_TABLETS, _SCHOOL_LINE = 20, 10e6


def measure_paint(server: Served, link: str) -> dict[str, Any]:
    """Milliseconds from each page's own start; `language_ms` and `kept_ms` from the first tap on the link."""
    with (
        open_line(server.port, down=_DOWN, up=_UP, round_trip_s=_ROUND_TRIP_S) as line,
        slow_tablet(line.url) as page,
    ):
        started = time.monotonic()
        tablet = Tablet(page, line.url)
        tablet.open(f"/app/j/{link}")
        tablet.expect_at("language")
        language_ms = (time.monotonic() - started) * 1000
        page.locator('[data-ready="yes"]').first.wait_for(state="attached")
        kept_ms = (time.monotonic() - started) * 1000
        documents = notes(page)
        return {
            **{f"{what}_ms": max(each[what] for each in documents) for what in ("fcp", "lcp", "blocked")},
            "language_ms": language_ms,
            "kept_ms": kept_ms,
            **_class_of_tablets(page, line),
        }


def _class_of_tablets(page: Page, line: SlowLine) -> dict[str, float]:
    """How long a line of 10 Mbit/s carries what 20 tablets fetch, sounds included: reckoned from the bytes of one."""
    before = -1
    while line.down_bytes != before:
        before = line.down_bytes
        page.wait_for_timeout(_QUIET_S * 1000)
    return {"tablet_bytes": line.down_bytes, "class_s": _TABLETS * line.down_bytes * 8 / _SCHOOL_LINE}
