"""Every kind of question, played to the server: both profiles, both languages, by keyboard, without a network."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import keys
from tests.browser.demo import Class, DemoServer
from tests.browser.records import Child, Records
from tests.browser.tablet import Tablet, invent

_SHORT = ["single_choice", "multi_choice", "smiley", "budget", "place", "this_or_that", "idea", "yes_maybe_no"]
_LONG = [*_SHORT[:3], "yes_maybe_no", "multi_choice", "rank", *_SHORT[3:]]
_KINDS: dict[tuple[int, ...], list[str]] = {(1, 2): _SHORT, (3, 4): _LONG}


@pytest.fixture
def tablet(plain: Tablet) -> Tablet:
    """A page is enough here; what a hidden page and a device switched off do is in test_faults.py."""
    return plain


@pytest.fixture
def long_class(demo: DemoServer, records: Records) -> Class:
    return records.find_class(demo.new_class(grades=(3, 4)))


@pytest.fixture
def at(plain: Tablet, long_class: Class) -> Tablet:
    """In a turn of the older children's poll, before its first question."""
    plain.join(long_class)
    plain.begin("sv")
    return plain


@pytest.mark.parametrize("lang", ["sv", "fi"])
@pytest.mark.parametrize("grades", [(1, 2), (3, 4)], ids=["g12", "g36"])
def test_a_full_turn(grades: tuple[int, ...], lang: str, tablet: Tablet, demo: DemoServer, records: Records) -> None:
    joined = records.find_class(demo.new_class(grades=grades))
    tablet.join(joined)
    questions = tablet.questions()
    assert [asked.kind for asked in questions] == _KINDS[grades]
    child = invent(questions, 6, lang)
    tablet.begin(lang)
    for question, answer in child.answers.items():
        tablet.answer(question, answer)
    tablet.confirm()
    tablet.hand_in()
    assert records.bodies(joined.id) == [child.body]


def test_a_full_turn_without_a_network_after_the_first_question(
    tablet: Tablet, long_class: Class, records: Records
) -> None:
    tablet.join_ready(long_class)
    child = invent(tablet.questions(), 9, "fi")
    first, *rest = child.answers
    tablet.begin("fi")
    tablet.answer(first, child.answers[first])
    tablet.set_offline(True)
    for question in rest:
        tablet.answer(question, child.answers[question])
    tablet.confirm()
    tablet.expect_unsent(1)
    assert records.arrived(long_class.id) == 0
    tablet.set_offline(False)
    tablet.hand_in()
    assert records.bodies(long_class.id) == [child.body]


def test_a_full_turn_by_keyboard_alone(tablet: Tablet, long_class: Class, records: Records) -> None:
    tablet.join(long_class)
    page = tablet.page
    questions = tablet.questions()
    keys.press(page, '[data-do="language"][data-lang="sv"]', "Enter")
    tablet.expect_at("welcome")
    keys.press(page, '[data-do="start"]', "Space")
    keys.expect_focus_at(tablet, "assent")
    keys.press(page, '[data-do="yes"]', "Enter")
    keys.expect_focus_at(tablet, "practice")
    keys.press(page, '[data-do="next"]', "Enter")
    answers = {}
    for asked in questions:
        keys.expect_focus_at(tablet, asked.id)
        answers[asked.id] = keys.answer(tablet, asked)
        keys.press(page, '[data-do="next"]' if answers[asked.id] else '[data-do="skip"]', "Enter")
    keys.expect_focus_at(tablet, "review")
    keys.press(page, '[data-do="confirm"]', "Space")
    keys.expect_focus_at(tablet, "thanks")
    tablet.hand_in()
    assert records.bodies(long_class.id) == [Child("sv", answers).body]


def test_a_ranking_is_numbered_and_closes_its_gaps(at: Tablet) -> None:
    at.skip_to("q6")
    section = at.section("q6")
    number = {
        option: section.locator(f'[data-rank="{option}"] [data-number]') for option in ("free", "clean", "evening")
    }
    at.choose("q6", ("free", "clean", "evening"))
    expect(number["clean"]).to_have_text("2")
    expect(at.page.locator("[data-live]")).to_have_text("Nummer 3")
    at.switch_language("fi")
    expect(number["evening"]).to_have_text("3")
    section.locator('[data-rank="clean"]').click()
    expect(number["evening"]).to_have_text("2")
    expect(number["clean"]).to_be_hidden()
    at.expect_kept("q6", ("free", "evening"))
    at.do("undo")
    at.expect_kept("q6", ("free", "clean", "evening"))
    for _ in range(3):
        at.do("undo")
    expect(at.here.locator("[data-do=undo]")).to_be_disabled()
    expect(at.here.locator("[data-do=next]")).to_be_disabled()
    at.expect_kept("q6", None)


