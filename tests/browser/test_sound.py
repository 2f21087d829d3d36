"""The listen button: reads what is shown in the order it is shown, only when asked, also without network."""

from __future__ import annotations

import re
import sqlite3
from hashlib import sha256

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from server.domain.sounds import FORMATS
from tests.browser.demo import PATIENCE_S, Class, DemoServer
from tests.browser.records import Records
from tests.browser.staff import Staff
from tests.browser.tablet import Tablet, eventually
from tests.browser.walk import never_silent
from tests.sounds import needs_voice, spoken

pytestmark = needs_voice

LEAST_PX = 64
_MARKED = re.compile(r'data-say-aloud="([\w-]{8})"')
# What was lit, in order, is kept on the page: a part may be over before it is looked for from outside.
# The page taps by itself when that part begins: from outside, a busy machine would come when all is over.
_WATCH = """([tapped, part]) => {
  window.lit = [];
  window.watching?.disconnect();
  window.watching = new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target.dataset.sayAloud && target.hasAttribute('data-sounding'))
        if (window.lit.push(target.textContent.trim()) === part)
          [...document.querySelectorAll(`[data-do="${tapped}"]`)].find(each => each.getClientRects().length).click();
  });
  window.watching.observe(document.querySelector('main'), { subtree: true, attributeFilter: ['data-sounding'] });
}"""
_VOICES = """(voices) => {
  window.said = [];
  const speech = {
    getVoices: () => voices,
    cancel() {},
    addEventListener() {},
    speak(said) { window.said.push(said.text); setTimeout(() => said.onend(), 50); },
  };
  Object.defineProperty(window, 'speechSynthesis', { value: speech });
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
}"""


