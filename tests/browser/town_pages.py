"""The demo town's pages, one after another: what anyone sees of a finished consultation, and what staff do with it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator

from playwright.sync_api import Page, expect

from tests.browser.staff import Staff
from tests.browser.tablet import PATIENCE_MS

_STAFF = "/staff/consultations/third-place"
_PUBLIC = "/results/third-place"
_ANYONE = (
    ("public", _PUBLIC),
    ("public-school", f"{_PUBLIC}/schools/norrskenets"),
    ("public-numbers", f"{_PUBLIC}/numbers"),
    ("public-data", f"{_PUBLIC}/data"),
)
_MODERATOR = (
    ("dashboard", _STAFF),
    ("dashboard-running", "/staff/consultations/school-yard"),
    ("result", f"{_STAFF}/results"),
    ("result-school", f"{_STAFF}/results?school=revontulten"),
    ("ideas-desk", f"{_STAFF}/ideas"),
    ("ideas-all", f"{_STAFF}/ideas/all"),
    ("themes", f"{_STAFF}/themes"),
    ("feedback", f"{_STAFF}/feedback"),
    ("report", f"{_STAFF}/report"),
)
_LONG = {"public": 1, "result": 2}
_DRAWN = """() => [...document.images].every(image => {
  const {top, bottom} = image.getBoundingClientRect();
  return image.complete || !image.checkVisibility() || bottom < 0 || top > innerHeight;
})"""
_PDF_PAGES = 3
_PDF_DPI = 60


def visit_town(staff: Staff, lang: str) -> Iterator[str]:
    """Stands on one page after another and names it: as anyone, and as the moderator."""
    yield from _visit(staff, _ANYONE, lang)
    staff.sign_in("moderator")
    yield from _visit(staff, _MODERATOR, lang)


def pdf_pages(staff: Staff, lang: str) -> list[bytes]:
    """The first pages of the report's PDF as JPEG, where Poppler is installed to draw them."""
    if shutil.which("pdftoppm") is None:
        return []
    answer = staff.page.request.get(f"{staff.demo.url}{_STAFF}/report.pdf?lang={lang}", timeout=2 * PATIENCE_MS)
    assert answer.ok, answer.status
    return [_drawn(answer.body(), number) for number in range(1, _PDF_PAGES + 1)]


def _visit(staff: Staff, pages: Iterable[tuple[str, str]], lang: str) -> Iterator[str]:
    for name, path in pages:
        staff.page.goto(f"{staff.demo.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        expect(staff.page.locator(f'html[lang="{lang}"]')).to_be_attached()
        yield name
        if name in _LONG:
            yield from _parts(staff.page, name)


def _parts(page: Page, name: str) -> Iterator[str]:
    """What stands below the first screen, heading by heading; where two fit on a screen, every second one."""
    headings = page.locator("main h2")
    for number in range(1, headings.count(), _LONG[name]):
        headings.nth(number).evaluate("heading => heading.scrollIntoView({block: 'start'})")
        page.wait_for_function(_DRAWN)
        yield f"{name}-{number}"


def _drawn(pdf: bytes, number: int) -> bytes:
    command = ["pdftoppm", "-jpeg", "-r", str(_PDF_DPI), "-f", str(number), "-l", str(number), "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
