"""After a restore without the journal: administrators are told, look, and release; nobody else does."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from server.domain.people import Role
from server.domain.sessions import Session
from server.store.staff import Account, insert_account
from tests.web.staff import HOME, PASSWORD, World, hashed_cheaply, open_world

PAGE = "/staff/unreleased"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as made:
        async with made.parts.db.writing() as tx:
            for name, area in (("Aino", "stad"), ("Birgit", "koivu")):
                email = f"{name.lower()}@stad.example"
                account = Account(f"p_{name}", email, name, hashed_cheaply(PASSWORD), demo=False, disabled=False)
                await insert_account(tx, account, [(Role.ADMINISTRATOR, area)])
        yield made


async def gone_back(world: World) -> list[Session]:
    """Two schools' sessions, as they are when nobody knows what became of them."""
    sessions = [await world.answered(6), await world.answered(6, school="bjork")]
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE sessions SET released = false"))
    return sessions


async def waiting(world: World) -> set[str]:
    async with world.parts.db.reading() as tx:
        return set((await tx.execute(text("SELECT id FROM sessions WHERE NOT released"))).scalars())


async def post(browser: httpx2.AsyncClient, path: str) -> int:
    return (await browser.post(path)).status_code


async def test_administrators_are_told_on_their_first_page_while_something_waits(world: World) -> None:
    aino, alva = await world.signed_in("Aino"), await world.signed_in("Alva")
    assert PAGE not in (await aino.get("/staff/")).text
    await gone_back(world)
    assert PAGE in (await aino.get("/staff/")).text
    assert "2 svarsstunder väntar" in (await aino.get("/staff/")).text
    assert PAGE not in (await alva.get("/staff/")).text
    assert "Ingen svarsstund väntar" not in (await aino.get(PAGE)).text


async def test_one_session_is_released_and_the_log_says_by_whom(world: World) -> None:
    one, other = await gone_back(world)
    aino, alva = await world.signed_in("Aino"), await world.signed_in("Alva")
    assert await post(alva, f"/staff/sessions/{one.id}/close") == 409
    assert await post(alva, f"/staff/sessions/{one.id}/release") == 403
    shown = (await alva.get(f"/staff/sessions/{one.id}")).text
    assert "Svarsstunden väntar efter en återställning" in shown
    assert PAGE not in shown
    assert PAGE in (await aino.get(f"/staff/sessions/{one.id}")).text
    for _ in range(2):
        reply = await aino.post(f"/staff/sessions/{one.id}/release")
        assert (reply.status_code, reply.headers["location"]) == (303, PAGE)
    assert await waiting(world) == {other.id}
    assert (await aino.get("/staff/log?what=session_released")).text.count("Aino</td>") == 1
    assert "Svarsstunden väntar" not in (await alva.get(f"/staff/sessions/{one.id}")).text
    assert await post(alva, f"/staff/sessions/{one.id}/close") == 303


async def test_all_of_a_consultation_are_released_at_once_by_who_administers_it(world: World) -> None:
    one, other = await gone_back(world)
    mika, aino, birgit = [await world.signed_in(name) for name in ("Mika", "Aino", "Birgit")]
    assert await post(mika, f"{HOME}/freeze") == 409
    assert await post(birgit, f"{HOME}/release") == 403
    shown = (await birgit.get(PAGE)).text
    assert (one.id in shown, other.id in shown, f"{HOME}/release" in shown) == (True, False, False)
    assert f"{HOME}/release" in (await aino.get(PAGE)).text
    assert await post(aino, f"{HOME}/release") == 303
    assert await waiting(world) == set()
    assert "Ingen svarsstund väntar" in (await aino.get(PAGE)).text
    assert await post(mika, f"{HOME}/freeze") == 303


async def test_a_session_of_which_nobody_knows_is_discarded_instead(world: World) -> None:
    one, _ = await gone_back(world)
    aino = await world.signed_in("Aino")
    assert await post(aino, f"/staff/sessions/{one.id}/discard") == 303
    shown = (await aino.get(PAGE)).text
    assert one.id not in shown
    assert await post(aino, f"{HOME}/release") == 303
