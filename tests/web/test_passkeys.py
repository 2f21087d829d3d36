"""Passkeys: making, using, removing them; and every answer that is not the one that was asked for."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.store.passkeys import list_passkeys
from tests.web.authenticator import Authenticator
from tests.web.staff import PASSWORD, World, open_world
from tests.web.test_second_factor import SECOND, codes_in, half

ME = "/staff/me/passkeys"
SIGN_IN = "/staff/sign-in/passkey"


async def made(world: World, browser: httpx2.AsyncClient, device: Authenticator, address: str = ME) -> httpx2.Response:
    """The page after a passkey was made."""
    options = (await browser.post(f"{address}/ask")).json()
    return await browser.post(address, data={"credential": device.make(options), "name": "Min telefon"})


async def used(world: World, device: Authenticator, **changes: Any) -> tuple[httpx2.AsyncClient, httpx2.Response]:
    """A new browser, and what it got for signing with the passkey."""
    browser = world.browser()
    options = (await browser.post(f"{SIGN_IN}/ask")).json()
    return browser, await browser.post(
        SIGN_IN, data={"credential": device.sign(options, **changes), "next": "/staff/me"}
    )


async def test_a_passkey_signs_in_without_address_or_password_and_is_both_factors(world: World) -> None:
    device = Authenticator()
    first = await made(world, await world.signed_in("Mika"), device)
    assert first.status_code == 200
    assert len(codes_in(first.text)) == 8
    browser, reply = await used(world, device)
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/me")
    page = (await browser.get("/staff/me")).text
    assert "Mika" in page
    assert "Min telefon" in page
    assert "senast använd" in page


async def test_the_first_one_is_made_on_the_way_in(world: World) -> None:
    device, browser = Authenticator(), await half(world)
    reply = await made(world, browser, device, f"{SECOND}/passkey")
    assert len(codes_in(reply.text)) == 8
    assert (await browser.get("/staff/")).status_code == 200
    assert (await used(world, device))[1].status_code == 303
    # From now on the password alone leads to the passkey, and to no other new one.
    again = await half(world)
    page = (await again.get(SECOND)).text
    assert f'data-passkey="{SIGN_IN}/ask"' in page
    assert (await again.post(f"{SECOND}/passkey/ask")).status_code == 409


async def test_it_is_asked_of_nobody_in_particular(world: World) -> None:
    options = (await world.browser().post(f"{SIGN_IN}/ask")).json()
    assert set(options) == {"challenge", "rpId", "userVerification", "timeout"}
    assert (options["rpId"], options["userVerification"]) == ("localhost", "required")


async def test_one_answer_counts_once(world: World) -> None:
    device, browser = Authenticator(counts=False), world.browser()
    await made(world, await world.signed_in("Mika"), device)
    reply = await browser.post(f"{SIGN_IN}/ask")
    cookie, credential = browser.cookies["tyck-passkey"], device.sign(reply.json())
    assert (await browser.post(SIGN_IN, data={"credential": credential})).status_code == 303
    thief = world.browser()
    thief.cookies.set("tyck-passkey", cookie)
    assert (await thief.post(SIGN_IN, data={"credential": credential})).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"verifies": False},
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8001"},
        {"site": "evil.example"},
        {"id": b"x" * 32},
    ],
    ids=lambda changes: str(next(iter(changes.items()))),
)
async def test_what_another_site_or_an_unasked_owner_signed_is_refused(world: World, changes: dict[str, Any]) -> None:
    device = Authenticator()
    await made(world, await world.signed_in("Mika"), device)
    vars(device).update(changes)
    browser, reply = await used(world, device)
    assert reply.status_code == 401
    assert "godkändes inte" in reply.text
    assert "tyck" not in browser.cookies


async def test_the_signature_of_another_key_is_refused(world: World) -> None:
    device, other = Authenticator(), Authenticator()
    await made(world, await world.signed_in("Mika"), device)
    other.id, other.user, other.count = device.id, device.user, 9
    assert (await used(world, other))[1].status_code == 401


async def test_a_copied_device_is_noticed(world: World) -> None:
    device = Authenticator()
    await made(world, await world.signed_in("Mika"), device)
    assert (await used(world, device))[1].status_code == 303
    device.count -= 1
    assert (await used(world, device))[1].status_code == 401


async def test_a_passkey_signs_in_its_own_person_only(world: World) -> None:
    device = Authenticator()
    await made(world, await world.signed_in("Mika"), device)
    assert (await used(world, device, userHandle="cF9BbHZh"))[1].status_code == 401


@pytest.mark.parametrize("credential", ["", "[]", "{}", "null", '{"id": 7}', '{"id": "x", "response": 5}', "[" * 9000])
async def test_nonsense_is_refused_kindly(world: World, credential: str) -> None:
    for ask, address, browser in (
        (f"{SIGN_IN}/ask", SIGN_IN, world.browser()),
        (f"{ME}/ask", ME, await world.signed_in("Mika")),
    ):
        await browser.post(ask)
        reply = await browser.post(address, data={"credential": credential, "name": "x"})
        assert reply.status_code in (401, 422)
        assert "Traceback" not in reply.text
    assert (await world.browser().post(SIGN_IN, data={"credential": "{}"})).status_code == 401


async def test_the_answer_for_one_person_makes_no_passkey_for_another(world: World) -> None:
    mika, alva = await world.signed_in("Mika"), await world.signed_in("Alva")
    options = (await mika.post(f"{ME}/ask")).json()
    alva.cookies.set("tyck-passkey", mika.cookies["tyck-passkey"])
    reply = await alva.post(ME, data={"credential": Authenticator().make(options), "name": "x"})
    assert reply.status_code == 422
    async with world.parts.db.reading() as tx:
        assert not await list_passkeys(tx, "p_Alva")


async def test_a_disabled_persons_passkey_is_worth_nothing(world: World) -> None:
    device = Authenticator()
    await made(world, await world.signed_in("Mika"), device)
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE staff SET disabled = true WHERE id = 'p_Mika'")
    assert (await used(world, device))[1].status_code == 401


@pytest.mark.parametrize(("demo", "status"), [(True, 303), (False, 401)])
async def test_a_demo_accounts_passkey_works_in_the_demo_only(tmp_path: Path, demo: bool, status: int) -> None:
    async with open_world(tmp_path, demo=demo) as world:
        device = Authenticator()
        await made(world, await world.signed_in("Mika"), device)
        async with world.parts.db.writing() as tx:
            await tx.exec_driver_sql("UPDATE staff SET demo = true")
        assert (await used(world, device))[1].status_code == status


async def test_removing_it_ends_it_and_the_other_sign_ins(world: World) -> None:
    device, browser = Authenticator(), await world.signed_in("Mika")
    await made(world, browser, device)
    other, _reply = await used(world, device)
    async with world.parts.db.reading() as tx:
        (known,) = await list_passkeys(tx, "p_Mika")
    assert (await (await world.signed_in("Otto")).post(f"{ME}/{known.id}/remove")).status_code == 404
    assert (await browser.post(f"{ME}/{known.id}/remove")).status_code == 303
    assert (await browser.get("/staff/me")).status_code == 200
    assert (await other.get("/staff/me")).status_code == 303
    assert (await used(world, device))[1].status_code == 401


async def test_a_made_passkey_is_not_made_again_and_ten_are_enough(world: World) -> None:
    browser = await world.signed_in("Mika")
    for _ in range(10):
        await made(world, browser, Authenticator())
    options = await browser.post(f"{ME}/ask")
    assert options.status_code == 422
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("DELETE FROM passkeys WHERE id = (SELECT min(id) FROM passkeys)")
    assert len((await browser.post(f"{ME}/ask")).json()["excludeCredentials"]) == 9


async def test_on_https_the_secret_of_the_question_is_bound_to_this_host(tmp_path: Path) -> None:
    async with open_world(tmp_path, base_url="https://tyck.example") as world:
        reply = await world.browser().post(f"{SIGN_IN}/ask")
        assert reply.headers["set-cookie"].startswith("__Host-tyck-passkey=")
        assert {"Secure", "HttpOnly"} <= set(reply.headers["set-cookie"].split("; "))
        assert json.loads(reply.text)["rpId"] == "tyck.example"


async def test_the_password_still_works_beside_it_for_who_needs_no_second_factor(world: World) -> None:
    await made(world, await world.signed_in("Alva"), Authenticator())
    fields = {"email": "alva@stad.example", "password": PASSWORD}
    assert (await world.browser().post("/staff/sign-in", data=fields)).headers["location"] == "/staff/"
