"""A child's hands on a tablet: taps and looks, through the booklet's documented hooks only (docs/contracts.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.demo import Class
from tests.browser.device import Device
from tests.browser.records import Answer, Child

# Long enough for two cores that are busy with something else; nothing is ever judged by its speed here.
PATIENCE_MS = 60_000
_LOOK_MS = 50
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Asked:
    """What a question's page offers; `options` in the revision's order, sides as `p1.outdoors`; up to `most` of it."""

    id: str
    kind: str
    options: tuple[str, ...]
    most: int


_READ_QUESTIONS = """sections => sections.map(section => [
  section.dataset.question, section.dataset.kind,
  [...section.querySelectorAll('[data-tile]')].map(tile => tile.dataset.tile), Number(section.dataset.max)])"""

# Every option as often as it is chosen, a coin each; a ranking in its order.
_READ_CHOSEN = """section => {
  const placed = [...section.querySelectorAll('input[data-place]:enabled')].map(input => input.value);
  return placed.concat([...section.querySelectorAll('[data-tile]')].flatMap(tile => {
    const input = tile.querySelector(':scope > input');
    const times = input?.type === 'hidden' ? Number(input.value) : Number(input?.checked ?? 0);
    return Array(times).fill(tile.dataset.tile);
  }));
}"""

_READ_STORE = """store => new Promise((resolve, reject) => {
  const opening = indexedDB.open('tyck');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const reading = opening.result.transaction(store).objectStore(store).getAll();
    reading.onsuccess = () => { opening.result.close(); resolve(reading.result); };
  };
})"""


# One page after another with a mouse, which none that has just come keeps waiting; each once the page before has turned
# and what was tapped there is marked.
_WALK = """async ([pages, patience]) => {
  const here = () => document.querySelector('section[data-screen]:not([hidden])');
  const seen = async (is, what) => {
    for (const until = performance.now() + patience; !is(); await new Promise(done => setTimeout(done, 10)))
      if (performance.now() > until) throw Error(`Never seen: ${what}`);
  };
  const tap = async (button, what) => {
    await seen(() => !button.disabled, `${what} may be tapped`);
    dispatchEvent(new PointerEvent('pointerdown', {pointerType: 'mouse'}));
    button.click();
  };
  const laid = tile => Number(tile.querySelector('output')?.textContent);
  for (const [question, taps, step] of pages) {
    await seen(() => here().dataset.question === question, question);
    const page = here();
    for (const css of taps) {
      const control = page.querySelector(css);
      const tile = control.closest('[data-tile]');
      const coins = laid(tile);
      await tap(control, css);
      await seen(() => control.matches(':checked, [aria-pressed=true]') || laid(tile) > coins, `a mark on ${css}`);
    }
    await tap(page.querySelector(`button[data-do="${step}"]`), step);
    await seen(() => here() !== page, `${step} has turned ${question}`);
  }
}"""


class Tablet:
    """`base` is the address it speaks to: the server's, or a proxy's in front of it."""

    def __init__(self, page: Page, base: str, device: Device | None = None) -> None:
        self.page = page
        self.base = base
        self._device = device
        page.set_default_timeout(PATIENCE_MS)

    # looking

    def section(self, at: str) -> Locator:
        """A screen by its name; questions as `q1`."""
        if at.startswith("q") or at == "exit":
            return self.page.locator(f'section[data-screen="question"][data-question="{at}"]')
        return self.page.locator(f'section[data-screen="{at}"]')

    def expect_at(self, at: str) -> None:
        expect(self.section(at)).to_be_visible()

    @property
    def here(self) -> Locator:
        return self.page.locator("section[data-screen]:visible")

    @property
    def at(self) -> str:
        """The name of the screen that is shown."""
        expect(self.here).to_have_count(1)
        return str(
            self.here.evaluate(
                "each => each.dataset.screen === 'question' ? each.dataset.question : each.dataset.screen"
            )
        )

    @property
    def lang(self) -> str:
        return str(self.page.locator("main").get_attribute("lang"))

    def chosen(self, question: str) -> list[str]:
        return [str(option) for option in self.section(question).evaluate(_READ_CHOSEN)]

    def shown_order(self, question: str) -> list[str]:
        tiles = self.section(question).locator("[data-tile]")
        return [str(name) for name in tiles.evaluate_all("all => all.map(each => each.dataset.tile)")]

    def expect_ready(self) -> None:
        expect(self.page.locator('[data-ready="yes"]:visible')).to_be_visible()

    def expect_unsent(self, number: int) -> None:
        expect(self.page.locator(f'[data-unsent="{number}"]').first).to_be_attached()

    def questions(self) -> list[Asked]:
        """Asked while the language page stands, before any order is a child's own."""
        found = self.page.locator('section[data-screen="question"]').evaluate_all(_READ_QUESTIONS)
        return [Asked(id, kind, tuple(options), most) for id, kind, options, most in found]

    # tapping

    def do(self, action: str) -> None:
        self.here.locator(f'button[data-do="{action}"]').click()

    def go(self, action: str, to: str) -> None:
        """Presses a button and sees the screen it leads to."""
        self.do(action)
        self.expect_at(to)

    def open(self, path: str = "/app/") -> None:
        self.page.goto(self.base + path)

    def join(self, joined: Class) -> None:
        """By the class's link, up to the first page of the booklet."""
        self.open(f"/app/j/{joined.link}")
        self.expect_at("language")

    def join_by_pictures(self, joined: Class) -> None:
        """The four pictures in their order, up to the same page."""
        self.open()
        self.expect_at("join")
        self.tap_pictures(joined)
        self.expect_at("language")

    def tap_pictures(self, joined: Class) -> None:
        for picture in joined.pictures:
            self.page.locator(f'button[data-join="{picture}"]').click()

    def join_ready(self, joined: Class) -> None:
        """Joined, and the welcome page has said that no network is needed any more; back on the language page."""
        self.join(joined)
        self.make_ready()

    def make_ready(self) -> None:
        self.choose_language(self.lang)
        self.expect_ready()
        self.go("back", "language")

    def leave_class(self) -> None:
        self.go("other-class", "join")

    def choose_language(self, lang: str) -> None:
        self.here.locator(f'button[data-do="language"][data-lang="{lang}"]').click()
        self.expect_at("welcome")
        expect(self.page.locator(f'main[lang="{lang}"]')).to_be_visible()

    def let_in(self, pin: str) -> None:
        """The figures of the class card, where a tablet asks for them."""
        self.here.get_by_role("textbox").fill(pin)
        self.here.get_by_role("textbox").press("Enter")

    def switch_language(self, lang: str) -> None:
        """By the switch on every screen."""
        self.here.locator(f'button[data-do="language"][data-lang="{lang}"]').click()
        expect(self.page.locator(f'main[lang="{lang}"]')).to_be_visible()

    def double_tap(self, control: Locator) -> None:
        """Two taps of a finger in one moment: from outside, a busy machine might put half a second between them."""
        control.evaluate(
            """button => {
                 for (let taps = 0; taps < 2; taps++) {
                   button.dispatchEvent(new PointerEvent('pointerdown', {pointerType: 'touch', bubbles: true}));
                   button.click();
                 }
               }"""
        )

    def choose(self, question: str, answer: Answer) -> None:
        """Taps what makes an answer; the marks are there when this returns."""
        section = self.section(question)
        if isinstance(answer, dict):
            for key, value in answer.items():
                if isinstance(value, int):
                    self._lay(section, key, value)
                else:
                    self._check(section.locator(f'input[name="{question}.{key}"][value="{value}"]'))
        elif section.get_attribute("data-kind") == "rank":
            for option in answer or ():
                section.locator(f'button[data-rank="{option}"]').click()
                expect(section.locator(f'button[data-rank="{option}"]')).to_have_attribute("aria-pressed", "true")
        else:
            for value in (answer,) if isinstance(answer, str) else answer or ():
                self._check(section.locator(f'input[name="{question}"][value="{value}"]'))

    def _check(self, tile: Locator) -> None:
        tile.click()
        expect(tile).to_be_checked()

    def _lay(self, section: Locator, option: str, coins: int) -> None:
        tile = section.locator(f'[data-tile="{option}"]')
        for laid in range(1, coins + 1):
            tile.locator('button[data-coin="+1"]').click()
            expect(tile.locator("output")).to_have_text(str(laid))

    def answer(self, question: str, answer: Answer) -> None:
        """Chooses and goes on, or skips."""
        self.expect_at(question)
        self.choose(question, answer)
        self.do("next" if answer else "skip")
        expect(self.section(question)).to_be_hidden()

    def answer_all(self, answers: Mapping[str, Answer]) -> None:
        """Question after question up to the overview, quickly: for tests of what becomes of answers, not of taps."""
        kinds = {asked.id: asked.kind for asked in self.questions()}
        self._walk([(each, _taps(each, kinds[each], answer), bool(answer)) for each, answer in answers.items()])
        self.expect_at("review")

    def skip_to(self, to: str) -> None:
        """From the question that is shown to a later one or to the overview, as quickly, for what comes there."""
        expect(self.page.locator('section[data-screen="question"]:visible')).to_have_count(1)
        ids = [asked.id for asked in self.questions()]
        passed = ids[ids.index(self.at) : ids.index(to) if to in ids else None]
        self._walk([(each, [], False) for each in passed])
        self.expect_at(to)

    def _walk(self, pages: list[tuple[str, list[str], bool]]) -> None:
        steps = [(question, taps, "next" if goes_on else "skip") for question, taps, goes_on in pages]
        self.page.evaluate(_WALK, [steps, PATIENCE_MS])

    @property
    def device(self) -> Device:
        assert self._device is not None, "This tablet is only a page."
        return self._device

    def set_offline(self, offline: bool) -> None:
        self.page.context.set_offline(offline)

    def hurry(self) -> None:
        """The server is asked at once, when the page is hidden and seen again, or hears that the network is back."""
        if self._device is None:
            self.page.evaluate("dispatchEvent(new Event('online'))")
            return
        self._device.cover()
        self.page.bring_to_front()

    def hand_in(self) -> None:
        """Until all that was kept is sent, which the tablet does by itself within half a minute."""
        if self._device is None:
            eventually(self._sent_when_online, "0 in outbox", self.page)
            return
        self._device.cover()
        self.expect_stored("outbox", 0)
        self.page.bring_to_front()

    def _sent_when_online(self) -> bool:
        self.hurry()
        return not self.stored("outbox")

    def beside(self) -> Tablet:
        """Another tab of the same tablet, in front of this one."""
        return Tablet(self.page.context.new_page(), self.base, self._device)

    # a whole turn

    def begin(self, lang: str) -> None:
        """From the language page to the first question."""
        self.choose_language(lang)
        self.go("start", "assent")
        self.go("yes", "practice")
        self.do("next")
        expect(self.section("practice")).to_be_hidden()

    def confirm(self) -> None:
        self.go("confirm", "thanks")
        expect(self.section("thanks").locator("[data-saved]")).to_be_visible()

    def hand_over(self) -> None:
        self.go("next", "handover")
        self.go("new-child", "language")

    def play(self, child: Child) -> None:
        """One child from the language page to the tick; the tablet stays on the thanks."""
        self.begin(child.lang)
        self.answer_all(child.answers)
        self.confirm()

    # what the tablet keeps

    def expect_stored(self, store: str, number: int) -> None:
        eventually(lambda: len(self.stored(store)) == number, f"{number} in {store}", self.page)

    def expect_kept(self, question: str, answer: Answer) -> None:
        """The tapped answer is on the disk."""
        wanted = list(answer) if isinstance(answer, tuple) else answer
        eventually(
            lambda: [draft["answers"].get(question) for draft in self.stored("drafts")] == [wanted],
            f"{question} kept as {answer}",
            self.page,
        )

    def stored(self, store: str) -> list[dict[str, Any]]:
        """The records of one IndexedDB store, read past our own code."""
        found: list[dict[str, Any]] = self.page.evaluate(_READ_STORE, store)
        return found


