"""A grown-up at a laptop: the staff pages as a teacher or reviewer uses them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.demo import DemoServer
from tests.browser.tablet import PATIENCE_MS


class Staff:
    def __init__(self, page: Page, demo: DemoServer) -> None:
        self.page = page
        self.demo = demo
        page.set_default_timeout(PATIENCE_MS)

    def sign_in(self, role: str) -> None:
        email, password = self.demo.password(role)
        self.page.goto(f"{self.demo.url}/staff/")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", password)
        self.page.click('form[action="/staff/sign-in"] button[type=submit]')
        self.page.wait_for_url("**/staff/")

    def start_session(self, school: str, grade: int) -> str:
        """From the first page in three presses; returns the session's id."""
        self.page.locator(f'a[href$="/start?school={school}"]').click()
        self.page.locator(f'label:has(input[name=grades][value="{grade}"])').click()
        self.page.locator('form[action="/staff/sessions"] button[type=submit]').click()
        self.page.wait_for_url("**/staff/sessions/s_*")
        return self.page.url.rsplit("/", 1)[-1]

    def open_session(self, session: str) -> None:
        self.page.goto(f"{self.demo.url}/staff/sessions/{session}")

    def expect_numbers(self, *, joined: int, done: int, waiting: int) -> None:
        """What the page shows by itself, without being loaded again."""
        numbers = self.page.locator("#progress dl.numbers dd")
        expect(numbers.nth(0)).to_have_text(str(joined))
        expect(numbers.nth(2)).to_have_text(str(done))
        expect(numbers.nth(3)).to_have_text(str(waiting))

    def expect_ready(self, tablets: int) -> None:
        """So many tablets are told to be ready, by the tick beside them."""
        expect(self.page.locator("#progress .tablet .soft .icon")).to_have_count(tablets)

    def expect_state(self, state: str) -> None:
        expect(self.page.locator(f"#progress .pill-{state}")).to_be_visible()

    def expect_safe(self, *, is_safe: bool) -> None:
        """The button to close stands in the open only when it is safe to leave."""
        expect(self.page.locator("#progress #close-anyway")).to_have_count(0 if is_safe else 1)
        expect(self.page.locator("#progress .actions #do-close")).to_have_count(1 if is_safe else 0)

    def press(self, step: str) -> None:
        """`finish` or `close`."""
        self.page.locator(f"#progress #do-{step}").click()
