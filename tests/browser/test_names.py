"""What a screen reader meets: the name, role and state of every control, and what is said when something changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.demo import Class, DemoServer
from tests.browser.records import Answer, Records
from tests.browser.tablet import Tablet

_SIDES = ["Ute", "Inne", "Lugn och ro", "Liv och rörelse", "Ett stort ställe för alla", "Många små ställen"]
_WORKSHOP = "Verkstad där vi bygger och fixar"
_MAY_SHOW = "Får andra barn och vuxna se det du gjorde?"

# What stands on each question's page, before anything is chosen. The tiles' order is each child's own.
_PAGES = {
    "q1": ['group "Var är du helst när skolan är slut?":', 'radio "Hemma"', 'radio "Någon annanstans"'],
    "q2": ['group "Vad gör ett ställe bra?":', 'checkbox "Sköna soffor"', 'checkbox "En trygg vuxen"'],
    "q3": ['radio "De är inte så bra"', 'radio "Mittemellan"', 'radio "De är bra"'],
    "q6": ['group "Vad är viktigast på ett nytt ställe?":', 'button "Rent och fint"', 'button "Ångra" [disabled]'],
    "q7": [
        'paragraph: "Mynt kvar: 10"',
        f'button "Ta bort ett mynt från: {_WORKSHOP}" [disabled]',
        f'button "Lägg ett mynt på: {_WORKSHOP}"',
        f'status "{_WORKSHOP}": "0"',
    ],
    "q8": ['group "Var i byn vill du ha stället?":', 'radio "Vid ån"', 'radio "Mitt bland husen"'],
    "q9": ['group "Vilket väljer du?":', *(f'radio "{side}"' for side in _SIDES)],
    "q10": [
        'img "Papper att rita på"',
        'radiogroup "Pennans färg":',
        'radio "Mörk" [checked]',
        'textbox "Skriv":',
        f'group "{_MAY_SHOW}":',
        'radio "Ja"',
    ],
}
# An answer, what it changes on the page, and what is said aloud beside the tile's own state.
_ANSWERS: dict[str, tuple[Answer, list[str], str]] = {
    "q1": ("home", ['radio "Hemma" [checked]'], ""),
    "q2": (
        ("friends", "fun"),
        ['checkbox "Roliga saker att göra" [checked]', 'checkbox "Sköna soffor" [disabled]'],
        "Du har valt 2. Ta bort en om du vill byta.",
    ),
    "q3": ("between", ['radio "Mittemellan" [checked]'], ""),
    "q6": (
        ("free", "clean"),
        ['button "Det kostar ingenting Nummer 1" [pressed]', 'button "Rent och fint Nummer 2" [pressed]'],
        "Nummer 2",
    ),
    "q7": (
        {"workshop": 3},
        [f'status "{_WORKSHOP}": "3"', f'button "Ta bort ett mynt från: {_WORKSHOP}"'],
        "Mynt kvar: 7",
    ),
    "q8": ("river", ['radio "Vid ån" [checked]'], ""),
    "q9": ({"p1": "indoors"}, ['radio "Inne" [checked]', 'radio "Ute"'], ""),
}


@pytest.fixture
def at_q1(plain: Tablet, demo: DemoServer, records: Records) -> Tablet:
    plain.join(records.find_class(demo.new_class(grades=(3, 4))))
    plain.begin("sv")
    plain.expect_at("q1")
    return plain


def met(tablet: Tablet) -> set[str]:
    """Every line of the page as assistive technology meets it."""
    lines = tablet.here.aria_snapshot().splitlines()
    return {line.strip().removeprefix("- ").strip("'") for line in lines}


def test_every_question_says_what_it_is_and_what_was_chosen(at_q1: Tablet) -> None:
    for asked in at_q1.questions():
        at_q1.expect_at(asked.id)
        text = at_q1.here.locator("h1").inner_text()
        common = [f'heading "{text}" [level=1]', 'button "Hoppa över"', 'button "Nästa" [disabled]', 'button "Sluta"']
        assert not {*common, *_PAGES.get(asked.id, [])} - met(at_q1)
        answer, changes, said = _ANSWERS.get(asked.id, (None, [], ""))
        if answer is not None:
            at_q1.choose(asked.id, answer)
            assert not {*changes, 'button "Nästa"'} - met(at_q1)
            expect(at_q1.page.locator("[data-live]")).to_have_text(said)
        at_q1.do("next" if answer else "skip")
        expect(at_q1.section(asked.id)).to_be_hidden()
    assert not {'button "Ändra: Vilket väljer du?"', "text: Det kostar ingenting 1 Rent och fint 2"} - met(at_q1)


def test_a_name_in_an_idea_is_said_once_it_is_written(at_q1: Tablet) -> None:
    at_q1.skip_to("q10")
    at_q1.here.locator("textarea").fill("Jag vill leka med Alva")
    hint = at_q1.here.get_by_role("status")
    expect(hint).to_have_text("Skrev du ett namn? Ta bort det.", use_inner_text=True)
    expect(at_q1.here.locator("textarea")).to_have_accessible_description("Skrev du ett namn? Ta bort det.")
    at_q1.here.locator("textarea").fill("Jag vill leka")
    expect(hint).to_have_text("", use_inner_text=True)


def test_a_page_is_named_by_its_heading_and_in_the_title(at_q1: Tablet) -> None:
    for step, to in (("next", "q1"), ("skip", "q2"), ("stop", "stop"), ("discard", "handover")):
        if to != "q1":
            at_q1.go(step, to)
        heading = at_q1.here.locator("h1")
        expect(heading).to_be_focused()
        expect(at_q1.here).to_have_accessible_name(heading.inner_text())
        assert at_q1.page.title().startswith(heading.inner_text())


def test_joining_says_which_picture_and_whether_it_was_right(plain: Tablet, a_class: Class) -> None:
    plain.open("/app/?lang=sv")
    plain.expect_at("join")
    live = plain.page.locator("[data-live]")
    plain.page.locator('[data-join="cat"]').click()
    plain.page.locator('[data-join="owl"]').click()
    expect(live).to_have_text("Katt, Uggla")
    expect(plain.here.get_by_role("img", name="Uggla")).to_be_visible()
    plain.do("back")
    expect(live).to_have_text("Katt")
    for picture in ("cat", "cat", "cat"):
        plain.page.locator(f'[data-join="{picture}"]').click()
    expect(live).to_have_text("Inte riktigt. Prova en gång till.")


@pytest.mark.parametrize("lang", ["sv", "fi"])
def test_every_control_and_picture_has_its_words(lang: str, plain: Tablet, a_class: Class) -> None:
    """A name for each control; a picture beside its label says nothing of its own."""
    plain.join_ready(a_class)
    plain.begin(lang)
    controls = plain.page.locator('button, textarea, canvas, input:not([type="hidden"])')
    names = controls.evaluate_all("""all => all.map(each => each.ariaLabel || each.textContent.trim()
      || each.labels?.[0]?.innerText.trim() || each.closest('label')?.textContent.trim() || '')""")
    assert all(names)
    assert plain.page.locator("img").evaluate_all("all => all.every(each => each.alt === '')")
    hidden = plain.page.locator("main svg").evaluate_all("all => all.every(each => each.ariaHidden === 'true')")
    assert hidden


_WORDS = """() => {
  const found = [];
  const words = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode.data.trim();
    if (/\\p{L}{3}/u.test(text)) found.push([text, words.currentNode.parentElement.closest('[lang]').lang]);
  }
  return found;
}"""
# The same in both languages and right in both.
_SHARED = {"Tyck"}


def test_no_page_mixes_its_languages(browser: Browser, demo: DemoServer, records: Records) -> None:
    """Nothing is left untranslated, and what is said in the other language says so."""
    (revision, *_), *_ = records.rows("SELECT id FROM revisions")
    booklets = [f"/app/b/{revision}-{profile}" for profile in ("short", "long")]
    pairs = [("/app/?lang=sv", "/app/?lang=fi"), *((f"{booklet}/sv", f"{booklet}/fi") for booklet in booklets)]
    # The pages as the server draws them: the client would leave a booklet nobody has joined for.
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for swedish, finnish in pairs:
        said = {}
        for lang, path in (("sv", swedish), ("fi", finnish)):
            page.goto(demo.url + path)
            words: list[tuple[str, str]] = [(text, marked) for text, marked in page.evaluate(_WORDS)]
            assert {marked for _text, marked in words} == {"sv", "fi"}
            said[lang] = {text for text, marked in words if marked == lang}
        assert len(said["sv"]) == len(said["fi"])
        assert not (said["sv"] & said["fi"]) - _SHARED
    context.close()
