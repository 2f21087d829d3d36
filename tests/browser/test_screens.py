"""Every screen a child can meet, in every state that looks different, held against every claim in one walk.

One walk for each language and each band of grades; each test reads off it what it found of one claim.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from playwright.sync_api import Browser

from tests.browser.claims import USUAL, Band, judge, judge_by_axe
from tests.browser.demo import DemoServer
from tests.browser.records import Records
from tests.browser.tablet import Tablet
from tests.browser.walk import never_silent, walk, walk_beside

Found = dict[str, list[str]]

_YOUNG, _OLDER = Band((1, 2), heading=28), Band((3, 4), heading=24)
# The older children's pages hold everything that the young ones' do, so axe walks with them only.
_FULLEST = [("sv", _OLDER), ("fi", _OLDER)]
_WALKS = [*_FULLEST, ("sv", _YOUNG), ("fi", _YOUNG)]


def _named(way: tuple[str, Band]) -> str:
    lang, band = way
    return f"{lang}-grades-{'-'.join(map(str, band.grades))}"


def _on(ways: list[tuple[str, Band]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("found", ways, ids=map(_named, ways), indirect=True, scope="module")


on_every_walk, on_the_fullest = _on(_WALKS), _on(_FULLEST)


@pytest.fixture(scope="module")
def found(request: pytest.FixtureRequest, browser: Browser, demo: DemoServer) -> Found:
    """What one walk found, by claim; each screen is looked at once."""
    lang, band = request.param
    context = browser.new_context(viewport={"width": USUAL[0], "height": USUAL[1]}, reduced_motion="reduce")
    tablet = Tablet(context.new_page(), demo.url)
    never_silent(tablet.page)
    joined = Records(demo.database).find_class(demo.new_class(grades=band.grades, children="1"))
    problems: Found = defaultdict(list)
    for way in (walk(tablet, joined, lang), walk_beside(tablet, lang, demo.pin(joined.id))):
        for at in way:
            broken = list(judge(tablet.page, band))
            if request.param in _FULLEST:
                broken += judge_by_axe(tablet.page, lang, whole=at == "language")
            for claim, problem in broken:
                problems[claim].append(f"{at}: {problem}")
    context.close()
    return problems


def expect_none(problems: list[str]) -> None:
    assert not problems, "\n".join(problems)


@on_the_fullest
def test_no_screen_breaks_a_rule_of_axe(found: Found) -> None:
    expect_none(found["axe"])


@on_every_walk
def test_every_screen_keeps_its_sizes_and_distances(found: Found) -> None:
    expect_none(found["sizes"])


@on_every_walk
def test_every_screen_is_easy_on_the_eyes(found: Found) -> None:
    expect_none(found["eyes"])


@on_every_walk
def test_no_screen_scrolls_sideways_at_200_and_400_percent(found: Found) -> None:
    expect_none(found["width"])


@on_every_walk
def test_every_control_can_be_reached_at_400_percent(found: Found) -> None:
    expect_none(found["reach"])
