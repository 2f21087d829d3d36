"""The pages where a municipality writes what came of a consultation, as Mika uses them."""

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import httpx2
import pytest

from server.domain.sounds import sound_key
from server.store.feedback import find_feedback
from server.store.shelf import find_empty_poll
from server.store.sounds import list_sounds
from server.usecases.compose import start_draft
from server.usecases.guess import find_guess
from server.web.public import read_aloud
from tests.sounds import needs_voice, tone
from tests.town import item
from tests.web.staff import HOME, World

FEEDBACK = f"{HOME}/feedback"
CARD = {
    "emojiHex": "1F6DD",
    "said.sv": "Ni ville gunga.",
    "said.fi": "Halusitte keinua.",
    "did.sv": "Vi satte upp två gungor.",
    "did.fi": "Laitoimme kaksi keinua.",
}
ANSWER = {
    **{f"{name}.{lang}": f"{name} {lang}" for name in ("decision", "reasons", "next") for lang in ("sv", "fi")},
    "decidedOn": "2026-12-01",
}


async def save(
    browser: httpx2.AsyncClient, fields: Mapping[str, str], *, was: str = "", htmx: bool = False, **more: str
) -> httpx2.Response:
    form = {name: text for path, value in fields.items() for name, text in ((path, value), (f"was.{path}", was))}
    headers = {"HX-Request": "true"} if htmx else {}
    return await browser.post(FEEDBACK, data={**form, **more}, headers=headers)


async def add_card(browser: httpx2.AsyncClient) -> str:
    path = (await browser.post(FEEDBACK, data={"do": "add cards"})).headers["location"].partition("#")[2]
    assert (await save(browser, {f"{path}.{name}": text for name, text in CARD.items()})).status_code == 303
    return path


async def publish(browser: httpx2.AsyncClient) -> int:
    (seen,) = re.findall(r'name="seen" value="(\w+)"', (await browser.get(FEEDBACK)).text)
    return (await browser.post(f"{FEEDBACK}/publish", data={"seen": seen})).status_code


async def read(browser: httpx2.AsyncClient, path: str = FEEDBACK) -> str:
    reply = await browser.get(path)
    assert reply.status_code == 200, reply.text
    return unescape(reply.text)


async def test_from_the_first_card_to_the_archive_without_script(world: World) -> None:
    mika = await world.signed_in("Mika", "fi")
    await add_card(mika)
    assert "Korttia ei ole vielä" not in await read(mika)
    assert (await save(mika, ANSWER, do="add readers")).headers["location"] == f"{FEEDBACK}#readers.r1"
    page = await read(mika)
    assert 'href="#readers.r1.name">Lukija 1</a> Tämä ei saa olla tyhjä.' in page
    assert 'name="seen"' not in page
    reader = {"readers.r1.name": "Ritva", "readers.r1.role.sv": "rektor", "readers.r1.role.fi": "rehtori"}
    await save(mika, reader)
    assert "Vastaus on valmis, ja sen voi julkaista, kun kuuleminen on jäädytetty" in await read(mika)
    assert (await mika.post(f"{HOME}/archive")).status_code == 409
    await world.town.freeze()
    assert await publish(mika) == 303
    assert "Julkaistu: kaikki näkevät sen, mitä tässä lukee" in await read(mika)
    await save(mika, {"cards.c1.did.fi": "Laitoimme kolme keinua."}, was=CARD["did.fi"])
    assert "ennen kuin julkaiset uudelleen" in await read(mika)
    assert (await mika.post(f"{HOME}/archive")).status_code == 303
    assert "Kuuleminen on arkistoitu" in await read(mika)
    assert "<article" not in await read(mika, "/staff/")
    assert f'href="{HOME}"' in await read(mika, "/staff/")


