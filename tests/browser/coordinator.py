"""A coordinator at a laptop, who makes a poll by hand."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.tablet import PATIENCE_MS


class Coordinator:
    """Counts what a person does: each text written and each press is one action."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.actions = 0
        page.set_default_timeout(PATIENCE_MS)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def write(self, name: str, text: str) -> None:
        self.actions += 1
        self.page.locator(f"[id='{name}']").fill(text)

    def press(self, what: str | Locator) -> None:
        self.actions += 1
        (self.page.locator(what) if isinstance(what, str) else what).click()

    def field(self, path: str) -> Locator:
        return self.page.locator(f"[data-field='{path}']")

    def add_question(self, kind: str, sv: str, fi: str, options: tuple[str, str] | None = None) -> None:
        if kind != "single_choice":
            self.press(f"label:has(input[name=kind][value={kind}])")
        self.write("text_sv", sv)
        self.write("text_fi", fi)
        if options:
            self.write("options_sv", options[0])
            self.write("options_fi", options[1])
        self.press(".add-question button[type=submit]")
        expect(self.page.locator("h2", has_text=sv)).to_be_visible()

    def begin(self) -> str:
        """A poll with three questions; returns the address of its workshop."""
        self.open("/staff/")
        self.press(self.page.locator("a[href='/staff/workshop/new']").first)
        self.write("title_sv", "Skolgården")
        self.write("title_fi", "Koulun piha")
        self.press("form[action='/staff/workshop'] button[type=submit]")
        self.page.wait_for_url("**/staff/polls/*/workshop")
        self.add_question(
            "single_choice",
            "Vad gör du på rasten?",
            "Mitä teet välitunnilla?",
            ("Gungar\nSpelar fotboll\nLäser", "Keinun\nPelaan jalkapalloa\nLuen"),
        )
        self.add_question("yes_maybe_no", "Finns det en lugn plats?", "Onko pihalla rauhallinen paikka?")
        self.add_question("smiley", "Hur är gården?", "Millainen piha on?")
        return self.page.url.partition("#")[0]
