"""The client's modules in a real browser, on a page of ours that runs none of them by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import browser, demo, playwright  # noqa: F401
from tests.browser.demo import DemoServer

Run = Callable[..., Any]

_WITH_MODULES = """async ([base, given]) => {
  const names = ['turn', 'outbox', 'database', 'idea'];
  const [turn, outbox, database, idea] = await Promise.all(names.map((name) => import(`${base}${name}.js`)));
  return %s;
}"""


@pytest.fixture
def tablet_storage(browser: Browser) -> Iterator[BrowserContext]:  # noqa: F811
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def open_tab(tablet_storage: BrowserContext, demo: DemoServer) -> Callable[[], Run]:  # noqa: F811
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