async def test_one_field_at_a_time_tells_what_is_still_missing(world: World) -> None:
    mika = await world.signed_in("Mika")
    reply = await save(mika, {"decision.sv": "Ja"}, htmx=True)
    assert reply.status_code == 200
    assert "Sparat" in reply.text
    assert 'id="publish"' in reply.text
    assert 'hx-swap-oob="true"' in reply.text
    assert 'href="#decision.fi"' in reply.text


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_field_that_somebody_changed_first(world: World, htmx: bool) -> None:
    mika = await world.signed_in("Mika")
    await save(mika, {"decision.sv": "Ja"})
    reply = await save(mika, {"decision.sv": "Nej"}, htmx=htmx)
    assert reply.status_code == 409
    assert "Mika ändrade" in reply.text
    assert "Nej" in reply.text
    over = {"over.decision.sv": "Ja"}
    assert (await save(mika, {"decision.sv": "Nej"}, htmx=htmx, **over)).status_code in (200, 303)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("decision.sv", "x" * 100_000, "högst 1500 tecken"),
        ("cards.c1.did.fi", "å" * 201, "högst 200 tecken"),
        ("meeting", "2027-02-30", "år-månad-dag"),
        ("cards.c1.state", "soon", "Ett sådant fält eller värde finns inte."),
    ],
)
async def test_what_does_not_fit_stays_on_the_page(world: World, path: str, value: str, said: str, htmx: bool) -> None:
    mika = await world.signed_in("Mika")
    await mika.post(FEEDBACK, data={"do": "add cards"})
    was = "in_progress" if path.endswith("state") else ""
    reply = await save(mika, {path: value}, was=was, htmx=htmx)
    assert reply.status_code == 422
    assert said in reply.text
    if not htmx and path != "cards.c1.state":
        assert value in reply.text
    async with world.parts.db.reading() as tx:
        assert (await find_feedback(tx, "third-place")).content["cards"][0]["did"]["fi"] == ""


async def test_bad_steps_are_refused_kindly(world: World) -> None:
    mika = await world.signed_in("Mika")
    for form in ({"do": "explode cards"}, {"do": "remove cards.c1"}, {"do": "ask cards.c1"}, {"do": "add x"}):
        reply = await mika.post(FEEDBACK, data=form)
        assert reply.status_code == 422
        assert "Ingenting sparades" in reply.text
    assert (await mika.post(f"{FEEDBACK}/publish", data={"seen": "old"})).status_code == 409
    assert (await mika.post(f"{FEEDBACK}/guesses", data={"do": "cheat"})).status_code == 422
    assert (await mika.post(f"{HOME}/publish-results", data={"level": "schools"})).status_code == 409
    for at in ("", "decision.sv", "decision.emojiHex", "cards.c9.emojiHex", "../x"):
        assert (await mika.get(f"{FEEDBACK}/picture?at={at}")).status_code == 404


async def test_what_is_missing_to_ask_again_is_said_beside_its_field_and_nothing_is_lost(world: World) -> None:
    mika = await world.signed_in("Mika")
    await add_card(mika)
    await save(mika, {"cards.c1.state": "done"}, was="in_progress")
    reply = await save(mika, {"cards.c1.did.fi": ""}, was=CARD["did.fi"], do="ask cards.c1")
    assert reply.status_code == 422
    assert "Ingenting sparades" not in reply.text
    assert "Det du skrev är sparat." in reply.text
    state = reply.text.partition('id="cards.c1.did.fi"')[2].partition("</div>")[0]
    assert "Det här får inte vara tomt." in state
    async with world.parts.db.reading() as tx:
        assert (await find_feedback(tx, "third-place")).content["cards"][0]["did"]["fi"] == ""


async def test_a_picture_is_found_by_what_children_said(world: World) -> None:
    mika = await world.signed_in("Mika")
    path = await add_card(mika)
    page = await read(mika, f"{FEEDBACK}/picture?at={path}.emojiHex&q=cykel")
    assert 'data-picture="1F6B2"' in page
    reply = await save(mika, {f"{path}.emojiHex": "1F6B2"}, was="1F6DD", page=path)
    assert reply.headers["location"] == f"{FEEDBACK}#{path}"
    reply = await save(mika, {f"{path}.emojiHex": "FFFFF"}, was="1F6B2")
    assert reply.status_code == 422


