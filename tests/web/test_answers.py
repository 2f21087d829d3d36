"""What a class is told once the municipality has answered: at its teacher's desk, on the wall, on its tablets."""

from datetime import UTC, datetime

import pytest

from server.domain.sessions import Session
from tests.web.staff import World
from tests.web.test_pages_public import FEEDBACK, answer, execute, fill, plain

CARDS = [{**FEEDBACK["cards"][0], "id": f"c{number}"} for number in range(3)]


async def closed(world: World, **more: object) -> Session:
    session = await world.town.session("koivu", (1, 2), **more)
    await world.town.close(session)
    return session


async def test_the_teacher_is_told_when_there_is_an_answer(world: World) -> None:
    session = await closed(world)
    alva = await world.signed_in("Alva")
    pages = ("/staff/", f"/staff/sessions/{session.id}")
    for path in pages:
        assert "Kommunen har svarat" not in (await alva.get(path)).text
    await answer(world)
    for path in pages:
        page = (await alva.get(path)).text
        assert "Kommunen har svarat" in page
        assert f'href="/staff/sessions/{session.id}/feedback"' in page


async def test_the_wall_shows_one_card_after_another_and_paper_all(world: World) -> None:
    session = await closed(world)
    alva = await world.signed_in("Alva", "fi")
    home = f"/staff/sessions/{session.id}/feedback"
    assert "Kunta ei ole vielä vastannut" in (await alva.get(home)).text
    assert (await alva.get(f"{home}?card=1")).status_code == 404
    await answer(world, {**FEEDBACK, "cards": CARDS})
    first = (await alva.get(home)).text
    assert f'href="{home}?card=1"' in first
    assert first.count('class="deed"') == 3
    second = plain((await alva.get(f"{home}?card=1")).text)
    assert "Te sanoitte Haluamme, että on auki illalla. Me teimme Kirjasto on auki." in second
    assert (await alva.get(f"{home}?card=4")).status_code == 404
    assert (await (await world.signed_in("Otto")).get(home)).status_code == 403


@pytest.mark.parametrize(("years", "grades"), [(2, "1–4"), (1, "1–3"), (0, "")])
async def test_the_class_is_followed_up_a_grade_each_summer(world: World, years: int, grades: str) -> None:
    today = datetime.fromtimestamp(world.parts.clock(), UTC).date()
    asked = today.replace(year=today.year - years, day=min(today.day, 28)).isoformat()
    session = await closed(world)
    await answer(world)
    await world.town.set_facts({"begins": asked, "ends": asked})
    page = plain((await (await world.signed_in("Alva")).get(f"/staff/sessions/{session.id}")).text)
    assert ("Klassen har gått upp en årskurs. Berätta i årskurs" in page) == bool(grades)
    assert grades in page


async def test_a_tablet_is_told_where_its_school_reads_the_newest_answer(world: World) -> None:
    tablet = world.browser()
    for school in ("koivu", "bjork", "annanstans"):
        assert (await tablet.get(f"/api/v1/schools/{school}/answer")).json() == {"answer": None}
    await fill(world)
    await answer(world, {**FEEDBACK, "answered": ""})
    assert (await tablet.get("/api/v1/schools/koivu/answer")).json() == {"answer": None}
    await execute(world, "DELETE FROM feedback")
    await answer(world)
    found = (await tablet.get("/api/v1/schools/koivu/answer")).json()["answer"]
    assert found["url"] == "/results/third-place?lang=fi"
    assert (await tablet.get(found["url"])).status_code == 200
    assert (await tablet.get(found["picture"])).status_code == 200
    assert (await tablet.get("/api/v1/schools/bjork/answer")).json()["answer"]["url"].endswith("?lang=sv")
    assert (await tablet.get("/api/v1/schools/annanstans/answer")).json() == {"answer": None}
    assert (await tablet.get("/api/v1/schools/nowhere/answer")).status_code == 404
    await execute(world, "UPDATE consultations SET archived = true")
    assert (await tablet.get("/api/v1/schools/koivu/answer")).json() == {"answer": None}
