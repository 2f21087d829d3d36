"""The poll on paper: every question and option in both languages, in the revision's order, and no script."""

import re

import pytest

from server.domain.consultations import LANGUAGES, Poll, parse_poll
from tests.town import poll_content
from tests.web.staff import World

POLL = parse_poll(poll_content())
PAPER = "/staff/polls/third-place"
PAGES = ("paper", "picture-boards", "waiting-sheet")


async def page_of(world: World, path: str, name: str = "Alva", lang: str = "sv") -> str:
    reply = await (await world.signed_in(name, lang)).get(f"{PAPER}/{path}")
    assert reply.status_code == 200, reply.text
    return reply.text


def part(page: str, lang: str) -> str:
    """What is printed in one language."""
    return page.partition(f'<div class="part" lang="{lang}">')[2].partition('<div class="part"')[0]


def texts(poll: Poll, profile: str, lang: str) -> list[str]:
    """Every question's words and its options', in the revision's order."""
    found = []
    for question in poll.played(profile):
        found.append(question.text[lang])
        options = [option for entry in question.entries for option in entry.options]
        found += [option.text[lang] for option in options]
    return found


@pytest.mark.parametrize("profile", ["short", "long", "mini"])
async def test_the_sheet_asks_everything_in_both_languages_unshuffled(world: World, profile: str) -> None:
    page = await page_of(world, f"paper?profile={profile}")
    for lang in LANGUAGES:
        printed, at = part(page, lang), 0
        for text in texts(POLL, profile, lang):
            at = printed.find(f">{text}<", at)
            assert at >= 0, text
    asked = re.findall(r'data-question="(\w+)"', part(page, "fi"))
    assert asked == [question.id for question in POLL.played(profile)]


@pytest.mark.parametrize("path", PAGES)
async def test_paper_needs_no_script_and_no_colour(world: World, path: str) -> None:
    page = await page_of(world, path)
    assert "<script" not in page
    assert "{coins}" not in page
    assert page.count("<h1") == 1


async def test_a_purse_has_a_coin_for_each_coin(world: World) -> None:
    for profile, coins in (("short", 5), ("long", 10)):
        sheet = part(await page_of(world, f"paper?profile={profile}"), "sv")
        assert sheet.count('class="coin"') == 5 * coins
        assert f"Du har {coins} mynt." in sheet


async def test_who_does_not_write_yet_only_draws(world: World) -> None:
    assert 'class="line"' not in await page_of(world, "paper?profile=short")
    assert 'class="line"' in await page_of(world, "paper?profile=long")


async def test_the_sheet_says_honestly_who_reads_it(world: World) -> None:
    page = await page_of(world, "paper")
    assert "den som skriver in ett papper har läst det" in page
    assert "Skriv inget namn." in page
    assert "kuvertet" in page


async def test_one_language_alone(world: World) -> None:
    page = await page_of(world, "paper?only=fi")
    assert part(page, "fi")
    assert not part(page, "sv")


async def test_a_picture_board_for_each_question_with_four_ways_out(world: World) -> None:
    boards = part(await page_of(world, "picture-boards?profile=short"), "sv")
    shown = re.findall(r'data-board="([\w.]+)"', boards)
    assert shown == ["assent", "practice", "q1", "q2", "q3", "q7", "q8", "q9.p1", "q9.p2", "q10", "exit"]
    outs = re.findall(r'data-out="(\w+)"', boards)
    assert outs == ["skip", "pause", "else", "help"] * len(shown)


@pytest.mark.parametrize("query", ["profile=endless", "only=en"])
@pytest.mark.parametrize("path", PAGES)
async def test_what_is_not_there_is_not_found(world: World, path: str, query: str) -> None:
    alva = await world.signed_in("Alva")
    assert (await alva.get(f"{PAPER}/{path}?{query}")).status_code == 404
    assert (await alva.get(f"/staff/polls/nothing/{path}")).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("Alva", 200), ("Mika", 200), ("Ritva", 200), ("Otto", 403)])
async def test_a_schools_teacher_prints_the_municipalitys_poll_and_an_outsider_does_not(
    world: World, name: str, status: int
) -> None:
    browser = await world.signed_in(name)
    assert (await browser.get(f"{PAPER}/paper")).status_code == status
