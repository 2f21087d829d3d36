"""The public pages: there from day one, results only once they are public, and nothing of what is withheld."""

import json
import re
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from server.domain.results import RECEIVED
from server.domain.sounds import Sound, sound_key
from server.store.guesses import add_guesses
from server.store.sounds import insert_sound
from tests.web.staff import World

HOME = "/results/third-place"
CARD = {
    "id": "c1",
    "emojiHex": "1F319",
    "said": {"sv": "Vi vill ha öppet på kvällen.", "fi": "Haluamme, että on auki illalla."},
    "did": {"sv": "Biblioteket har öppet.", "fi": "Kirjasto on auki."},
    "state": "done",
    "day": "2026-11-15",
}
FEEDBACK: dict[str, Any] = {
    "readers": [{"id": "r1", "name": "Maria Ek", "role": {"sv": "direktör", "fi": "johtaja"}, "day": "2026-11-02"}],
    "meeting": "2026-11-10",
    "decision": {"sv": "Öppet på kvällen.", "fi": "Auki illalla."},
    "decidedOn": "2026-11-10",
    "caseNumber": "STAD/7/2026",
    **{name: {"sv": "", "fi": ""} for name in ("reasons", "cannot", "next")},
    "cards": [CARD],
    "answered": "2026-11-18",
}


async def execute(world: World, statement: str, **values: object) -> None:
    async with world.parts.db.writing() as tx:
        await tx.execute(text(statement), values)


async def fill(world: World) -> None:
    """Koivu: seven children of grades 1-2, four of grade 3. Björk: three. All is counted."""
    for number, school, grades in ((7, "koivu", (1, 2)), (4, "koivu", (3,)), (3, "bjork", (3,))):
        await world.town.close(await world.answered(number, school=school, grades=grades, q1="forest"))
    await world.town.freeze()


async def publish(world: World, level: str = "schools") -> None:
    await execute(world, "UPDATE consultations SET public = :level", level=level)


async def answer(world: World, content: dict[str, Any] | None = None) -> None:
    said = json.dumps(content or FEEDBACK)
    await execute(world, "INSERT INTO feedback VALUES ('third-place', :said, :said, 1)", said=said)


async def read(world: World, path: str = HOME, lang: str = "sv") -> str:
    reply = await world.browser(lang).get(path)
    assert reply.status_code == 200, reply.text
    return reply.text


def plain(page: str) -> str:
    """What a reader sees of it."""
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<main")[2]).split())


@pytest.mark.parametrize(
    ("lang", "here", "nothing"),
    [("sv", "Ni är här", "Ingen ser resultaten ännu"), ("fi", "Olette tässä", "Kukaan ei näe tuloksia vielä")],
)
async def test_it_is_there_from_day_one(world: World, lang: str, here: str, nothing: str) -> None:
    page = await read(world, lang=lang)
    assert here in page
    assert nothing in page
    assert f'<html lang="{lang}"' in page
    assert "said-number" not in page
    assert "<script" not in page
    assert "style=" not in page


async def test_before_results_are_public_nothing_of_them_is_told(world: World) -> None:
    before = plain(await read(world))
    await fill(world)
    await answer(world, {**FEEDBACK, "cards": [], "answered": ""})
    page = await read(world)
    assert "said-number" not in page
    assert "/schools/" not in page
    assert "I skogen" not in before + plain(page)
    for path in ("/schools/koivu", "/numbers", "/numbers?grades=1-2", "/numbers?school=koivu"):
        reply = await world.browser().get(HOME + path)
        assert (reply.status_code, reply.headers["location"]) == (303, HOME)


async def test_results_are_told_in_words_and_numbers(world: World) -> None:
    await fill(world)
    await publish(world)
    shown = plain(await read(world))
    assert "De flesta I skogen 13 barn" in shown
    assert "Ingen Hemma 0 barn" in shown
    assert "Här ser du 13 av 14 svar." in shown
    assert "Varför visar vi inte alla svar?" in shown
    assert "Svaren visas bara i paket med minst fem svar" in shown
    school = plain(await read(world, f"{HOME}/schools/koivu", "fi"))
    assert "Useimmat Metsässä 6 lasta" in school
    assert "Tässä näkyy 6/11 vastausta." in school


async def test_a_school_with_few_answers_shows_none_of_them(world: World) -> None:
    await fill(world)
    await publish(world)
    page = await read(world, f"{HOME}/schools/bjork")
    assert "said-number" not in page
    assert "Här svarade för få på den här frågan." in page
    assert "I skogen" not in page
    assert not re.search(r"\b3 (barn|av)\b", plain(page))


async def test_schools_stand_by_name_and_without_any_number(world: World) -> None:
    await fill(world)
    await publish(world)
    page = await read(world)
    listed = page.partition("places-list")[2].partition("</ul>")[0]
    assert re.findall(r"/schools/(\w+)", listed) == ["bjork", "koivu"]
    assert not re.search(r"\d", plain(f"<main{listed}"))


@pytest.mark.parametrize(("level", "status"), [("schools", 403), ("grades", 200)])
async def test_grades_only_when_they_were_opened(world: World, level: str, status: int) -> None:
    await fill(world)
    await publish(world, level)
    assert (await world.browser().get(f"{HOME}/numbers?school=koivu&grades=1-2")).status_code == status
    page = await read(world, f"{HOME}/numbers?school=koivu")
    assert ('name="grades"' in page) == (status == 200)
    assert "Visar 6 av 11 svar." in plain(page)


