"""The pictures of the documents: every screen on three devices, as contact sheets in docs/pictures/.

The iPad speaks Swedish, phone and Chromebook Finnish. Run by `make screenshots`. Tests nothing.
"""

from __future__ import annotations

import base64
import io
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.demo import ROOT, DemoServer
from tests.browser.device import ARGUMENTS, chromium_path
from tests.browser.records import Records
from tests.browser.staff import Staff
from tests.browser.tablet import Tablet
from tests.browser.town_pages import pdf_pages, visit_town
from tests.browser.walk import walk

_FOLDER = ROOT / "docs" / "pictures"
_DEVICES = {"ipad": (768, 954), "phone": (360, 640), "chromebook": (1366, 615)}
_SPOKEN_ON = {"sv": ("ipad",), "fi": ("phone", "chromebook")}
_THUMBNAIL = {"ipad": 160, "phone": 112, "chromebook": 272}
_SHEET_WIDTH = 1200
_SHEET_QUALITY = 22
_PICTURE_QUALITY = 70
_STYLE = """
body { margin: 0; padding: 14px; font: 12px sans-serif; background: #fff; display: flex; flex-wrap: wrap; gap: 14px; }
figure { margin: 0; }
img { display: block; border: 1px solid #bbb; border-radius: 6px; }
"""


@dataclass
class Album:
    """Shots in one language by device: (name, JPEG)."""

    lang: str
    shots: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def take(self, page: Page, names: Iterable[str]) -> Album:
        page.emulate_media(reduced_motion="reduce")
        for name in names:
            for device in _SPOKEN_ON[self.lang]:
                width, height = _DEVICES[device]
                page.set_viewport_size({"width": width, "height": height})
                self.shots[device].append((name, page.screenshot(type="jpeg", quality=90)))
        return self

    def add(self, names: str, pictures: Iterable[bytes]) -> Album:
        for shots in self.shots.values():
            shots.extend((names, picture) for picture in pictures)
        return self

    def save(self, browser: Browser, name: str) -> None:
        for device, shots in self.shots.items():
            figures = [_figure(shot, caption, _THUMBNAIL[device]) for caption, shot in shots]
            page = browser.new_page(viewport={"width": _SHEET_WIDTH, "height": 100})
            page.set_content(f"<style>{_STYLE}</style>{''.join(figures)}")
            _keep(page.screenshot(full_page=True), f"{name}-{self.lang}-{device}", _SHEET_QUALITY)
            page.close()


def _keep(png: bytes, name: str, quality: int) -> None:
    """As small as WebP can be: browsers write it in a hurry."""
    Image.open(io.BytesIO(png)).convert("RGB").save(_FOLDER / f"{name}.webp", quality=quality, method=6)


def _figure(shot: bytes, caption: str, width: int) -> str:
    source = f"data:image/jpeg;base64,{base64.b64encode(shot).decode()}"
    return f'<figure><img src="{source}" width="{width}"><figcaption>{escape(caption)}</figcaption></figure>'


def _child(browser: Browser, demo: DemoServer, lang: str) -> None:
    context = browser.new_context()
    tablet = Tablet(context.new_page(), demo.url)
    Album(lang).take(tablet.page, walk(tablet, demo.classes[1], lang)).save(browser, "child")
    context.close()


def _staff(browser: Browser, demo: DemoServer, lang: str) -> None:
    context = browser.new_context()
    staff = Staff(context.new_page(), demo)
    Album(lang).take(staff.page, staff.visit_all(Records(demo.database), lang)).save(browser, "staff")
    context.close()


def _town(browser: Browser, town: DemoServer, lang: str) -> None:
    context = browser.new_context()
    staff = Staff(context.new_page(), town)
    album = Album(lang).take(staff.page, visit_town(staff, lang))
    album.add("report.pdf", pdf_pages(staff, lang)).save(browser, "town")
    context.close()


def _question(browser: Browser, demo: DemoServer) -> None:
    """The picture in README: a question as a Finnish child sees it, with something chosen."""
    look: Any = {"viewport": {"width": 768, "height": 954}, "device_scale_factor": 0.85, "reduced_motion": "reduce"}
    context = browser.new_context(**look)
    tablet = Tablet(context.new_page(), demo.url)
    tablet.join_ready(demo.classes[0])
    tablet.begin("fi")
    tablet.expect_at("q1")
    tablet.choose("q1", tablet.shown_order("q1")[1])
    _keep(tablet.page.screenshot(), "question-fi", _PICTURE_QUALITY)
    context.close()


def main() -> None:
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    with (
        tempfile.TemporaryDirectory() as data,
        tempfile.TemporaryDirectory() as town_data,
        sync_playwright() as playwright,
    ):
        demo, town = DemoServer(Path(data)).start(), DemoServer(Path(town_data), town=True).start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        try:
            for lang in _SPOKEN_ON:
                _child(browser, demo, lang)
                _staff(browser, demo, lang)
                _town(browser, town, lang)
            _question(browser, demo)
        finally:
            browser.close()
            demo.stop()
            town.stop()


if __name__ == "__main__":
    main()