async def test_an_overdue_promise_is_named(world: World) -> None:
    mika = await world.signed_in("Mika")
    await world.town.set_facts({"feedbackBy": "2026-01-01"})
    for page in (FEEDBACK, HOME, "/staff/"):
        assert "Barnen lovades svar senast 1.1.2026, och det har inte kommit." in await read(mika, page)
    assert "Barnen lovades svar" not in await read(await world.signed_in("Alva"), "/staff/")
    await world.town.freeze()
    await add_card(mika)
    await save(mika, ANSWER)
    await publish(mika)
    for page in (FEEDBACK, HOME, "/staff/"):
        assert "Barnen lovades svar" not in await read(mika, page)


async def test_adults_guess_by_a_link_and_stand_beside_the_children(world: World) -> None:
    mika = await world.signed_in("Mika")
    assert (await mika.post(f"{FEEDBACK}/guesses", data={"do": "start"})).status_code == 303
    (link,) = re.findall(r"/app/j/([\w-]+)</a>", await read(mika))
    joined = (await world.browser().post("/api/v1/join", json={"link": link})).json()
    booklet = (await world.browser().get(joined["booklets"]["sv"])).text
    assert "Gissning: svara som du tror att barnen svarar" in booklet
    town = world.town
    async with world.parts.db.reading() as tx:
        running = await find_guess(tx, "third-place")
    assert running
    grant = await town.tablet(running)
    await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(3)))
    assert "3 vuxna har gissat" in await read(mika)
    assert running.id not in await read(mika, HOME)
    children = await world.answered(9)
    await town.close(children)
    await town.freeze()
    assert "De vuxna gissade" not in await read(mika)
    assert (await mika.post(f"{HOME}/publish-results", data={"level": "schools"})).status_code == 303
    page = re.sub(r"\s+", " ", await read(mika))
    assert '<strong>Hemma</strong> <span class="soft">3 av 3</span>' in page
    assert '<strong>I skogen</strong> <span class="soft">8 av 8</span>' in page


async def test_what_was_done_asks_the_same_schools_again(world: World) -> None:
    mika = await world.signed_in("Mika")
    path = await add_card(mika)
    await save(mika, {f"{path}.state": "done"}, was="in_progress")
    reply = await mika.post(FEEDBACK, data={"do": f"ask {path}"})
    assert reply.status_code == 303
    assert "Blev det bra?" in await read(mika, reply.headers["location"])
    assert "Frågan ”Blev det bra?”" in await read(mika)


async def test_what_is_told_before_any_poll_keeps_nobody_from_being_read_to(world: World) -> None:
    mika = await world.signed_in("Mika")
    begun, _ = await start_draft(world.parts.db, "stad", find_empty_poll(), by="p_Mika")
    home = f"/staff/consultations/{begun}/feedback"
    await mika.post(home, data={"meeting": "2026-12-01", "was.meeting": ""})
    (seen,) = re.findall(r'name="seen" value="(\w+)"', await read(mika, home))
    assert (await mika.post(f"{home}/publish", data={"seen": seen})).status_code == 303
    await read_aloud(world.parts, set())


@needs_voice
async def test_cards_are_heard_in_a_generated_voice_or_the_deciders_own(world: World, tmp_path: Path) -> None:
    mika = await world.signed_in("Mika")
    await add_card(mika)
    key = sound_key(CARD["did.fi"], "fi")
    page = await read(mika, f"{FEEDBACK}/sounds?texts=fi")
    assert CARD["did.fi"] in page
    assert "<audio" not in page
    await world.town.freeze()
    await save(mika, ANSWER)
    await publish(mika)
    await read_aloud(world.parts, set())
    assert page.count("<audio") < (await read(mika, f"{FEEDBACK}/sounds?texts=fi")).count("<audio")
    file = {"recording": ("own.wav", tone(tmp_path, "own.wav"), "audio/wav")}
    reply = await mika.post(f"{FEEDBACK}/sounds/{key}", files=file)
    assert reply.headers["location"] == f"{FEEDBACK}/sounds?texts=fi#{key}"
    async with world.parts.db.reading() as tx:
        assert (await list_sounds(tx, "third-place", [key], "opus"))[key].recorded
    assert (await mika.post(f"{FEEDBACK}/sounds/nothing", files=file)).status_code == 404
