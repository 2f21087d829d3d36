"""A grown-up at a laptop: the staff pages as a teacher or reviewer uses them."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.browser.demo import DemoServer, later
from tests.browser.records import Records
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

    def visit_all(self, records: Records, lang: str) -> Iterator[str]:
        """Stands on one page after another and names it: as anyone, as a teacher, as a moderator."""
        for name in ("pictures", "privacy", "accessibility"):
            yield self._visit(name, f"/{name}", lang)
        yield self._visit("sign-in", "/staff/sign-in", lang)
        self.page.fill("[name=email]", "nobody@demo.example")
        self.page.fill("[name=password]", "wrong")
        self.page.click('form[action="/staff/sign-in"] button[type=submit]')
        expect(self.page.locator("[role=alert]:visible")).to_be_visible()
        yield "sign-in-wrong"
        self.sign_in("teacher")
        yield self._visit("overview", "/staff/", lang)
        yield self._visit("start", "/staff/consultations/third-place/start?school=sagoskogen", lang)
        for state in ("prepared", "open", "closing", "closed"):
            session = self._session_in(state)
            assert records.state(session) == state
            yield self._visit(f"session-{state}", f"/staff/sessions/{session}", lang)
            if state in ("open", "closed"):
                yield self._visit(f"board-{state}", f"/staff/sessions/{session}/board", lang)
            if state == "open":
                yield from self._visit_lesson(session, lang)
            if state == "closed":
                for card in (0, 1, 2):
                    yield self._visit(f"wall-{card}", f"/staff/sessions/{session}/wall?card={card}", lang)
        yield self._visit("not-found", "/staff/sessions/s_none", lang)
        self.page.context.clear_cookies()
        self.sign_in("moderator")
        yield self._visit("overview-moderator", "/staff/", lang)
        yield self._visit("consultation", "/staff/consultations/third-place", lang)
        yield self._visit("sheets", "/staff/consultations/third-place/sheets", lang)
        yield self._visit("freeze", "/staff/consultations/third-place?ask=freeze", lang)
        yield self._visit("shelf", "/staff/shelf", lang)
        broken = {"name": "poll.zip", "mimeType": "application/zip", "buffer": b"PK"}
        self.page.locator("#package").set_input_files(broken)  # type: ignore[arg-type]
        self.page.click("#take-in button")
        expect(self.page.locator("[role=alert]")).to_be_visible()
        yield "shelf-refused"
        yield self._visit("experience", "/staff/polls/third-place/experience", lang)
        yield from self._visit_workshop(lang)
        yield self._visit("results", "/staff/consultations/third-place/results", lang)
        yield self._visit("results-grade", "/staff/consultations/third-place/results?school=manstralen&grades=5", lang)
        expect(self.page.locator(".chart-table td").first).to_be_visible()
        for name in ("ideas", "ideas/keepers", "themes", "feedback", "report"):
            yield self._visit(name, f"/staff/consultations/third-place/{name}", lang)
        yield from self._visit_people(lang)

    def _visit_workshop(self, lang: str) -> Iterator[str]:
        """A consultation begun from the shelf, page by page, and one with a question that cannot be published."""
        yield self._visit("pictures-found", "/staff/pictures?q=keinu", lang)
        self._visit("shelf", "/staff/shelf", lang)
        self.page.click('form[action="/staff/shelf/library"] button')
        yield "workshop-consultation"
        self.page.click("main a.do")
        self.page.wait_for_url("**/workshop")
        poll = self.page.url.removeprefix(self.demo.url)
        yield "workshop"
        for name in ("questions/q1", "texts", "grades", "picture?at=questions.q1.emojiHex", "try", "tries"):
            yield self._visit(f"workshop-{name.partition('?')[0].partition('/')[0]}", f"{poll}/{name}", lang)
        yield self._visit("workshop-tries-child", f"{poll}/tries/child?texts={lang}&seed=1", lang)
        yield self._visit("workshop-new", "/staff/workshop/new", lang)
        self.page.fill("#title_sv", "Skolgården")
        self.page.click('form[action="/staff/workshop"] button[type=submit]')
        self.page.fill("#text_sv", "Vad gör du på rasten?")
        self.page.fill("#options_sv", "Gungar\nLäser")
        self.page.click(".add-question button[type=submit]")
        expect(self.page.locator("#publish .gaps")).to_be_visible()
        yield "workshop-blocked"

    def _visit_people(self, lang: str) -> Iterator[str]:
        """What an administrator keeps, and a person of their own."""
        self.page.context.clear_cookies()
        self.sign_in("administrator")
        for name in ("people", "people/new", "areas", "areas/pedersore", "log", "me"):
            yield self._visit(name.replace("/", "-"), f"/staff/{name}", lang)
        self._visit("people-new", "/staff/people/new", lang)
        self.page.fill("[name=name]", "Bo Ek")
        self.page.fill("[name=email]", f"bo.{lang}@demo.example")
        self.page.select_option("[name=area]", "satukallio")
        self.page.click('form[action="/staff/people"] button[type=submit]')
        link = self.page.locator(".link").inner_text()
        yield "people-link"
        self._visit("people", f"/staff/people?q=bo.{lang}", lang)
        self.page.click("main a.session-link")
        yield "person"
        self.page.goto(f"{link}?lang={lang}")
        yield "invitation"

    def _visit_lesson(self, session: str, lang: str) -> Iterator[str]:
        """What a teacher shows and prints before the children answer."""
        yield self._visit("guide", f"/staff/sessions/{session}/guide?children=11&tablets=5", lang)
        for step in ("introduction", "assent", "practice"):
            yield self._visit(f"board-{step}", f"/staff/sessions/{session}/board?step={step}", lang)
        for sheet in ("paper", "picture-boards", "waiting-sheet"):
            yield self._visit(sheet, f"/staff/polls/third-place/{sheet}", lang)
        yield self._visit("class-card", f"/staff/sessions/{session}/card", lang)
        held = self.page.locator(".card-address").inner_text().partition("/staff/")[2]
        yield self._visit("card-held", f"/staff/{held}", lang)
        yield self._visit("start-trial", "/staff/consultations/third-place/start?school=sagoskogen&trial=yes", lang)
        yield self._visit("worry", "/staff/worry", lang)

    def _visit(self, name: str, path: str, lang: str) -> str:
        answer = self.page.goto(f"{self.demo.url}{path}{'&' if '?' in path else '?'}lang={lang}")
        assert answer
        assert answer.ok == (name != "not-found"), path
        expect(self.page.locator(f'html[lang="{lang}"]')).to_be_attached()
        return name

    def _session_in(self, state: str) -> str:
        """A session of its own, brought so far, with a tablet that has joined."""
        session = self.demo.new_class("manstralen", (5,), opens=later() if state == "prepared" else "")
        self.demo.deliver(Records(self.demo.database).find_class(session), children=0 if state == "prepared" else 7)
        steps: dict[str, tuple[str, ...]] = {"closing": ("finish",), "closed": ("finish", "close")}
        for step in steps.get(state, ()):
            self.demo.post("teacher", f"/staff/sessions/{session}/{step}")
        return session
