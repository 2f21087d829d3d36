"""Whose answers a result is of; two groups beside each other; the same question asked again. All of whole packets."""

import copy
import re
from typing import Any

import pytest

from server.domain.consultations import parse_poll
from server.store.consultations import Consultation, insert_consultation, insert_revision
from server.usecases.again import is_same
from tests.town import Town, item, poll_content
from tests.web.staff import HOME, World

RESULTS = f"{HOME}/results"


async def closed(town: Town, number: int, *, school: str = "koivu", grades: Any = (1, 2), **more: Any) -> None:
    answers = more.pop("answers", {"q1": "forest"})
    session = await town.session(school, grades, **more)
    tablet = await town.tablet(session)
    await town.deliver(tablet, *[item(tablet, answers) for _ in range(number)])
    await town.close(session)


async def read(world: World, query: str = "", lang: str = "sv", status: int = 200) -> str:
    reply = await (await world.signed_in("Ritva", lang)).get(RESULTS + query)
    assert reply.status_code == status, reply.text
    return re.sub(r"\s+", " ", reply.text)


def part(page: str, question: str) -> str:
    return page.partition(f'id="{question}"')[2].partition("</section>")[0]


async def test_the_page_says_whose_answers_these_are(world: World) -> None:
    await closed(world.town, 8, children=10)
    await closed(world.town, 7, grades=(3,), children=7)
    page = await read(world)
    assert "15 barn har svarat. 17 väntades." in page
    assert "Ännu inte tillfrågade: Björk." in page
    await closed(world.town, 6, school="bjork", grades=(3,))
    await world.town.session("bjork", (4,), children=20)
    page = await read(world)
    assert "21 barn har svarat. Minst 37 väntades. 1 svarsstund pågår ännu" in page
    assert "Ännu inte tillfrågade" not in page
    assert '<th scope="row">Björk</th><td>6</td><td>20+</td>' in page
    assert page.index("Björk</th>") < page.index("Koivu</th>")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?school=koivu", "15 barn har svarat. 17 väntades."),
        ("?school=koivu&grades=3-4", "7 barn har svarat. 7 väntades."),
        ("?grades=1-2", "8 barn har svarat. 10 väntades."),
        ("?school_language=sv", "6 barn har svarat. Minst 9 väntades."),
        ("?school_language=sv&grades=3", "6 barn har svarat."),
        ("?grades=6", "0 barn har svarat."),
    ],
)
async def test_whose_answers_follow_the_filters(world: World, query: str, said: str) -> None:
    """A group that counts in its school is no part of any grade."""
    await closed(world.town, 8, children=10)
    await closed(world.town, 7, grades=(3,), children=7)
    await closed(world.town, 6, school="bjork", grades=(3,))
    await world.town.session("bjork", (3, 4, 5), children=9, special=True)
    assert f"{said}" in await read(world, query)


async def test_trials_are_asked_nothing(world: World) -> None:
    await world.town.session(children=10, trial=True)
    page = await read(world)
    assert "0 barn har svarat." in page
    assert "väntades" not in page


async def test_the_rounds_of_a_consultation_are_counted_together(world: World) -> None:
    await closed(world.town, 8, children=10)
    async with world.parts.db.writing() as tx:
        await insert_revision(tx, "nextround", "third-place", {**poll_content(), "id": "next-round"}, 2)
    assert "8 barn har svarat. 10 väntades." in await read(world)
    await closed(world.town, 7, school="bjork", children=9)
    page = await read(world)
    assert "15 barn har svarat. 19 väntades." in page
    assert '<th scope="row">Koivu</th><td>8</td><td>10</td>' in page


async def test_words_stand_before_the_numbers(world: World) -> None:
    await closed(world.town, 8, answers={"q1": "forest", "q9": {"p1": "indoors"}})
    await closed(world.town, 8, grades=(3,), answers={"q1": "forest", "q6": ["free", "clean"]})
    swedish, finnish = await read(world), await read(world, lang="fi")
    assert "Alla svar som visas är ”I skogen”." in part(swedish, "q1")
    assert "”Det kostar ingenting” fick flest poäng och sattes oftast först." in part(swedish, "q6")
    assert "Kaikki näytetyt vastaukset ovat ”Metsässä”." in part(finnish, "q1")
    shown = part(swedish, "q1")
    assert shown.index("Alla svar") < shown.index("<svg class=") < shown.index("<table") < shown.index("Visar 14 av 16")
    assert '<th scope="col">Andel</th>' in shown
    assert shown.count('<th scope="row">') == 6


async def test_every_drawing_has_a_text_and_stands_alone(world: World) -> None:
    answers = {"q1": "forest", "q6": ["free"], "q7": {"climb": 2}, "q8": "river", "q9": {"p1": "indoors", "p2": "calm"}}
    await closed(world.town, 12, grades=(3,), answers=answers)
    page = await read(world)
    drawings = re.findall(r'<svg class="chart chart-.*?</svg> (?=<div>)', page)
    assert len(drawings) == 7
    for drawing in drawings:
        assert 'role="img"' in drawing
        assert "<title>Diagram:" in drawing
        assert "font-family=" in drawing
        assert not re.search(r'style=|<use| id="|<script', drawing)


