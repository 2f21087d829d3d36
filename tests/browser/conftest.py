"""What every browser test starts from: one demo server for a module, devices and contexts for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.browser.demo import Class, DemoServer
from tests.browser.device import HEADLESS, Device
from tests.browser.proxy import FaultyProxy, open_proxy
from tests.browser.records import Records
from tests.browser.tablet import Tablet
from tests.copies import lay_out
from tests.needs import find_headless_chromium
from tests.web.demo import make_demo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that `-m "not browser"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # Ends with its module: while it runs, the asynchronous tests of other modules could not.
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=find_headless_chromium(), args=list(HEADLESS))
    yield started
    started.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    folder = tmp_path_factory.mktemp("demo")
    lay_out(make_demo, folder)
    server = DemoServer(folder).start()
    yield server
    server.stop()


@pytest.fixture
def records(demo: DemoServer) -> Records:
    if not demo.is_running:
        demo.start()
    return Records(demo.database)


@pytest.fixture
def a_class(demo: DemoServer, records: Records) -> Class:
    """A session of its own, so that tests share a server and nothing else."""
    return records.find_class(demo.new_class())


@pytest.fixture
def new_device(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[[], Device]]:
    made: list[Device] = []

    def make() -> Device:
        device = Device(playwright, tmp_path / f"device-{len(made)}")
        made.append(device)
        return device

    yield make
    for device in made:
        device.kill()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    # What moves is drawn sixty times a second; a `tablet` sees it.
    made = browser.new_context(viewport={"width": 768, "height": 954}, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def tablet(new_device: Callable[[], Device], demo: DemoServer) -> Tablet:
    device = new_device()
    return Tablet(device.start(), demo.url, device)


@pytest.fixture
def plain(context: BrowserContext, demo: DemoServer) -> Tablet:
    """A page of the module's browser: quicker, where no process and no visibility of its own is needed."""
    return Tablet(context.new_page(), demo.url)


@pytest.fixture
def proxy(demo: DemoServer) -> Iterator[FaultyProxy]:
    with open_proxy(demo.port) as opened:
        yield opened