def test_coins_run_out_and_come_back(at: Tablet) -> None:
    at.skip_to("q7")
    section = at.section("q7")
    more, less = section.locator('[data-coin="+1"]'), section.locator('[data-coin="-1"]')
    assert less.evaluate_all("all => all.every(each => each.disabled)")
    at.choose("q7", {"climb": 6, "music": 4})
    assert more.evaluate_all("all => all.every(each => each.disabled)")
    expect(section.locator("[data-purse]")).to_contain_text("Mynt kvar: 0")
    expect(at.page.locator("[data-live]")).to_have_text("Mynt kvar: 0")
    assert section.locator('input[name="q7.climb"]').input_value() == "6"
    section.locator('[data-coin="-1"][data-option="climb"]').click()
    assert more.evaluate_all("all => all.every(each => !each.disabled)")
    at.do("undo")
    at.expect_kept("q7", {"climb": 6, "music": 4})
    at.page.reload()
    at.go("go-on", "q7")
    assert sorted(at.chosen("q7")) == ["climb"] * 6 + ["music"] * 4
    at.do("undo")
    at.expect_kept("q7", {"climb": 6, "music": 3})


def test_a_quick_finger_lays_coin_after_coin(at: Tablet) -> None:
    at.skip_to("q7")
    plus = at.section("q7").locator('[data-coin="+1"]').first
    at.page.wait_for_timeout(400)
    at.double_tap(plus)
    at.page.wait_for_timeout(200)
    at.double_tap(plus)
    expect(at.section("q7").locator("output").first).to_have_text("2")


def test_pairs_may_be_answered_in_part_and_taken_back(at: Tablet) -> None:
    at.skip_to("q9")
    at.choose("q9", {"p3": "many_small", "p1": "indoors"})
    at.expect_kept("q9", {"p1": "indoors", "p3": "many_small"})
    at.section("q9").locator('input[name="q9.p3"][value="many_small"]').click()
    at.choose("q9", {"p1": "outdoors"})
    at.expect_kept("q9", {"p1": "outdoors"})
    assert at.chosen("q9") == ["p1.outdoors"]


def test_the_village_is_one_choice(at: Tablet) -> None:
    at.skip_to("q8")
    assert at.shown_order("q8") == ["school", "forest", "river", "field", "shop", "homes"]
    at.choose("q8", "river")
    at.choose("q8", "shop")
    at.expect_kept("q8", "shop")


def test_the_overview_shows_every_kind_and_leads_back(at: Tablet) -> None:
    answers = {"q6": ("clean", "free"), "q7": {"music": 3, "climb": 2}, "q8": "forest", "q9": {"p2": "calm"}}
    for asked in at.questions():
        at.answer(asked.id, answers.get(asked.id))  # type: ignore[arg-type]
    at.expect_at("review")
    shown = {
        question: at.here.locator(f'[data-review="{question}"] [data-chosen]:not([hidden])').evaluate_all(
            "all => all.map(each => [each.dataset.chosen, each.querySelector('[data-number]')?.textContent ?? ''])"
        )
        for question in ("q1", *answers)
    }
    assert shown == {
        "q1": [],
        "q6": [["clean", "1"], ["free", "2"]],
        "q7": [["climb", "2"], ["music", "3"]],
        "q8": [["forest", ""]],
        "q9": [["p2.calm", ""]],
    }
    at.here.locator('[data-change="question:q7"]').click()
    at.expect_at("q7")
    at.choose("q7", {"reading": 1})
    at.go("next", "review")
    at.set_offline(True)
    at.confirm()
    (kept,) = at.stored("outbox")
    assert json.loads(kept["body"])["answers"]["q7"] == {"climb": 2, "reading": 1, "music": 3}


def test_sides_change_places_from_child_to_child_and_nothing_tells_how(at: Tablet) -> None:
    orders = set()
    for _ in range(12):
        orders.add(tuple(at.shown_order("q9")))
        at.go("stop", "stop")
        at.go("discard", "handover")
        at.go("new-child", "language")
        at.begin("sv")
    assert len(orders) > 6
    assert {order.index("p1") % 3 for order in orders} == {0}
    at.skip_to("q9")
    at.choose("q9", {"p4": "organised", "p1": "indoors"})
    at.go("next", "q10")
    at.skip_to("review")
    at.set_offline(True)
    at.confirm()
    (kept,) = at.stored("outbox")
    assert list(json.loads(kept["body"])["answers"]["q9"]) == ["p1", "p4"]
    assert "seed" not in json.dumps(kept)
