"""Draws the app's PNG icons from `static/icons/app.svg`. Run by hand with `.venv/bin/python tools/icons.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.needs import find_chromium  # noqa: E402

ICONS = ROOT / "static/icons"
# File name, side in pixels, and whether a phone cuts the shape itself: else the corners are round already.
SIZES = (("192", 192, False), ("512", 512, False), ("maskable-512", 512, True), ("apple-touch-180", 180, True))


def main() -> None:
    """Write every size beside the drawing."""
    drawing = (ICONS / "app.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        for name, side, whole in SIZES:
            draw(page, drawing, side, whole=whole)
            page.screenshot(path=ICONS / f"{name}.png", omit_background=True)
        browser.close()


def draw(page: Page, drawing: str, side: int, *, whole: bool) -> None:
    """Show the drawing at that size; a maskable one fills its square and keeps what matters in the middle 80 %."""
    page.set_viewport_size({"width": side, "height": side})
    radius = 0 if whole else side * 0.22
    style = f"*{{margin:0}}svg{{display:block;width:{side}px;height:{side}px;border-radius:{radius}px}}"
    shown = drawing.replace("0 0 192 192", "-16 -16 224 224") if whole else drawing
    page.set_content(f"<style>{style}</style>{shown}")


if __name__ == "__main__":
    main()
