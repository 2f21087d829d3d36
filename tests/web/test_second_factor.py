"""The second factor: who is asked for it, making the first one, codes that work once, recovery codes, ways out."""

import re
from pathlib import Path

import httpx2
import pyotp
import pytest

from server.domain.people import Role
from server.store.staff import Account, insert_account
from server.usecases.people import invite
from server.usecases.second_factor import MOST_WRONG
from server.web.limits import Limits
from tests.web.staff import PASSWORD, World, hashed_cheaply, open_world

SECOND = "/staff/sign-in/second"
HOME = "/staff/consultations/third-place"


async def half(world: World, name: str = "Mika", after: str = "/staff/") -> httpx2.AsyncClient:
    """Somebody who has given the right password."""
    browser = world.browser()
    fields = {"email": f"{name}@stad.example", "password": PASSWORD, "next": after}
    reply = await browser.post("/staff/sign-in", data=fields)
    assert reply.status_code == 303
    assert reply.headers["location"].startswith(SECOND), reply.headers["location"]
    return browser


def secret_in(page: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found, page
    return found[1].replace(" ", "")


def codes_in(page: str) -> list[str]:
    return re.findall(r"<li>(\d-\w{5}-\w{5})</li>", page)


async def set_up(world: World, browser: httpx2.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """An app for whoever is half-way in, and the recovery codes that were shown."""
    app = pyotp.TOTP(secret_in((await browser.post(f"{SECOND}/app", data={"next": "/staff/"})).text))
    reply = await browser.post(SECOND, data={"code": app.at(world.parts.clock()), "next": HOME})
    assert reply.status_code == 200, reply.text
    return app, codes_in(reply.text)


def next_code(world: World, app: pyotp.TOTP) -> str:
    """That of the next half minute: the one of this is used."""
    return app.at(world.parts.clock() + 30)


async def forget_steps(world: World) -> None:
    """As if half a minute had passed since the last code."""
    vars(world.parts.limits).update(vars(Limits()))
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE second_factors SET used_step = used_step - 2")


@pytest.mark.parametrize(("role", "asked"), [(role, role in ("moderator", "administrator")) for role in Role])
async def test_who_reaches_far_needs_a_second_factor(world: World, role: Role, asked: bool) -> None:
    account = Account("p", "p@stad.example", "P", hashed_cheaply(PASSWORD), demo=False, disabled=False)
    async with world.parts.db.writing() as tx:
        await insert_account(tx, account, [(role, "stad")])
    browser = world.browser()
    reply = await browser.post("/staff/sign-in", data={"email": account.email, "password": PASSWORD})
    assert reply.headers["location"].startswith(SECOND) == asked
    assert ((await browser.get("/staff/")).status_code == 303) == asked


async def test_half_way_in_is_nobody_but_at_the_second_step(world: World) -> None:
    browser = await half(world, after=HOME)
    for path in ("/staff/", HOME, f"{HOME}/results", "/staff/me"):
        reply = await browser.get(path)
        assert (reply.status_code, reply.headers["location"]) == (303, f"{SECOND}?next={path}")
    for path in (f"{HOME}/freeze", "/staff/me/password", "/staff/me/app/begin"):
        reply = await browser.post(path)
        assert reply.status_code == 401
        assert "Ett steg till" in reply.text
    assert (await browser.get("/api/v1/results/third-place")).status_code == 401
    part = await browser.get(HOME, headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost:8000{HOME}"})
    assert part.headers["hx-redirect"] == f"{SECOND}?next={HOME}"
    assert (await world.browser().get(SECOND)).headers["location"].startswith("/staff/sign-in?")


async def test_the_first_time_an_app_is_made_and_recovery_codes_are_shown_once(world: World) -> None:
    browser = await half(world, after=HOME)
    page = (await browser.get(f"{SECOND}?next={HOME}")).text
    assert "Hej Mika" in page
    before = browser.cookies["tyck"]
    app, codes = await set_up(world, browser)
    assert len(set(codes)) == 8
    assert browser.cookies["tyck"] != before
    assert (await browser.get(HOME)).status_code == 200
    stolen = world.browser()
    stolen.cookies.set("tyck", before)
    assert (await stolen.get(HOME)).status_code == 303
    stored = await everything(world)
    assert app.secret not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


async def everything(world: World) -> str:
    async with world.parts.db.reading() as tx:
        rows = [await tx.exec_driver_sql(f"SELECT * FROM {name}") for name in ("second_factors", "recovery_codes")]
        return repr([tuple(row) for found in rows for row in found])


async def test_a_code_lets_in_once(world: World) -> None:
    app, _codes = await set_up(world, await half(world))
    browser, code = await half(world, after=HOME), next_code(world, app)
    reply = await browser.post(SECOND, data={"code": f" {code[:3]} {code[3:]} ", "next": HOME})
    assert (reply.status_code, reply.headers["location"]) == (303, HOME)
    assert (await browser.get(HOME)).status_code == 200
    thief = await half(world)
    replayed = await thief.post(SECOND, data={"code": code})
    assert replayed.status_code == 422
    assert "stämmer inte" in replayed.text
    assert (await thief.get(HOME)).status_code == 303


@pytest.mark.parametrize(
    "code", ["", "000000", "abcdef", "１２３４５６", "1" * 5000, "1-AAAAA-AAAAA", "9-AAAAA-AAAAA", "\n"]
)
async def test_another_code_does_not(world: World, code: str) -> None:
    await set_up(world, await half(world))
    browser = await half(world)
    assert (await browser.post(SECOND, data={"code": code})).status_code == 422
    assert (await browser.get("/staff/")).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (3, 422)])
async def test_clocks_may_differ_by_half_a_minute(world: World, steps: int, status: int) -> None:
    app, _codes = await set_up(world, await half(world))
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE second_factors SET used_step = 0")
    code = app.at(world.parts.clock() + 30 * steps)
    assert (await (await half(world)).post(SECOND, data={"code": code})).status_code == status


async def test_guessing_has_to_wait_wherever_it_comes_from(world: World) -> None:
    app, _codes = await set_up(world, await half(world))
    await forget_steps(world)
    browsers = [await half(world), await half(world)]
    tries = [await browsers[number % 2].post(SECOND, data={"code": "000000"}) for number in range(11)]
    assert [reply.status_code for reply in tries[-2:]] == [422, 429]
    assert (await browsers[0].post(SECOND, data={"code": app.at(world.parts.clock())})).status_code == 429


async def test_a_hundred_wrong_codes_in_a_row_block_the_app_and_are_logged(world: World) -> None:
    app, codes = await set_up(world, await half(world))
    await forget_steps(world)
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql(f"UPDATE second_factors SET wrong = {MOST_WRONG - 1}")
    browser = await half(world)
    assert "inte längre" in (await browser.post(SECOND, data={"code": "000000"})).text
    reply = await browser.post(SECOND, data={"code": app.at(world.parts.clock())})
    assert reply.status_code == 422
    assert "app_blocked" in await logged(world)
    assert (await browser.post(SECOND, data={"code": codes[0]})).status_code == 303


async def logged(world: World) -> list[str]:
    async with world.parts.db.reading() as tx:
        return [row.what for row in await tx.exec_driver_sql("SELECT what FROM actions ORDER BY id")]


async def test_a_recovery_code_lets_in_once(world: World) -> None:
    _app, codes = await set_up(world, await half(world))
    typed = codes[2].lower().replace("-", " ")
    assert (await (await half(world)).post(SECOND, data={"code": typed})).status_code == 303
    assert (await (await half(world)).post(SECOND, data={"code": typed})).status_code == 422
    assert (await (await half(world)).post(SECOND, data={"code": codes[3]})).status_code == 303
    assert await logged(world) == ["app_added", "recovery_code_used", "recovery_code_used"]


async def test_new_recovery_codes_take_the_place_of_the_old(world: World) -> None:
    browser = await half(world)
    _app, old = await set_up(world, browser)
    new = codes_in((await browser.post("/staff/me/codes")).text)
    assert len(new) == 8
    assert (await (await half(world)).post(SECOND, data={"code": old[0]})).status_code == 422
    assert (await (await half(world)).post(SECOND, data={"code": new[0]})).status_code == 303


async def test_a_password_alone_makes_no_second_factor_for_who_has_one(world: World) -> None:
    app, _codes = await set_up(world, await half(world))
    thief = await half(world)
    assert (await thief.post(f"{SECOND}/app", data={})).status_code == 409
    assert (await thief.post(f"{SECOND}/passkey/ask")).status_code == 409
    assert (await thief.post(f"{SECOND}/passkey", data={"credential": "{}", "name": "x"})).status_code == 409
    await forget_steps(world)
    reply = await (await half(world)).post(SECOND, data={"code": app.at(world.parts.clock())})
    assert reply.status_code == 303


async def test_making_one_ends_the_other_sign_ins(world: World) -> None:
    other, browser = await world.signed_in("Mika"), await world.signed_in("Mika")
    await browser.post("/staff/me/app/begin")
    app = pyotp.TOTP(secret_in((await browser.get("/staff/me/app")).text))
    wrong = await browser.post("/staff/me/app", data={"code": "000000"})
    assert wrong.status_code == 422
    assert secret_in(wrong.text) == app.secret
    assert (await browser.post("/staff/me/app", data={"code": app.at(world.parts.clock())})).status_code == 200
    assert (await browser.get("/staff/me")).status_code == 200
    assert (await other.get("/staff/me")).status_code == 303


async def test_whoever_chose_an_app_is_asked_also_where_no_role_asks(tmp_path: Path) -> None:
    async with open_world(tmp_path, demo=True) as world:
        browser = await world.signed_in("Alva")
        await browser.post("/staff/me/app/begin")
        app = pyotp.TOTP(secret_in((await browser.get("/staff/me/app")).text))
        await browser.post("/staff/me/app", data={"code": app.at(world.parts.clock())})
        assert (await (await half(world, "Alva")).post(SECOND, data={"code": next_code(world, app)})).status_code == 303
        assert (await browser.post("/staff/me/app/remove")).status_code == 303
        again = world.browser()
        reply = await again.post("/staff/sign-in", data={"email": "alva@stad.example", "password": PASSWORD})
        assert reply.headers["location"] == "/staff/"


@pytest.mark.parametrize("name", ["Mika", "Alva"])
async def test_the_demo_asks_nobody(tmp_path: Path, name: str) -> None:
    async with open_world(tmp_path, demo=True) as world:
        browser = world.browser()
        reply = await browser.post("/staff/sign-in", data={"email": f"{name}@stad.example", "password": PASSWORD})
        assert reply.headers["location"] == "/staff/"
        assert (await browser.get("/staff/")).status_code == 200


async def test_half_way_in_ends_after_a_quarter_of_an_hour(world: World) -> None:
    browser = await half(world)
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE sign_ins SET began_at = began_at - 901")
    assert (await browser.get(SECOND)).headers["location"].startswith("/staff/sign-in?")


async def test_a_sign_in_ends_after_a_week_however_busy(world: World) -> None:
    browser = await world.signed_in("Alva")
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE sign_ins SET began_at = began_at - 604801")
    assert (await browser.get("/staff/")).status_code == 303


async def test_changing_how_one_signs_in_wants_a_fresh_sign_in(world: World) -> None:
    browser = await world.signed_in("Alva")
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE sign_ins SET began_at = began_at - 901")
    page = (await browser.get("/staff/me")).text
    assert "/staff/sign-in?again=yes" in page
    assert 'action="/staff/me/app/begin"' not in page
    for path in ("app/begin", "app", "app/remove", "codes", "passkeys/ask", "passkeys", "passkeys/x/remove"):
        assert (await browser.post(f"/staff/me/{path}")).status_code == 401
    reply = await browser.get("/staff/me/app")
    assert reply.headers["location"] == "/staff/sign-in?again=yes&next=/staff/me/app"
    assert (await browser.get("/staff/sign-in?again=yes&next=/staff/me")).status_code == 200
    fields = {"email": "alva@stad.example", "password": PASSWORD, "next": "/staff/me"}
    assert (await browser.post("/staff/sign-in", data=fields)).headers["location"] == "/staff/me"
    assert (await browser.post("/staff/me/app/begin")).status_code == 303


async def test_a_role_that_asks_for_it_ends_what_was_enough_before(world: World) -> None:
    browser = await world.signed_in("Alva")
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE sign_ins SET strong = false")
        await tx.exec_driver_sql("INSERT INTO roles (staff, area, role) VALUES ('p_Alva', 'koivu', 'moderator')")
    assert (await browser.get("/staff/")).headers["location"].startswith(SECOND)


async def test_an_administrator_takes_a_lost_second_factor_away(world: World) -> None:
    browser = await half(world)
    _app, codes = await set_up(world, browser)
    account = Account("p_A", "aino@stad.example", "Aino", hashed_cheaply(PASSWORD), demo=False, disabled=False)
    async with world.parts.db.writing() as tx:
        await insert_account(tx, account, [(Role.ADMINISTRATOR, "stad")])
    aino = await world.signed_in("Aino")
    assert "?ask=second" in (await aino.get("/staff/people/p_Mika")).text
    assert "/second/reset" in (await aino.get("/staff/people/p_Mika?ask=second")).text
    assert (await aino.post("/staff/people/p_Mika/second/reset")).status_code == 303
    assert (await browser.get("/staff/")).status_code == 303
    again = await half(world)
    assert (await again.post(SECOND, data={"code": codes[0]})).status_code in (409, 422)
    await set_up(world, again)
    assert "second_factor_reset" in await logged(world)


async def test_a_new_password_leaves_the_second_factor(world: World) -> None:
    """Whoever can read somebody's mail has the link, and not the phone."""
    app, _codes = await set_up(world, await half(world))
    account = Account("p_A", "aino@stad.example", "Aino", hashed_cheaply(PASSWORD), demo=False, disabled=False)
    async with world.parts.db.writing() as tx:
        await insert_account(tx, account, [(Role.ADMINISTRATOR, "stad")])
    link = re.search(
        r"/staff/invitations/[\w-]+", (await (await world.signed_in("Aino")).post("/staff/people/p_Mika/reset")).text
    )
    assert link
    browser = world.browser()
    reply = await browser.post(link[0], data={"password": PASSWORD + "!", "again": PASSWORD + "!"})
    assert reply.headers["location"].startswith(SECOND)
    await forget_steps(world)
    assert (await browser.post(SECOND, data={"code": app.at(world.parts.clock())})).status_code == 303


async def test_the_invitations_link_is_the_second_factor_this_once(world: World) -> None:
    """It was handed over to one person; whoever has a second factor already has to show it all the same."""
    invited = await invite(world.parts.db, world.parts.clock, None, "Bo", "bo@stad.example", Role.MODERATOR, "stad")
    browser, chosen = world.browser(), {"password": PASSWORD, "again": PASSWORD}
    reply = await browser.post(f"/staff/invitations/{invited.token}", data=chosen)
    assert reply.headers["location"] == "/staff/"
    assert (await browser.get(f"{HOME}/results")).status_code == 200
    assert "nästa gång" in (await browser.get("/staff/me")).text
    await half(world, "Bo")


async def test_another_key_file_makes_codes_worthless_and_says_so(world: World) -> None:
    app, codes = await set_up(world, await half(world))
    await forget_steps(world)
    object.__setattr__(world.parts, "factor_key", b"x" * 32)
    browser = await half(world)
    reply = await browser.post(SECOND, data={"code": app.at(world.parts.clock())})
    assert reply.status_code == 422
    assert "inte längre" in reply.text
    assert (await browser.post(SECOND, data={"code": codes[0]})).status_code == 303