async def test_two_groups_stand_beside_each_other(world: World) -> None:
    await closed(world.town, 8)
    await closed(world.town, 7, school="bjork", grades=(3,), answers={"q1": "home"})
    page = await read(world, "?school=koivu&against_school=bjork")
    both = part(page, "q1")
    assert both.count('<svg class="chart chart-') == 2
    assert "Visar 7 av 8 svar." in both
    assert "Visar 6 av 7 svar." in both
    assert re.search(r"<td>0 <span[^>]*>0&nbsp;%</span></td> <td>6 <span[^>]*>100&nbsp;%</span></td>", both)
    assert re.search(r"<td>7 <span[^>]*>100&nbsp;%</span></td> <td>0 <span[^>]*>0&nbsp;%</span></td>", both)
    assert '<option value="bjork" selected>' in page
    assert f'href="{RESULTS}?school=koivu">Sluta jämföra' in page
    assert "against_school=bjork&amp;compare=yes&amp;lang=fi" in page


async def test_what_is_withheld_is_withheld_beside_another_group(world: World) -> None:
    await closed(world.town, 8)
    await closed(world.town, 4, school="bjork", grades=(3,))
    both = part(await read(world, "?school=bjork&compare=yes"), "q1")
    assert "Färre än 6 svar" in both
    assert both.count('<svg class="chart chart-') == 1
    assert "<table" not in both


async def test_a_group_is_not_compared_with_itself(world: World) -> None:
    await closed(world.town, 8)
    page = await read(world, "?school=koivu&against_school=koivu")
    assert "Båda grupperna är desamma" in page
    assert part(page, "q1").count('<svg class="chart chart-') == 1


async def test_what_names_no_group_is_answered_with_the_choice_again(world: World) -> None:
    query = "?school=<b>nowhere&grades=3&against_grades=9-1&against_school=bjork"
    page = await read(world, query, status=404)
    assert "Det finns ingen sådan skola i samrådet: &lt;b&gt;nowhere." in page
    assert "Årskurser skrivs som 3 eller 1-2, från 1 till 6: 9-1." in page
    assert '<option value="3" selected>' in page
    assert '<option value="bjork" selected>' in page
    assert 'class="card result"' not in page
    assert "Koulun kieli on ruotsi tai suomi: en." in await read(world, "?school_language=en", "fi", 404)


async def asked_before(world: World, content: dict[str, Any], area: str = "stad") -> Town:
    content["id"] = "last-year"
    async with world.parts.db.writing() as tx:
        title = {"sv": "I fjol", "fi": "Viime vuonna"}
        await insert_consultation(tx, Consultation("last-year", area, title, "1F3D5", frozen=False))
        await insert_revision(tx, "last-year-1", "last-year", content, 1_000_000_000)
    return Town(world.parts.db, world.parts.revisions, world.parts.live, "last-year")


async def test_the_same_question_asked_again_shows_what_changed(world: World) -> None:
    content = copy.deepcopy(poll_content())
    content["questions"][1]["text"]["sv"] = "Något helt annat?"
    before = await asked_before(world, content)
    await closed(before, 9, answers={"q1": "home", "q2": ["fun"]})
    await closed(before, 7, school="bjork", answers={"q1": "library"})
    await closed(world.town, 8, answers={"q1": "forest", "q2": ["fun"]})
    page = await read(world, "?school=koivu")
    both = part(page, "q1")
    assert "Samma fråga har ställts förut, i I fjol." in both
    assert both.index("Visar 8 av 9 svar.") < both.index("Visar 7 av 8 svar.")
    assert "Samma fråga" not in part(page, "q2")
    assert "Samma fråga" not in part(page, "language")
    assert "Samma fråga" not in part(await read(world, "?school=koivu&compare=yes"), "q1")
    world.town.consultation = "last-year"
    reply = await (await world.signed_in("Ritva")).get("/staff/consultations/last-year/results")
    assert "Samma fråga" not in reply.text


async def test_another_areas_question_is_not_the_same(world: World) -> None:
    await asked_before(world, copy.deepcopy(poll_content()), "annanstans")
    await closed(world.town, 8)
    assert "Samma fråga" not in await read(world)


def test_the_same_question_has_the_same_words_and_options() -> None:
    now = parse_poll(poll_content()).question["q1"]
    other = copy.deepcopy(poll_content())
    other["questions"][0]["options"].pop(0)
    fewer = parse_poll(other).question["q1"]
    assert is_same(now, parse_poll(poll_content()).question["q1"])
    assert not is_same(now, fewer)
    assert not is_same(now, None)
