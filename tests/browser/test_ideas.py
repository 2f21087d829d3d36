"""Drawing and writing on a tablet: kept and sent like every answer, and where nothing may be kept at all."""

from __future__ import annotations

import io
import json
import math

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.demo import Class, DemoServer
from tests.browser.proxy import CAPTIVE_PORTAL, Fault, FaultyProxy, Forged, Loss
from tests.browser.records import Records
from tests.browser.tablet import Tablet, eventually

IDEA = "q10"
TEXT = "Metsä, jossa on majoja"
KEPT = "SELECT question, school, grades, lang, may_show, held, text, picture FROM ideas"
_IS_BLANK = "canvas => !canvas.getContext('2d').getImageData(0, 0, 960, 720).data.some(part => part)"


@pytest.fixture
def tablet(plain: Tablet) -> Tablet:
    """A page is enough here; what a hidden page and a device switched off do is in test_faults.py."""
    return plain


@pytest.fixture
def writers(demo: DemoServer, records: Records) -> Class:
    """Grades 3 and 4, who may write too."""
    return records.find_class(demo.new_class(grades=(3, 4)))


def paper(tablet: Tablet) -> Locator:
    return tablet.here.locator("canvas[data-draw]")


def draw(tablet: Tablet, waves: float = 2) -> None:
    """One long stroke of a hand over most of the paper."""
    box = paper(tablet).bounding_box()
    assert box
    mouse = tablet.page.mouse
    for step in range(41):
        x = box["x"] + box["width"] * (0.1 + 0.02 * step)
        mouse.move(x, box["y"] + box["height"] * (0.5 + 0.3 * math.sin(waves * math.tau * step / 40)))
        if step == 0:
            mouse.down()
    mouse.up()


def is_blank(tablet: Tablet) -> bool:
    return bool(paper(tablet).evaluate(_IS_BLANK))


def go_to_idea(tablet: Tablet, lang: str = "fi") -> None:
    tablet.begin(lang)
    tablet.skip_to(IDEA)


def finish(tablet: Tablet) -> None:
    tablet.do("next")
    expect(tablet.section(IDEA)).to_be_hidden()
    tablet.answer("exit", None)
    tablet.confirm()


def ideas(records: Records, joined: Class) -> list[tuple[object, ...]]:
    """What is kept of this school's ideas whose text or lack of it the test knows."""
    return records.rows(f"{KEPT} WHERE school = ?", joined.school)


def expect_strokes(tablet: Tablet, number: int) -> None:
    eventually(
        lambda: [len(draft["ideas"][IDEA]["strokes"]) for draft in tablet.stored("drafts")] == [number],
        f"{number} strokes kept",
        tablet.page,
    )


def test_an_idea_without_network_survives_reload_and_language_and_arrives(
    tablet: Tablet, demo: DemoServer, records: Records
) -> None:
    joined = records.find_class(demo.new_class(school="sagoskogen", grades=(5, 6)))
    tablet.join_ready(joined)
    tablet.set_offline(True)
    go_to_idea(tablet, "sv")
    expect(tablet.here.locator('button[data-do="next"]')).to_be_disabled()
    draw(tablet)
    tablet.here.locator("textarea").fill(TEXT)
    tablet.here.locator('[name="q10.may_show"][value="yes"]').click()
    expect_strokes(tablet, 1)
    tablet.page.reload()
    tablet.go("go-on", IDEA)
    tablet.switch_language("fi")
    tablet.expect_at(IDEA)
    assert not is_blank(tablet)
    expect(tablet.here.locator("textarea")).to_have_value(TEXT)
    expect(tablet.here.locator('[name="q10.may_show"][value="yes"]')).to_be_checked()
    finish(tablet)
    tablet.expect_unsent(1)
    held = tablet.stored("outbox")
    assert len(held) == 2
    assert not {item["id"].removeprefix("ideas/") for item in held if item["id"].startswith("ideas/")} & {
        item["id"] for item in held
    }
    tablet.hand_over()
    assert tablet.page.locator(f'section[data-question="{IDEA}"] textarea').input_value() == ""
    tablet.set_offline(False)
    tablet.hand_in()
    tablet.expect_unsent(0)
    ((question, _, grades, lang, may_show, why, text, picture),) = ideas(records, joined)
    assert (question, grades, lang, may_show, why, text) == (IDEA, "3-6", "fi", 1, None, TEXT)
    assert isinstance(picture, bytes)
    assert Image.open(io.BytesIO(picture)).size == (960, 720)
    (body,) = records.bodies(joined.id)
    assert json.loads(body)["answers"] == {IDEA: {"drawing": True, "text": True}}


REFUSALS: list[Fault] = [
    Loss.REQUEST,
    Loss.REPLY,
    Loss.HALF_A_REPLY,
    CAPTIVE_PORTAL,
    Forged(200, b'{"proto":1,"id":"another","s":"stored"}'),
    *(Forged(status, b'{"error":{"code":"busy"}}') for status in (400, 401, 404, 413, 500)),
]


def test_no_idea_leaves_the_outbox_before_the_servers_own_word(
    plain: Tablet, proxy: FaultyProxy, writers: Class, records: Records
) -> None:
    plain.base = proxy.url
    proxy.only = "/api/v1/ideas"
    plain.join(writers)
    before = len(ideas(records, writers))
    go_to_idea(plain)
    plain.here.locator("textarea").fill("Kerran")
    finish(plain)
    for fault in REFUSALS:
        proxy.forget()
        proxy.fault = fault
        while not proxy.count(fault):
            plain.page.evaluate("dispatchEvent(new Event('online'))")
            proxy.wait_for(fault, 1)
        assert len([item for item in plain.stored("outbox") if item["id"].startswith("ideas/")]) == 1, fault
    proxy.fault = Loss.TWICE
    eventually(
        lambda: bool(plain.page.evaluate("dispatchEvent(new Event('online'))")) and not plain.stored("outbox"),
        "the idea was delivered",
        plain.page,
    )
    assert len(ideas(records, writers)) == before + 1