@pytest.fixture(scope="module")
def demo(demo: DemoServer) -> DemoServer:
    """Everything the Swedish pages say has a short real sound; the Finnish texts have none."""
    sound = spoken("Ja", "sv")
    first = Records(demo.database).find_class(demo.new_class())
    joined = demo.join(first)
    pages = [joined["booklets"]["sv"], "/app/?lang=sv"]
    keys = {key for page in pages for key in _MARKED.findall(httpx2.get(demo.url + page, timeout=PATIENCE_S).text)}
    rows = []
    for key in keys:
        for name, body in sound.bodies.items():
            digest = sha256(body).hexdigest()
            rows.append(("", key, name, f"{digest[:20]}.{FORMATS[name].suffix}", digest, len(body), body))
    with sqlite3.connect(demo.database, timeout=30) as file:
        file.executemany("INSERT OR REPLACE INTO sounds VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    return demo


def button(tablet: Tablet) -> Locator:
    return tablet.here.locator('button[data-do="listen"]')


def watch(page: Page, tapped: str = "", part: int = 0) -> None:
    """Notes what is lit; `tapped` is tapped as soon as the `part`-th is, counted from one."""
    page.evaluate(_WATCH, [tapped, part])


def listen(tablet: Tablet, tapped: str = "", part: int = 0) -> None:
    expect(button(tablet)).to_be_visible()
    watch(tablet.page, tapped, part)
    button(tablet).click()
    tablet.page.wait_for_function("window.lit.length > 0")


def heard(tablet: Tablet) -> list[str]:
    """What was lit, once it is silent again."""
    expect(tablet.page.locator("main:not([data-sounding])")).to_be_attached()
    expect(tablet.page.locator("[data-sounding]")).to_have_count(0)
    return lit(tablet)


def lit(tablet: Tablet) -> list[str]:
    return [str(text) for text in tablet.page.evaluate("window.lit")]


def labels(tablet: Tablet, question: str) -> list[str]:
    """The tiles' words as they stand on the page."""
    shown = tablet.section(question).locator(".tile-label")
    return [text.strip() for text in shown.all_text_contents()]


def test_a_question_is_read_first_and_its_options_as_they_are_shown(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    plain.begin("sv")
    plain.expect_at("q1")
    listen(plain)
    said = heard(plain)
    assert said[0] == plain.section("q1").locator("h1").inner_text()
    assert said[-6:] == labels(plain, "q1")


def test_nothing_sounds_that_was_not_asked_for(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    plain.begin("sv")
    watch(plain.page)
    plain.answer("q1", "home")
    plain.expect_at("q2")
    assert heard(plain) == []


def test_a_second_tap_stops_and_so_does_turning_the_page(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    plain.begin("sv")
    listen(plain, "listen", 2)
    assert len(heard(plain)) == 2
    listen(plain, "skip", 1)
    plain.expect_at("q2")
    assert len(heard(plain)) < 6


def test_the_button_says_what_it_will_do_and_keeps_its_place(plain: Tablet, a_class: Class) -> None:
    never_silent(plain.page)
    plain.join(a_class)
    plain.begin("fi")
    expect(button(plain)).to_have_accessible_name("Kuuntele")
    before = button(plain).bounding_box()
    listen(plain)
    expect(button(plain)).to_have_accessible_name("Pysäytä ääni")
    assert button(plain).bounding_box() == before
    assert before
    assert min(before["width"], before["height"]) >= LEAST_PX
    button(plain).press("Space")
    expect(button(plain)).to_have_accessible_name("Kuuntele")
    expect(button(plain)).to_be_focused()


def test_the_language_page_and_the_join_page_can_be_heard(plain: Tablet, a_class: Class) -> None:
    plain.open("/app/?lang=sv")
    plain.expect_at("join")
    expect(button(plain)).to_be_visible()
    plain.tap_pictures(a_class)
    plain.expect_at("language")
    listen(plain)
    assert {"Svenska", "Suomi"} & set(heard(plain))


def test_without_a_sound_or_a_voice_there_is_no_button(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    plain.choose_language("fi")
    plain.expect_ready()
    plain.go("start", "assent")
    expect(button(plain)).to_be_hidden()


@pytest.mark.parametrize(
    ("voices", "speaks"),
    [
        ([{"lang": "en-US", "localService": True}], False),
        ([{"lang": "fi-FI", "localService": False}], False),
        ([{"lang": "fil-PH", "localService": True}], False),
        ([{"lang": "en-GB", "localService": True}, {"lang": "fi_FI", "localService": True}], True),
    ],
)
def test_a_voice_of_the_tablet_is_the_last_source(
    context: BrowserContext, demo: DemoServer, a_class: Class, voices: list[dict[str, object]], speaks: bool
) -> None:
    page = context.new_page()
    page.add_init_script(f"({_VOICES})({str(voices).replace('True', 'true').replace('False', 'false')})")
    tablet = Tablet(page, demo.url)
    tablet.join(a_class)
    tablet.choose_language("fi")
    tablet.go("start", "assent")
    if not speaks:
        expect(button(tablet)).to_be_hidden()
        return
    listen(tablet)
    assert heard(tablet) == page.evaluate("window.said.map((text) => text.trim())")


def test_a_ready_tablet_reads_aloud_without_network(plain: Tablet, demo: DemoServer, a_class: Class) -> None:
    plain.join(a_class)
    plain.choose_language("sv")
    plain.expect_ready()
    eventually(lambda: _kept(plain), "a kept list of sounds", plain.page)
    demo.stop()
    plain.page.reload()
    plain.choose_language("sv") if plain.at == "language" else plain.expect_at("welcome")
    listen(plain)
    assert len(heard(plain)) > 3
    demo.start()


def _kept(tablet: Tablet) -> bool:
    """Whether the worker holds the list and every sound on it."""
    return bool(
        tablet.page.evaluate(
            """async () => {
                 const media = await caches.open('tyck-media');
                 const lists = (await media.keys()).filter(({ url }) => url.includes('/app/sounds/'));
                 if (!lists.length) return false;
                 for (const list of lists) {
                   const { sounds } = await (await media.match(list)).json();
                   for (const { url } of Object.values(sounds)) if (!(await media.match(url))) return false;
                 }
                 return true;
               }"""
        )
    )


@pytest.mark.parametrize("step", ["introduction", "assent", "practice", "code"])
def test_the_teachers_board_reads_itself_aloud_when_asked(context: BrowserContext, demo: DemoServer, step: str) -> None:
    """From the same sounds, part after part; a second tap stops it."""
    teacher = Staff(context.new_page(), demo)
    teacher.sign_in("teacher")
    page = teacher.page
    page.goto(f"{demo.url}/staff/sessions/{demo.new_class()}/board?step={step}&lang=sv")
    listen = page.locator('[data-do="listen"]')
    expect(listen).to_be_visible()
    watch(page)
    listen.click()
    parts = page.locator("[data-say-aloud]").count()
    page.wait_for_function("parts => window.lit.length === parts", arg=parts)
    expect(page.locator("[data-sounding]")).to_have_count(0)
    watch(page, "listen", 1)
    listen.click()
    page.wait_for_function("window.lit.length > 0")
    expect(page.locator("[data-sounding]")).to_have_count(0)
    assert page.evaluate("window.lit") == [page.locator("h1").inner_text()]
    assert parts > 1
