"""The client's modules in a real browser, on a page of ours that runs none of them by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.demo import DemoServer
from tests.browser.device import HEADLESS
from tests.copies import lay_out
from tests.needs import find_headless_chromium
from tests.web.demo import make_demo

Run = Callable[..., Any]

_begun = ExitStack()


@cache
def _start() -> tuple[Browser, DemoServer]:
    """One browser and one server for all files of this folder."""
    started = _begun.enter_context(sync_playwright())
    browser = started.chromium.launch(executable_path=find_headless_chromium(), args=list(HEADLESS))
    _begun.callback(browser.close)
    folder = Path(_begun.enter_context(TemporaryDirectory()))
    lay_out(make_demo, folder)
    server = DemoServer(folder).start()
    _begun.callback(server.stop)
    return browser, server


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    # Ends with the folder: while Playwright runs, asynchronous tests could not.
    if nextitem is None or nextitem.path.parent != item.path.parent:
        _begun.close()
        _start.cache_clear()


_WITH_MODULES = """async ([base, given]) => {
  const names = ['turn', 'outbox', 'database', 'idea'];
  const [turn, outbox, database, idea] = await Promise.all(names.map((name) => import(`${base}${name}.js`)));
  return %s;
}"""


@pytest.fixture
def browser() -> Browser:
    return _start()[0]


@pytest.fixture
def demo() -> DemoServer:
    return _start()[1]


@pytest.fixture
def tablet_storage(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def open_tab(tablet_storage: BrowserContext, demo: DemoServer) -> Callable[[], Run]:
    """A tab of the same tablet: evaluates an expression over `turn`, `outbox`, `database`, `idea` and `given`."""
    with urlopen(f"{demo.url}/app/") as answer:
        found = re.search(r"/static/\w+/pwa/", answer.read().decode())
    assert found

    def open_one() -> Run:
        page: Page = tablet_storage.new_page()
        page.add_init_script(f"globalThis.base = '{found.group(0)}'")
        page.goto(f"{demo.url}/healthz")
        return lambda work, given=None: page.evaluate(_WITH_MODULES % work, [found.group(0), given])

    return open_one


@pytest.fixture
def run(open_tab: Callable[[], Run]) -> Run:
    return open_tab()