def test_undo_takes_strokes_back_one_by_one(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    go_to_idea(plain)
    undo = plain.here.locator('button[data-do="undo"]')
    expect(undo).to_be_disabled()
    draw(plain, 1)
    draw(plain, 3)
    expect_strokes(plain, 2)
    undo.click()
    expect_strokes(plain, 1)
    assert not is_blank(plain)
    undo.click()
    expect(plain.here.locator('button[data-do="next"]')).to_be_disabled()
    assert is_blank(plain)


def test_a_drawing_that_was_skipped_by_mistake_is_still_there(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    go_to_idea(plain)
    draw(plain)
    expect_strokes(plain, 1)
    plain.go("skip", "exit")
    plain.go("back", IDEA)
    assert not is_blank(plain)
    plain.go("next", "exit")
    eventually(
        lambda: [draft["answers"][IDEA] for draft in plain.stored("drafts")] == [{"drawing": True}],
        "the drawing counts again",
        plain.page,
    )


def test_a_skipped_drawing_is_not_sent(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    go_to_idea(plain)
    draw(plain)
    plain.go("skip", "exit")
    plain.set_offline(True)
    plain.answer("exit", None)
    plain.confirm()
    assert [item["id"].startswith("ideas/") for item in plain.stored("outbox")] == [False]


def test_a_name_is_asked_about_and_hinders_nothing(plain: Tablet, writers: Class) -> None:
    plain.join(writers)
    go_to_idea(plain)
    hint = plain.here.locator("[data-names]")
    words = plain.here.locator("textarea")
    words.fill("Maja minulle ja ")
    expect(hint).to_be_hidden()
    words.press_sequentially("Elsalle")
    expect(hint).to_be_visible()
    expect(plain.here.locator('button[data-do="next"]')).to_be_enabled()
    words.fill("x" * 300)
    assert len(words.input_value()) <= 280


def test_whoever_is_too_young_to_write_only_draws(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    go_to_idea(plain)
    expect(plain.here.locator("textarea")).to_have_count(0)
    expect(paper(plain)).to_be_visible()


@pytest.mark.parametrize("way", ["no", "draw"])
def test_the_private_paper_keeps_nothing(way: str, plain: Tablet, a_class: Class, records: Records) -> None:
    plain.join(a_class)
    plain.choose_language("fi")
    if way == "no":
        plain.go("start", "assent")
    plain.go(way, "refused")
    asked: list[str] = []
    plain.page.on("request", lambda request: asked.append(request.method + request.url))
    draw(plain)
    assert not is_blank(plain)
    assert [plain.stored(store) for store in ("drafts", "outbox", "attention")] == [[]] * 3
    assert sum(each["confirmed"] for each in plain.stored("counters")) == 0
    plain.page.reload()
    plain.expect_at("language")
    assert plain.page.locator('section[data-screen="refused"] canvas').evaluate(_IS_BLANK)
    plain.choose_language("fi")
    plain.go("draw", "refused")
    draw(plain)
    plain.go("new-child", "language")
    assert plain.page.locator('section[data-screen="refused"] canvas').evaluate(_IS_BLANK)
    assert not [one for one in asked if one.startswith("PUT")]
    assert records.arrived(a_class.id) == 0


def test_the_private_paper_looks_like_work(plain: Tablet, a_class: Class) -> None:
    """The same paper, pens and place of the button as where an idea is asked for."""
    plain.join(a_class)
    plain.choose_language("fi")
    plain.go("draw", "refused")
    private = [plain.here.locator(part).count() for part in ("canvas", ".pen", ".step-next", 'button[data-do="undo"]')]
    plain.go("new-child", "language")
    go_to_idea(plain)
    asked = [plain.here.locator(part).count() for part in ("canvas", ".pen", ".step-next", 'button[data-do="undo"]')]
    assert private == asked == [1, 4, 1, 1]


def test_a_helped_turn_says_the_truth_and_leaves_no_trace(plain: Tablet, a_class: Class) -> None:
    plain.join(a_class)
    asked = plain.questions()
    plain.choose_language("fi")
    plain.go("helped", "assent")
    expect(plain.here.locator("[data-not-alone]")).to_be_visible()
    expect(plain.here.locator("[data-alone]")).to_be_hidden()
    plain.go("yes", "practice")
    for one in asked:
        if one.options:
            assert plain.shown_order(one.id) == list(one.options), one.id
    plain.page.reload()
    plain.go("go-on", "practice")
    assert plain.page.locator("body[data-helped]").count() == 1
    plain.go("stop", "stop")
    plain.set_offline(True)
    plain.go("keep", "thanks")
    (item,) = plain.stored("outbox")
    assert json.loads(item["body"]).keys() == {"revision", "lang", "answers", "end"}
    assert plain.page.locator("body[data-helped]").count() == 0
    plain.hand_over()
    plain.choose_language("fi")
    plain.go("start", "assent")
    expect(plain.here.locator("[data-alone]")).to_be_visible()
    expect(plain.here.locator("[data-not-alone]")).to_be_hidden()
