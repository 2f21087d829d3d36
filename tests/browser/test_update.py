"""A new version of the app: it comes while a child answers, takes over between two turns, and keeps two older ones."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.demo import ROOT, Class, DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet, eventually, invent

Release = Callable[[int], None]
_SHELLS = "caches.keys().then(names => names.filter(name => name !== 'tyck-media').length)"
_WAITS = "navigator.serviceWorker.getRegistration().then(found => Boolean(found.waiting))"


@pytest.fixture
def release(demo: DemoServer, tmp_path: Path) -> Iterator[Release]:
    """Another version of the whole program serves the same data at the same address."""

    def make(number: int) -> None:
        folder = tmp_path / f"version-{number}"
        for name in ("server", "pwa", "static", "locales"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        script = folder / "pwa/app.js"
        script.write_text(script.read_text("utf-8") + f'\ndocument.documentElement.dataset.version = "{number}";\n')
        demo.stop()
        demo.root = folder
        demo.start()

    yield make
    demo.stop()
    demo.root = ROOT


def look_for_updates(tablet: Tablet) -> None:
    tablet.device.cover()
    tablet.page.bring_to_front()


def expect_version(tablet: Tablet, number: int) -> None:
    expect(tablet.page.locator(f'html[data-version="{number}"]')).to_be_attached()


def test_a_new_version_waits_for_the_end_of_the_turn(
    tablet: Tablet, demo: DemoServer, a_class: Class, records: Records, release: Release
) -> None:
    page = tablet.page
    tablet.join_ready(a_class)
    child = invent(tablet.questions(), 7, "fi")
    tablet.begin("fi")
    tablet.answer("q1", child.answers["q1"])
    release(2)
    look_for_updates(tablet)
    eventually(lambda: bool(page.evaluate(_WAITS)), "the new version, waiting", page)
    tablet.answer_all(dict(list(child.answers.items())[1:]))
    tablet.confirm()
    expect(page.locator("html:not([data-version])")).to_be_attached()
    tablet.hand_over()
    expect_version(tablet, 2)
    tablet.expect_at("language")
    # The new version has the booklet too, and what the older one confirmed.
    demo.stop()
    page.reload()
    tablet.expect_at("language")
    expect_version(tablet, 2)
    expect(page.locator('html[data-source="cache"]')).to_be_attached()
    for number in (3, 4):
        release(number)
        look_for_updates(tablet)
        expect_version(tablet, number)
    eventually(lambda: page.evaluate(_SHELLS) == 3, "this version and two older ones", page)
    tablet.hand_in()
    assert records.bodies(a_class.id) == [child.body]
    assert records.arrived(a_class.id) == 1
