"""Issue 4's story: people are invited, a poll is built and tried, a class answers, another municipality takes it over.

And the newcomer's path, counted. An action is one field filled, one choice made or one press (link or button), as
`Coordinator` counts them; opening the address that the command line printed is where the counting begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.coordinator import Coordinator
from tests.browser.installation import Installation, new_installation
from tests.browser.records import Child, Records
from tests.browser.tablet import Tablet

MOST_ACTIONS = 25
PASSWORD = "tre kajor i en lönn"

NewPerson = Callable[[], Coordinator]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with new_installation(tmp_path / "data") as made:
        yield made


@pytest.fixture
def new_person(browser: Browser, installation: Installation) -> Iterator[NewPerson]:
    """Everybody has a browser of their own."""
    contexts: list[BrowserContext] = []

    def make() -> Coordinator:
        contexts.append(browser.new_context(locale="sv-FI"))
        return Coordinator(contexts[-1].new_page(), installation.url)

    yield make
    for context in contexts:
        context.close()


def accept(person: Coordinator, link: str) -> Coordinator:
    person.page.goto(link)
    person.write("password", PASSWORD)
    person.write("again", PASSWORD)
    person.press("main form button[type=submit]")
    person.page.wait_for_url("**/staff/")
    return person


def start_session(person: Coordinator, grade: int) -> str:
    """From the form, where one school is known; returns the session's id."""
    person.press(f'label:has(input[name=grades][value="{grade}"])')
    person.press('form[action="/staff/sessions"] button[type=submit]')
    person.page.wait_for_url("**/staff/sessions/s_*")
    expect(person.page.locator("#progress .pill-open")).to_be_visible()
    return person.page.url.rsplit("/", 1)[-1]


def test_a_newcomer_comes_to_a_running_session_in_few_actions(
    installation: Installation, new_person: NewPerson
) -> None:
    ulla = accept(new_person(), installation.add_administrator("ulla@kommun.example", "Kronoby / Kruunupyy"))
    ulla.begin()
    ulla.press("#publish form button[type=submit]")
    ulla.press("#publish a[href$='/start']")
    ulla.write("place", "Nedervetil skola")
    session = start_session(ulla, 3)
    assert Records(installation.database).state(session) == "open"
    assert ulla.actions <= MOST_ACTIONS


@dataclass
class Administrator:
    """Ulla, who keeps two municipalities."""

    at: Coordinator
    new_person: NewPerson

    def add_school(self, municipality: str, name: str) -> None:
        self.at.open("/staff/areas")
        self.at.press(self.at.page.locator("a.session-link", has_text=municipality))
        self.at.write("name_sv", name)
        self.at.press("#add button[type=submit]")
        expect(self.at.page.locator("h1")).to_have_text(name)

    def invite(self, name: str, role: str, area: str) -> Coordinator:
        """The link is handed over, the person accepts it and is signed in; it works once."""
        page = self.at.page
        self.at.open("/staff/people/new")
        self.at.write("name", name)
        self.at.write("email", f"{name.lower()}@kommun.example")
        self.at.press(f"label:has(input[name=role][value={role}])")
        page.select_option("#area", label=area)
        self.at.press('form[action="/staff/people"] button[type=submit]')
        link = page.locator(".link").inner_text()
        person = accept(self.new_person(), link)
        assert page.request.get(link).status >= 400
        return person


def test_one_municipality_makes_a_poll_and_another_runs_it(
    installation: Installation, new_person: NewPerson, browser: Browser, tmp_path: Path
) -> None:
    link = installation.add_administrator("ulla@kommun.example", "Kronoby / Kruunupyy", "Larsmo / Luoto")
    ulla = Administrator(accept(new_person(), link), new_person)
    ulla.add_school("Kronoby", "Nedervetil skola")
    ulla.add_school("Larsmo", "Holms skola")
    mika = ulla.invite("Mika", "moderator", "Kronoby")
    alva = ulla.invite("Alva", "teacher", "Nedervetil skola")
    lena = ulla.invite("Lena", "moderator", "Larsmo")
    tove = ulla.invite("Tove", "teacher", "Larsmo")

    mika.begin()
    _try(mika)
    mika.press("#publish form button[type=submit]")
    expect(mika.page.locator("#publish h2")).to_contain_text("Publicerat")

    alva.open("/staff/")
    alva.press("a[href*='/start?school=']")
    session = start_session(alva, 3)
    _answer(browser, installation, session)
    expect(alva.page.locator("#progress dl.numbers dd").nth(2)).to_have_text("1")

    package = _export(mika, tmp_path / "poll.zip")
    lena.open("/staff/")
    expect(lena.page.locator("main")).not_to_contain_text("Skolgården")
    lena.open("/staff/shelf")
    lena.page.set_input_files("#package", package)
    lena.press("#take-in button[type=submit]")
    lena.page.wait_for_url("**/workshop")
    if "/consultations/" in lena.page.url:
        lena.press("#polls h3 a")
    lena.press("#publish form button[type=submit]")
    expect(lena.page.locator("#publish h2")).to_contain_text("Publicerat")
    tove.open("/staff/")
    tove.press("a[href*='/start?school=']")
    expect(tove.page.locator(".chosen-school")).to_have_text("Holms skola")
    second = start_session(tove, 3)

    records = Records(installation.database)
    assert records.number("responses", session) == 1
    assert records.number("responses", second) == 0
    revisions = records.rows("SELECT revision FROM sessions WHERE id IN (?, ?)", session, second)
    assert len(set(revisions)) == 2


def _try(mika: Coordinator) -> None:
    """Plays the first page in both languages as a child would see it, and comes back."""
    home = mika.page.url.partition("#")[0]
    mika.press("#publish a[href$='/try']")
    for lang, words in (("sv", "Skolgården"), ("fi", "Koulun piha")):
        mika.press(f".try-ways a[lang={lang}]")
        booklet = mika.page.frame_locator("iframe.trial")
        expect(booklet.locator(f"main[lang={lang}]")).to_contain_text(words)
        booklet.locator("section:not([hidden]) button[data-do=start]").first.click()
    mika.page.goto(home)


def _answer(browser: Browser, installation: Installation, session: str) -> None:
    """One child, from the four pictures to the tick."""
    context = browser.new_context(viewport={"width": 768, "height": 954})
    tablet = Tablet(context.new_page(), installation.url)
    tablet.join_ready(Records(installation.database).find_class(session))
    assert [asked.kind for asked in tablet.questions()][:3] == ["single_choice", "yes_maybe_no", "smiley"]
    tablet.play(Child("fi", {asked.id: asked.options[0] for asked in tablet.questions()}))
    tablet.hand_over()
    tablet.hand_in()
    context.close()


def _export(mika: Coordinator, to: Path) -> Path:
    mika.open("/staff/")
    mika.press(mika.page.locator("article", has_text="Skolgården").locator("a[href^='/staff/consultations/c']").last)
    mika.press("main a[href$='/workshop']")
    with mika.page.expect_download() as download:
        mika.press("a[href$='/package']")
    download.value.save_as(to)
    return to