@pytest.mark.parametrize(
    "path",
    [
        "/results/nothing",
        "/results/nothing/schools/koivu",
        f"{HOME}/schools/nowhere",
        f"{HOME}/schools/stad",
        f"{HOME}/schools/annanstans",
        f"{HOME}/numbers?school=annanstans",
        f"{HOME}/numbers?grades=9",
        f"{HOME}/numbers?school_language=en",
    ],
)
async def test_what_is_unknown_is_kindly_not_found(world: World, path: str) -> None:
    await publish(world, "grades")
    reply = await world.browser().get(path)
    assert reply.status_code == 404
    assert "<h1" in reply.text


async def test_a_page_is_kept_until_it_changes(world: World) -> None:
    await fill(world)
    browser = world.browser()
    first = await browser.get(HOME, headers={"Accept-Encoding": "br"})
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["content-encoding"] == "br"
    assert {"accept-language", "accept-encoding", "cookie"} <= set(first.headers["vary"].lower().split(", "))
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await browser.get(HOME, headers=tag)).status_code == 304
    assert (await browser.get(f"{HOME}?lang=fi", headers=tag)).status_code == 200
    await publish(world)
    assert (await world.browser().get(HOME, headers=tag)).status_code == 200


async def test_the_language_is_changed_by_a_link_and_remembered(world: World) -> None:
    browser: httpx2.AsyncClient = world.browser()
    assert f'{HOME}?lang=fi"' in (await browser.get(HOME)).text
    assert '<html lang="fi"' in (await browser.get(f"{HOME}?lang=fi")).text
    assert '<html lang="fi"' in (await browser.get(HOME)).text


@pytest.mark.parametrize(
    ("lang", "said", "did", "head"),
    [
        ("sv", "Vi vill ha öppet på kvällen.", "Biblioteket har öppet.", "Vi gjorde"),
        ("fi", "Haluamme, että on auki illalla.", "Kirjasto on auki.", "Me teimme"),
    ],
)
async def test_what_came_of_it(world: World, lang: str, said: str, did: str, head: str) -> None:
    await fill(world)
    await answer(world)
    shown = plain(await read(world, lang=lang))
    assert said in shown
    assert f"{head} {did}" in shown
    assert "Maria Ek" in shown
    assert "STAD/7/2026" in shown


async def test_what_is_only_written_is_not_told(world: World) -> None:
    said = json.dumps(FEEDBACK)
    await execute(world, "INSERT INTO feedback VALUES ('third-place', :said, NULL, NULL)", said=said)
    assert "Biblioteket" not in await read(world)


async def test_a_promise_that_was_not_kept_is_said(world: World) -> None:
    await world.town.set_facts({"feedbackBy": "2025-01-15"})
    assert "Svaret är försenat. Det var utlovat senast 15.1.2025." in plain(await read(world))
    await answer(world)
    assert "försenat" not in await read(world)


async def test_what_is_read_aloud_has_a_player_that_needs_no_script(world: World) -> None:
    await answer(world)
    assert "<audio" not in await read(world)
    async with world.parts.db.writing() as tx:
        key = sound_key(CARD["did"]["fi"], "fi")  # type: ignore[index]
        await insert_sound(tx, "third-place", key, Sound({"opus": b"o", "aac": b"a"}))
    page = await read(world, lang="fi")
    assert page.count("<audio") == 1
    assert re.search(r'<audio[^>]*controls[^>]*aria-label="[^"]*Kirjasto on auki.">', page)
    assert 'type="audio/ogg"' in page
    assert 'type="audio/mp4"' in page
    assert "<audio" not in await read(world)


async def test_what_adults_guessed_stands_beside_it(world: World) -> None:
    await fill(world)
    async with world.parts.db.writing() as tx:
        await add_guesses(tx, "third-place", "third-place", {"q1": {"home": 3, RECEIVED: 3}})
    assert "De vuxna gissade" not in await read(world)
    await publish(world)
    shown = plain(await read(world))
    assert "De vuxna gissade Hemma Barnen sa I skogen" in shown


async def test_only_ideas_that_may_be_shown_are(world: World) -> None:
    await publish(world)
    columns = "id, consultation, poll, question, school, grades, lang, may_show, state, text"
    for number, (may_show, state, said) in enumerate(
        [(True, "shown", "En koja"), (False, "shown", "Hemlig"), (True, "new", "Ny"), (True, "worry", "Orolig")]
    ):
        values = {"id": f"i{number}", "may_show": may_show, "state": state, "said": said}
        fixed = ":id, 'third-place', 'third-place', 'q10', '', '1-2', 'sv', :may_show, :state, :said"
        statement = f"INSERT INTO ideas ({columns}) VALUES ({fixed})"
        await execute(world, statement, **values)
    page = await read(world)
    assert "En koja" in page
    assert not [word for word in ("Hemlig", "Orolig", ">Ny<") if word in page]


async def test_only_schools_that_are_asked_are_named(world: World) -> None:
    await execute(world, "INSERT INTO areas VALUES ('ekbacken', 'stad', 'school', 'Ekbacken', 'Ekbacken', 'sv')")
    await world.town.set_facts({"areas.koivu": "on", "areas.bjork": "on"})
    await fill(world)
    await publish(world)
    for path in (HOME, f"{HOME}/numbers", f"{HOME}/data/places.csv"):
        page = await read(world, path)
        assert "Björk" in page
        assert "Ekbacken" not in page, path


async def test_the_list_names_what_is_public(world: World) -> None:
    assert "third-place" not in await read(world, "/results/")
    await publish(world)
    page = await read(world, "/results/")
    assert 'href="/results/third-place"' in page
    assert "Kommunen har svarat" not in page
    await answer(world)
    assert "Kommunen har svarat" in await read(world, "/results/")
