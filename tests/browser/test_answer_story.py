"""Issue 5's story, in Finnish: from closing the last session to the class that reads “we did” on its tablet."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Browser, Page, expect

from tests.browser.coordinator import Coordinator
from tests.browser.demo import Class, DemoServer
from tests.browser.records import Records
from tests.browser.staff import Staff
from tests.browser.tablet import PATIENCE_MS, Tablet

IDEA = "q10"
WISH = "Maja metsässä, johon kaikki pääsevät"
SAID = "Haluamme majan metsään."
DID = "Majat saavat nyt olla koulumetsässä koko vuoden."
FEEDBACK = "/staff/consultations/third-place/feedback"


def test_what_a_class_said_comes_back_to_its_tablet(
    demo: DemoServer, records: Records, browser: Browser, plain: Tablet
) -> None:
    session = records.find_class(demo.new_class(grades=(3, 4)))
    tablet = plain
    tablet.join_ready(session)
    demo.deliver(session, children=7)
    _wish(tablet)

    teacher = _staff(browser, demo, "teacher")
    _close(teacher, session)
    tablet.open()
    tablet.expect_at("join")
    expect(tablet.here.locator("[data-answer]")).to_be_hidden()

    mika = _staff(browser, demo, "moderator").page
    _freeze(mika, demo)
    _show_idea(mika, demo)
    _publish_results(mika, demo)
    _answer(Coordinator(mika, demo.url))

    teacher.page.goto(f"{demo.url}/staff/sessions/{session.id}/feedback?card=1")
    expect(teacher.page.locator(".deed-answer")).to_contain_text(DID)
    tablet.open()
    tablet.here.locator("[data-answer]").click()
    _expect_answer(tablet.page)


def _staff(browser: Browser, demo: DemoServer, role: str) -> Staff:
    staff = Staff(browser.new_context(locale="fi-FI").new_page(), demo)
    staff.sign_in(role)
    return staff


def _wish(tablet: Tablet) -> None:
    """One child skips everything and writes an idea that others may see."""
    tablet.begin("fi")
    tablet.skip_to(IDEA)
    tablet.here.locator("textarea").fill(WISH)
    tablet.here.locator(f'[name="{IDEA}.may_show"][value="yes"]').click()
    tablet.do("next")
    tablet.answer("exit", None)
    tablet.confirm()
    tablet.hand_over()
    tablet.hand_in()


def _close(teacher: Staff, session: Class) -> None:
    teacher.open_session(session.id)
    teacher.expect_numbers(joined=2, done=8, waiting=0)
    teacher.press("finish")
    teacher.expect_state("closing")
    teacher.page.locator("#progress #close-anyway summary").click()
    teacher.press("close")
    teacher.expect_state("closed")


def _freeze(page: Page, demo: DemoServer) -> None:
    page.goto(f"{demo.url}/staff/consultations/third-place?ask=freeze")
    page.locator('#freeze form[action$="/freeze"] button').click()
    expect(page.locator("#freeze")).to_have_count(0)


def _show_idea(page: Page, demo: DemoServer) -> None:
    page.goto(f"{demo.url}/staff/consultations/third-place/ideas")
    expect(page.locator("#desk-idea")).to_contain_text(WISH)
    page.locator('#desk-idea button[value="shown"]').click()
    expect(page.locator("#desk-idea")).not_to_contain_text(WISH)


def _publish_results(page: Page, demo: DemoServer) -> None:
    page.goto(f"{demo.url}{FEEDBACK}#results")
    page.locator('#results button[value="schools"]').click()
    expect(page.locator('#results button[value="schools"]')).to_have_count(0)


def _answer(mika: Coordinator) -> None:
    """Decision, reasons, next step and one card in both languages, published."""
    mika.press('button[value="add cards"]')
    card = "cards.c1"
    texts = {
        "decision": ("Kojor får byggas i skolskogen.", "Koulumetsään saa rakentaa majoja."),
        "reasons": ("Ni ville ha kojor i skogen.", "Toivoitte majoja metsään."),
        "next": ("I vår frågar vi om det blev bra.", "Keväällä kysymme, tuliko siitä hyvä."),
        f"{card}.said": ("Vi vill ha en koja i skogen.", SAID),
        f"{card}.did": ("Kojorna får nu stå i skolskogen hela året.", DID),
    }
    for path, (sv, fi) in texts.items():
        _write(mika, f"{path}.sv", sv)
        _write(mika, f"{path}.fi", fi)
    _write(mika, "decidedOn", date.today().isoformat())
    mika.page.locator(f"[id='{card}.state']").select_option("done")
    _expect_saved(mika, f"{card}.state")
    mika.press(f"a[id='{card}.emojiHex']")
    mika.write("q", "metsä")
    mika.press('form[role="search"] button')
    mika.press(mika.page.locator("button.hit").first)
    mika.page.wait_for_url(f"**{FEEDBACK}*")
    mika.press('#publish form button[type="submit"]')
    expect(mika.page.locator("#publish h2")).to_contain_text("Julkaistu")


def _write(mika: Coordinator, path: str, text: str) -> None:
    mika.write(path, text)
    mika.page.locator(f"[id='{path}']").blur()
    _expect_saved(mika, path)


def _expect_saved(mika: Coordinator, path: str) -> None:
    expect(mika.field(path).locator(".saved")).to_be_visible(timeout=PATIENCE_MS)


def _expect_answer(page: Page) -> None:
    """The class reads it in its school's language, and finds its own idea and what the school said."""
    expect(page.locator("html")).to_have_attribute("lang", "fi")
    deed = page.locator(".deed")
    expect(deed).to_contain_text("Te sanoitte")
    expect(deed).to_contain_text(SAID)
    expect(deed).to_contain_text("Me teimme")
    expect(deed).to_contain_text(DID)
    expect(page.locator(".idea")).to_contain_text(WISH)
