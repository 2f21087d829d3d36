"""The dashboard and the result page where only a browser can tell: they stay calm, and anybody can read them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Browser, Request, expect

from tests.browser.axe import violations
from tests.browser.demo import DemoServer
from tests.browser.staff import Staff

HOME = "/staff/consultations/third-place"


@pytest.fixture(scope="module")
def moderator(browser: Browser, demo: DemoServer) -> Iterator[Staff]:
    context = browser.new_context(viewport={"width": 1024, "height": 698})
    staff = Staff(context.new_page(), demo)
    staff.sign_in("moderator")
    yield staff
    context.close()


def test_a_live_dashboard_disturbs_nobody(moderator: Staff, demo: DemoServer) -> None:
    """The number changes by itself; what is focused stays, also where it is exchanged; all else is not even touched."""
    page, here = moderator.page, demo.classes[0]
    others = next(one for one in demo.classes if one.school != here.school)
    fetched: list[Request] = []
    page.on("request", lambda request: fetched.append(request) if request.url.endswith("/sessions") else None)
    page.goto(f"{demo.url}{HOME}?ask=freeze&lang=sv")
    answered = page.locator("#reach dd").first
    before = int(answered.inner_text().split()[0])
    page.evaluate("id => { document.getElementById(id).dataset.same = 'yes' }", f"school-{others.school}")
    link = page.locator(f"#go-{here.id}")
    link.focus()
    demo.deliver(here, 3)
    expect(answered).to_contain_text(str(before + 3))
    expect(link).to_be_focused()
    button = page.locator("#freeze form button")
    button.focus()
    already = len(fetched)
    with ThreadPoolExecutor(10) as tablets:
        list(tablets.map(lambda _: demo.deliver(here, 2), range(10)))
    expect(answered).to_contain_text(str(before + 23))
    expect(button).to_be_focused()
    expect(page.locator(f"#school-{others.school}")).to_have_attribute("data-same", "yes")
    assert len(fetched) - already < 10


def test_results_can_be_read_by_anybody(moderator: Staff, demo: DemoServer) -> None:
    """Two groups, on a telephone or at 400 %, in forced colours, by rule; also what names no group."""
    page, here = moderator.page, demo.classes[1]
    demo.deliver(here, 9)
    demo.post("moderator", f"/staff/sessions/{here.id}/close")
    for address in (
        HOME,
        f"{HOME}/results",
        f"{HOME}/results?compare=yes&school={here.school}",
        f"{HOME}/results?school=x",
    ):
        for lang in ("sv", "fi"):
            page.set_viewport_size({"width": 320, "height": 640})
            page.goto(f"{demo.url}{address}{'&' if '?' in address else '?'}lang={lang}")
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, (address, lang)
        page.set_viewport_size({"width": 1024, "height": 698})
        assert violations(page) == [], address
    page.goto(f"{demo.url}{HOME}/results")
    page.emulate_media(forced_colors="active")
    bar, rest = (
        page.locator(f"#q1 .chart-{name}").first.evaluate("one => getComputedStyle(one).fill")
        for name in ("bar", "rest")
    )
    assert bar != rest
    page.emulate_media(forced_colors="none")
