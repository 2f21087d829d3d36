"""A consultation as it happens: whom it reached, packets as they come, and its one next step."""

import re
from collections.abc import Mapping

import pytest

from server.domain.next_steps import Next, next_step
from server.domain.participation import Reach
from tests.web.staff import HOME, World


async def seen(world: World, name: str = "Mika", lang: str = "sv", path: str = "") -> str:
    return re.sub(r"\s+", " ", (await (await world.signed_in(name, lang)).get(HOME + path)).text)


async def test_it_says_how_many_were_expected_and_reached(world: World) -> None:
    await world.answered(8, grades=(1, 2))
    open_one = await world.town.session("koivu", (3,), children=20)
    await world.town.session("bjork", (3,), children=15, trial=True)
    page = await seen(world)
    assert "<dd>8 <small>av minst 20</small></dd>" in page
    assert "<dt>Skolor som har svarat</dt><dd>1 <small>av 2</small></dd>" in page
    assert "<dt>Pågående svarsstunder</dt><dd>2 <small>av 2</small></dd>" in page
    assert "Ännu inte tillfrågade: Björk." in page
    assert 'scope="row">Årskurs 1–2</th><td class="number"><strong>8</strong>' in page
    assert f'id="go-{open_one.id}"' in page
    await world.answered(7, school="bjork", grades=(5,))
    page = await seen(world, lang="fi")
    assert 'scope="row">Suomi</th><td class="number"><strong>8</strong>' in page
    assert 'scope="row">Ruotsi</th><td class="number"><strong>7</strong>' in page


async def test_a_group_that_counts_in_its_school_has_no_line_of_its_own(world: World) -> None:
    await world.answered(8, grades=(1, 2))
    await world.town.session("koivu", (3, 4), special=True)
    table = (await seen(world)).partition("Årskurs för årskurs")[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == 1


async def test_packets_show_as_they_are_released(world: World) -> None:
    large, small = await world.answered(8), await world.answered(3, grades=(4,))
    assert "<dt>Svarspaket som kan läsas</dt><dd>0</dd>" in await seen(world)
    await world.town.close(large)
    await world.town.close(small)
    page = await seen(world)
    # The first question, and the language that all eight answered in.
    assert "<dt>Svarspaket som kan läsas</dt><dd>2</dd>" in page
    assert page.count("paketen kan läsas") == 1
    assert page.count("räknas i en större grupp") == 1


async def test_the_part_that_changes_is_exchanged_piece_by_piece(world: World) -> None:
    await world.answered(8)
    whole, changing = await seen(world), await seen(world, path="/sessions")
    pieces = re.findall(r'id="([a-z-]+)"[^>]* hx-swap-oob="true"', changing)
    assert pieces == ["next", "reach", "groups", "school-bjork", "school-koivu"]
    assert all(f'id="{piece}"' in whole for piece in pieces)
    assert "hx-swap-oob" not in whole
    assert "<h1" not in changing


DONE = {"frozen": False, "public": False, "answered": False, "archived": False, "over": False}


@pytest.mark.parametrize(
    ("sessions", "stands", "step"),
    [
        (0, {}, Next.START),
        (3, {}, Next.ANSWERING),
        (3, {"over": True}, Next.FREEZE),
        (3, {"frozen": True, "over": True}, Next.PUBLISH),
        (3, {"frozen": True, "public": True}, Next.ANSWER),
        (3, {"frozen": True, "answered": True}, Next.PUBLISH),
        (3, {"frozen": True, "public": True, "answered": True}, Next.ARCHIVE),
        (3, {"frozen": True, "public": True, "answered": True, "archived": True}, Next.DONE),
    ],
)
def test_one_step_is_next(sessions: int, stands: Mapping[str, bool], step: Next) -> None:
    assert next_step(Reach(sessions=sessions), **{**DONE, **stands}) == step


async def test_the_next_step_follows_what_happened(world: World) -> None:
    async def step() -> str:
        return (await seen(world)).partition('data-next="')[2].partition('"')[0]

    assert await step() == "start"
    first = await world.answered(8)
    assert await step() == "answering"
    await world.town.close(first)
    assert await step() == "answering"  # Björk has not been asked yet
    await world.town.close(await world.answered(7, school="bjork", grades=(3,)))
    assert await step() == "freeze"
    await world.town.freeze()
    assert await step() == "publish"
    mika = await world.signed_in("Mika")
    assert (await mika.post(f"{HOME}/publish-results", data={"level": "schools"})).status_code == 303
    assert await step() == "answer"


async def test_the_last_day_has_passed(world: World) -> None:
    await world.answered(8)
    await world.town.set_facts({"begins": "2020-01-01", "ends": "2020-02-01"})
    page = await seen(world)
    assert 'data-next="freeze"' in page
    assert f'href="{HOME}?ask=freeze#freeze"' in page
    assert "ask=freeze" not in (await seen(world, "Ritva"))