def _taps(question: str, kind: str, answer: Answer) -> list[str]:
    """What is to be tapped for an answer, one after another."""
    if isinstance(answer, dict):
        coins = [
            f'[data-tile="{key}"] button[data-coin="+1"]'
            for key, n in answer.items()
            if isinstance(n, int)
            for _ in range(n)
        ]
        return coins or [f'input[name="{question}.{key}"][value="{value}"]' for key, value in answer.items()]
    chosen = (answer,) if isinstance(answer, str) else answer or ()
    return [
        f'button[data-rank="{each}"]' if kind == "rank" else f'input[name="{question}"][value="{each}"]'
        for each in chosen
    ]


def eventually(check: Callable[[], bool], what: str, page: Page) -> None:
    """Waits for a state that no page shows."""
    for _ in range(PATIENCE_MS // _LOOK_MS):
        # The page may be on its way to another one just now.
        with suppress(Error):
            if check():
                return
        page.wait_for_timeout(_LOOK_MS)
    raise AssertionError(f"Never came: {what}")


def invent(questions: list[Asked], number: int, lang: str, *, end: str = "done") -> Child:
    """The turn of child `number`: different for every number up to some hundred; every third number skips something."""
    answers: dict[str, Answer] = {}
    rest = number
    for at, asked in enumerate(questions):
        is_skipped = asked.kind != "multi_choice" and number % 3 == 2 and at == number % len(questions)
        answers[asked.id] = None if is_skipped or not asked.options else _answer(asked, number, rest)
        rest //= max(1, len(asked.options))
    return Child(lang, answers, end)


def _answer(asked: Asked, number: int, rest: int) -> Answer:
    options = asked.options
    chosen, other = options[rest % len(options)], options[number % len(options)]
    if asked.kind == "multi_choice":
        return tuple(each for each in options if each in (chosen, other))[: asked.most]
    if asked.kind == "rank":
        return (chosen,) if chosen == other else (chosen, other)
    if asked.kind == "budget":
        return {chosen: asked.most} if chosen == other else {chosen: 2, other: asked.most - 3}
    if asked.kind == "this_or_that":
        sides = [option.split(".") for option in options if "." in option]
        return {pair: side for at, (pair, side) in enumerate(sides) if at % 2 == (number >> at // 2) % 2}
    return chosen


def fullest(asked: Asked) -> Answer:
    """As much as a child may choose."""
    if asked.kind == "budget":
        return {asked.options[0]: asked.most - 1, asked.options[1]: 1}
    if asked.kind == "this_or_that":
        return {pair: side for pair, _, side in (option.partition(".") for option in asked.options) if side}
    if asked.kind in ("multi_choice", "rank"):
        return asked.options[: asked.most]
    return asked.options[-1] if asked.options else None
