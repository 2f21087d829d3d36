"""A tablet's browser as a process of its own: a real profile that survives kill -9, tabs that really hide.

Knows no page of ours.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.needs import find_chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
)
# The headless shell would set its letters otherwise than a tablet's browser does.
HEADLESS = (*ARGUMENTS, "--font-render-hinting=none")
_OWN = (
    "--headless=new",
    "--remote-debugging-port=0",
    "--window-size=780,1110",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-features=InitialWebUI,WebUIReloadButton,WebUIOmniboxPopup,Translate,OptimizationHints,MediaRouter",
    "--password-store=basic",
)


def chromium_path() -> str:
    found = find_chromium()
    assert found, "There is no Chromium (tests/needs.py finds or installs it)."
    return found


@dataclass
class Device:
    playwright: Playwright
    profile: Path
    _process: subprocess.Popen[str] | None = None
    _browser: Browser | None = None
    _cover: Page | None = None

    @property
    def context(self) -> BrowserContext:
        assert self._browser is not None
        return self._browser.contexts[0]

    def start(self) -> Page:
        """Switches the device on and returns its one tab."""
        command = [chromium_path(), *ARGUMENTS, *_OWN, f"--user-data-dir={self.profile}", "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        # Playwright's own start keeps every page visible; only a browser of our own shows real visibility.
        self._browser = self.playwright.chromium.connect_over_cdp(self._address(), no_defaults=True)
        self._cover = None
        return self.context.pages[0]

    def _address(self) -> str:
        assert self._process is not None
        assert self._process.stderr is not None
        for line in self._process.stderr:
            if found := re.search(r"ws://\S+", line):
                return found.group(0)
        raise AssertionError("Chromium ended before it could be spoken to.")

    def kill(self) -> None:
        """As an empty battery ends it."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None
        self._browser = None

    def cover(self) -> None:
        """Puts another tab in front, so that the page is hidden."""
        if self._cover is None:
            self._cover = self.context.new_page()
        self._cover.bring_to_front()
