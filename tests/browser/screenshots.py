"""The pictures of the documents: every screen on three devices in both languages, as contact sheets in docs/pictures/.

Run by `make screenshots`. Tests nothing.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.demo import ROOT, DemoServer
from tests.browser.device import ARGUMENTS, chromium_path
from tests.browser.records import Records
from tests.browser.staff import Staff
from tests.browser.tablet import Tablet
from tests.browser.walk import walk

_FOLDER = ROOT / "docs" / "pictures"
_DEVICES = {"ipad": (768, 954), "phone": (360, 640), "chromebook": (1366, 615)}
_THUMBNAIL = {"ipad": 160, "phone": 112, "chromebook": 272}
_SHEET_WIDTH = 1200
_STYLE = """
body { margin: 0; padding: 14px; font: 12px sans-serif; background: #fff; display: flex; flex-wrap: wrap; gap: 14px; }
figure { margin: 0; }
img { display: block; border: 1px solid #bbb; border-radius: 6px; }
"""


@dataclass
class Album:
    """Shots of one language by device: (name, JPEG)."""

    shots: dict[str, list[tuple[str, bytes]]] = field(default_factory=lambda: {device: [] for device in _DEVICES})

    def take(self, page: Page, names: Iterable[str]) -> Album:
        page.emulate_media(reduced_motion="reduce")
        for name in names:
            for device, (width, height) in _DEVICES.items():
                page.set_viewport_size({"width": width, "height": height})
                self.shots[device].append((name, page.screenshot(type="jpeg", quality=90)))
        return self

    def save(self, browser: Browser, name: str) -> None:
        for device, shots in self.shots.items():
            figures = [_figure(shot, caption, _THUMBNAIL[device]) for caption, shot in shots]
            page = browser.new_page(viewport={"width": _SHEET_WIDTH, "height": 100})
            page.set_content(f"<style>{_STYLE}</style>{''.join(figures)}")
            height = int(page.evaluate("document.documentElement.scrollHeight"))
            page.set_viewport_size({"width": _SHEET_WIDTH, "height": height})
            devtools = page.context.new_cdp_session(page)
            sheet = devtools.send("Page.captureScreenshot", {"format": "webp", "quality": 26})
            (_FOLDER / f"{name}-{device}.webp").write_bytes(base64.b64decode(sheet["data"]))
            page.close()


def _figure(shot: bytes, caption: str, width: int) -> str:
    source = f"data:image/jpeg;base64,{base64.b64encode(shot).decode()}"
    return f'<figure><img src="{source}" width="{width}"><figcaption>{escape(caption)}</figcaption></figure>'


def _child(browser: Browser, demo: DemoServer, lang: str) -> None:
    context = browser.new_context()
    tablet = Tablet(context.new_page(), demo.url)
    Album().take(tablet.page, walk(tablet, demo.classes[1], lang)).save(browser, f"child-{lang}")
    context.close()


def _staff(browser: Browser, demo: DemoServer, lang: str) -> None:
    context = browser.new_context()
    staff = Staff(context.new_page(), demo)
    Album().take(staff.page, staff.visit_all(Records(demo.database), lang)).save(browser, f"staff-{lang}")
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
    tablet.page.screenshot(path=_FOLDER / "question-fi.png")
    context.close()


def main() -> None:
    _FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        demo = DemoServer(Path(data)).start()
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        try:
            for lang in ("sv", "fi"):
                _child(browser, demo, lang)
                _staff(browser, demo, lang)
            _question(browser, demo)
        finally:
            browser.close()
            demo.stop()


if __name__ == "__main__":
    main()
