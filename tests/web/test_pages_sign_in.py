"""Signing in and out: who gets in, what stays in the form, and what the cookie is."""

from pathlib import Path

import pytest

from server.domain.people import Role
from server.usecases.accounts import add_account
from tests.web.staff import PASSWORD, World, open_world


async def test_a_stranger_is_led_to_the_form_and_back(world: World) -> None:
    browser = world.browser()
    reply = await browser.get("/staff/")
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/sign-in?next=/staff/")
    form = await browser.get(reply.headers["location"])
    assert form.status_code == 200
    assert 'name="next" value="/staff/"' in form.text


async def test_the_right_password_opens_the_page_that_was_asked_for(world: World) -> None:
    browser = world.browser()
    fields = {"email": " ALVA@stad.example ", "password": PASSWORD, "next": "/staff/consultations/third-place/start"}
    reply = await browser.post("/staff/sign-in", data=fields)
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/consultations/third-place/start")
    cookie = reply.headers["set-cookie"]
    assert cookie.startswith("tyck=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert (await browser.get("/staff/")).status_code == 200


async def test_the_cookie_is_secure_on_https(tmp_path: Path) -> None:
    async with open_world(tmp_path, base_url="https://tyck.example") as world:
        browser = world.browser()
        fields = {"email": "alva@stad.example", "password": PASSWORD}
        cookie = (await browser.post("/staff/sign-in", data=fields)).headers["set-cookie"]
    assert cookie.startswith("__Host-tyck=")
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/staff/\\evil", "/app/", "/staff/sign-out"]
)
async def test_signing_in_leads_nowhere_else(world: World, elsewhere: str) -> None:
    fields = {"email": "alva@stad.example", "password": PASSWORD, "next": elsewhere}
    assert (await world.browser().post("/staff/sign-in", data=fields)).headers["location"] == "/staff/"


@pytest.mark.parametrize("email", ["alva@stad.example", "nobody@stad.example"])
async def test_a_wrong_password_keeps_the_address_and_says_so_kindly(world: World, email: str) -> None:
    reply = await world.browser().post("/staff/sign-in", data={"email": email, "password": "fel", "next": "/staff/"})
    assert reply.status_code == 401
    assert "stämmer inte" in reply.text
    assert f'value="{email}"' in reply.text
    assert "set-cookie" not in reply.headers


async def test_too_many_tries_have_to_wait(world: World) -> None:
    browser = world.browser()
    replies = [await browser.post("/staff/sign-in", data={"email": "x@x.example", "password": "y"}) for _ in range(11)]
    assert [reply.status_code for reply in replies[-2:]] == [401, 429]


async def test_signing_out_ends_the_sign_in_on_the_server_too(world: World) -> None:
    browser = await world.signed_in("Alva")
    token = browser.cookies["tyck"]
    assert (await browser.post("/staff/sign-out")).headers["location"] == "/staff/sign-in"
    assert "tyck" not in browser.cookies
    other = world.browser()
    other.cookies.set("tyck", token)
    assert (await other.get("/staff/")).status_code == 303


@pytest.mark.parametrize(("demo", "status"), [(True, 303), (False, 401)])
async def test_demo_accounts_work_in_the_demo_only(tmp_path: Path, demo: bool, status: int) -> None:
    async with open_world(tmp_path, demo=demo) as world:
        await add_account(world.parts.db, "d@demo.example", "D", "pw", [(Role.TEACHER, "stad")], demo=True)
        reply = await world.browser().post("/staff/sign-in", data={"email": "d@demo.example", "password": "pw"})
    assert reply.status_code == status


async def test_a_form_from_another_site_is_refused(world: World) -> None:
    fields = {"email": "alva@stad.example", "password": PASSWORD}
    reply = await world.browser().post("/staff/sign-in", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 403
