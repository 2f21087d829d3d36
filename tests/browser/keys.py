"""A child who uses the keyboard alone, or a switch that sends its keys: Tab, arrows, Space and Enter."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.records import Answer
from tests.browser.tablet import Asked, Tablet

_MOST_TABS = 80


def press(page: Page, selector: str, key: str) -> None:
    """Moves there by Tab alone, as often as a page could need, and presses."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            page.keyboard.press(key)
            return
    raise AssertionError(f"Tab does not reach {selector}")


def expect_focus_at(tablet: Tablet, at: str) -> None:
    tablet.expect_at(at)
    assert tablet.here.evaluate("section => section.contains(document.activeElement)"), f"The focus is lost on {at}"


def answer(tablet: Tablet, asked: Asked) -> Answer:
    """Gives the question some answer, leaves the focus on its page, and returns what was given."""
    page = tablet.page
    here = f'section[data-question="{asked.id}"]'
    if asked.kind == "idea":
        return None
    if asked.kind == "rank":
        for option in asked.options[1::-1]:
            press(page, f'{here} [data-rank="{option}"]', "Enter")
        return asked.options[1::-1]
    if asked.kind == "budget":
        return _lay_all(tablet, asked, here)
    if asked.kind == "this_or_that":
        return _choose_sides(tablet, asked)
    press(page, f'{here} input[name="{asked.id}"]', "Enter" if asked.kind == "multi_choice" else "Space")
    first = tablet.chosen(asked.id)
    assert len(first) == 1
    if asked.kind == "multi_choice":
        return tuple(first)
    page.keyboard.press("ArrowRight")
    expect(tablet.here.locator("input:checked")).not_to_have_value(first[0])
    return tablet.chosen(asked.id)[0]


def _lay_all(tablet: Tablet, asked: Asked, here: str) -> Answer:
    """Every coin on one thing: then its plus is off, and the focus stands on its minus; one is taken back."""
    option = asked.options[0]
    press(tablet.page, f'{here} [data-coin="+1"][data-option="{option}"]', "Space")
    for _ in range(asked.most - 1):
        tablet.page.keyboard.press("Enter")
    expect(tablet.section(asked.id).locator(f'[data-coin="-1"][data-option="{option}"]')).to_be_focused()
    tablet.page.keyboard.press("Space")
    return {option: asked.most - 1}


def _choose_sides(tablet: Tablet, asked: Asked) -> Answer:
    """A radio group each: Tab goes from pair to pair, an arrow to the other side."""
    given = {}
    for pair in [option for option in tablet.shown_order(asked.id) if "." not in option]:
        press(tablet.page, f'input[name="{asked.id}.{pair}"]', "Enter")
        tablet.page.keyboard.press("ArrowRight")
    for option in tablet.chosen(asked.id):
        pair, side = option.split(".")
        given[pair] = side
    assert len(given) == sum("." not in option for option in asked.options)
    return given
