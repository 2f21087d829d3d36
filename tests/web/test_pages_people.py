"""Pages of people, areas, the log and one's own account: what works, and what hostile visitors get."""

import csv
import io
import re
from pathlib import Path

import httpx2
import pytest

from server.domain.people import Role
from server.store.staff import Account, insert_account
from server.usecases.people import LINK_S
from tests.smtp import open_postbox
from tests.web.staff import PASSWORD, World, hashed_cheaply, open_world

GOOD = "fyra blå stolar i rad"
INVITATION = {"name": "Bo Ek", "email": "Bo.Ek@stad.example", "role": "teacher", "area": "koivu"}


async def add(world: World, name: str, *roles: tuple[Role, str]) -> None:
    account = Account(
        f"p_{name}", f"{name.lower()}@stad.example", name, hashed_cheaply(PASSWORD), demo=False, disabled=False
    )
    async with world.parts.db.writing() as tx:
        await insert_account(tx, account, roles)


async def administrator(world: World, area: str = "stad", name: str = "Aino", lang: str = "sv") -> httpx2.AsyncClient:
    await add(world, name, (Role.ADMINISTRATOR, area))
    return await world.signed_in(name, lang)


def link_in(reply: httpx2.Response) -> str:
    found = re.search(r"/staff/invitations/[\w-]+", reply.text)
    assert found, reply.text
    return found[0]


async def invited(world: World, browser: httpx2.AsyncClient, **changes: str) -> str:
    """The address of a new person's one-time link."""
    reply = await browser.post("/staff/people", data={**INVITATION, **changes})
    assert reply.status_code == 200, reply.text
    return link_in(reply)


async def test_an_invited_teacher_chooses_a_password_and_is_in(world: World) -> None:
    link = await invited(world, await administrator(world))
    bo = world.browser()
    page = (await bo.get(link)).text
    assert "Bo Ek" in page
    assert "bo.ek@stad.example" in page
    reply = await bo.post(link, data={"password": GOOD, "again": GOOD})
    assert (reply.status_code, reply.headers["location"]) == (303, "/staff/")
    assert "Koivu" in (await bo.get("/staff/")).text
    again = world.browser()
    fields = {"email": "BO.EK@stad.example", "password": GOOD}
    assert (await again.post("/staff/sign-in", data=fields)).status_code == 303


async def test_a_link_works_once(world: World) -> None:
    link = await invited(world, await administrator(world))
    await world.browser().post(link, data={"password": GOOD, "again": GOOD})
    thief = world.browser()
    assert (await thief.get(link)).status_code == 410
    reply = await thief.post(link, data={"password": GOOD + "!", "again": GOOD + "!"})
    assert reply.status_code == 410
    assert "tyck" not in thief.cookies
    assert "redan använts" in reply.text


async def test_a_link_ends_after_seven_days(world: World) -> None:
    link = await invited(world, await administrator(world))
    async with world.parts.db.reading() as tx:
        found = (await tx.exec_driver_sql("SELECT token_hash, ends_at FROM invitations")).one()
    assert abs(found.ends_at - world.parts.clock() - LINK_S) < 60
    assert found.token_hash not in link
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE invitations SET ends_at = 1")
    assert (await world.browser().get(link)).status_code == 410
    assert (await world.browser().post(link, data={"password": GOOD, "again": GOOD})).status_code == 410


async def test_a_new_link_makes_the_old_one_worthless(world: World) -> None:
    aino = await administrator(world)
    first, second = await invited(world, aino), await invited(world, aino)
    assert first != second
    assert (await world.browser().get(first)).status_code == 410
    assert (await world.browser().get(second)).status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("kort", "kort", "minst 10 tecken"),
        ("Salasana123", "Salasana123", "Många använder"),
        ("bo.ek.2026!", "bo.ek.2026!", "Många använder|liknar ditt namn"),
        ("x7" * 101, "x7" * 101, "högst 200"),
        (GOOD, GOOD + " ", "inte lika"),
        ("", "", "minst 10 tecken"),
    ],
)
async def test_a_guessable_password_is_refused_and_the_link_stays(
    world: World, password: str, again: str, said: str
) -> None:
    link = await invited(world, await administrator(world))
    bo = world.browser()
    reply = await bo.post(link, data={"password": password, "again": again})
    assert reply.status_code == 422
    assert re.search(said, reply.text)
    assert (await bo.post(link, data={"password": GOOD, "again": GOOD})).status_code == 303


async def test_nobody_signs_in_before_the_link_was_used(world: World) -> None:
    await invited(world, await administrator(world))
    for password in ("", "x", GOOD):
        reply = await world.browser().post("/staff/sign-in", data={"email": "bo.ek@stad.example", "password": password})
        assert reply.status_code == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"area": "annanstans"}, 403),
        ({"area": "stad"}, 403),
        ({"area": "bjork"}, 403),
        ({"area": "nowhere"}, 404),
        ({"area": ""}, 422),
        ({"role": "owner"}, 422),
        ({"role": ""}, 422),
        ({"name": ""}, 422),
        ({"name": "x" * 81}, 422),
        ({"name": "Bo\nBcc: all@x.example"}, 422),
        ({"name": "Bo \u202eEk"}, 422),
        ({"email": "bo"}, 422),
        ({"email": "bo@stad.example\nBcc: all@x.example"}, 422),
        ({"email": "b" * 250 + "@x.fi"}, 422),
        ({"email": "otto@stad.example"}, 422),
        ({"email": "mika@stad.example"}, 422),
    ],
)
async def test_a_school_secretary_invites_to_that_school_only(
    world: World, changes: dict[str, str], status: int
) -> None:
    """Nor does anybody who also works elsewhere come within reach by being invited."""
    secretary = await administrator(world, "koivu")
    reply = await secretary.post("/staff/people", data={**INVITATION, **changes})
    assert reply.status_code == status
    assert "/staff/invitations/" not in reply.text
    async with world.parts.db.reading() as tx:
        assert (await tx.exec_driver_sql("SELECT count(*) FROM invitations")).scalar_one() == 0
        assert (await tx.exec_driver_sql("SELECT count(*) FROM staff")).scalar_one() == 5
        assert (await tx.exec_driver_sql("SELECT count(*) FROM roles")).scalar_one() == 5


async def test_the_form_keeps_what_was_typed(world: World) -> None:
    aino = await administrator(world)
    reply = await aino.post("/staff/people", data={**INVITATION, "email": "bo", "role": "reviewer"})
    assert 'value="Bo Ek"' in reply.text
    assert re.search(r'value="reviewer" checked', reply.text)
    assert re.search(r'value="koivu" selected', reply.text)


async def test_whoever_has_a_password_gets_the_role_at_once(world: World) -> None:
    aino = await administrator(world)
    reply = await aino.post("/staff/people", data={**INVITATION, "email": "alva@stad.example", "role": "reviewer"})
    assert reply.status_code == 200
    assert "/staff/invitations/" not in reply.text
    alva = await world.signed_in("Alva")
    assert "granskare" in (await alva.get("/staff/me")).text.lower()


async def test_only_those_wholly_within_reach_are_reset_or_disabled(world: World) -> None:
    """Else a school's administrator could take over who also holds a role above."""
    secretary = await administrator(world, "koivu")
    await add(world, "Both", (Role.TEACHER, "koivu"), (Role.ADMINISTRATOR, "stad"))
    person = "/staff/people/p_Both"
    assert (await secretary.get(person)).status_code == 200
    for what in ("reset", "disable", "enable"):
        assert (await secretary.post(f"{person}/{what}")).status_code == 403
    role = {"role": "administrator", "area": "koivu"}
    assert (await secretary.post(f"{person}/roles", data=role)).status_code == 403
    assert (
        await secretary.post(f"{person}/roles/remove", data={"role": "administrator", "area": "stad"})
    ).status_code == 403
    assert (
        await secretary.post(f"{person}/roles/remove", data={"role": "teacher", "area": "koivu"})
    ).status_code == 303
    assert (await secretary.get(person)).status_code == 403
    assert (await world.signed_in("Both")).cookies


async def test_a_higher_role_for_someone_invited_makes_the_earlier_link_worthless(world: World) -> None:
    """Whoever handed the first link over knows it."""
    secretary, aino = await administrator(world, "koivu", "Siv"), await administrator(world)
    first = await invited(world, secretary)
    async with world.parts.db.reading() as tx:
        bo = (await tx.exec_driver_sql("SELECT id FROM staff WHERE email = 'bo.ek@stad.example'")).scalar_one()
    reply = await aino.post(f"/staff/people/{bo}/roles", data={"role": "administrator", "area": "stad"})
    assert (await world.browser().get(first)).status_code == 410
    assert (await world.browser().get(link_in(reply))).status_code == 200


async def test_disabling_ends_every_sign_in_at_once(world: World) -> None:
    aino, alva = await administrator(world), await world.signed_in("Alva")
    assert (await aino.post("/staff/people/p_Alva/disable")).status_code == 303
    assert (await alva.get("/staff/")).status_code == 303
    fields = {"email": "alva@stad.example", "password": PASSWORD}
    assert (await world.browser().post("/staff/sign-in", data=fields)).status_code == 401
    assert (await aino.post("/staff/people/p_Alva/enable")).status_code == 303
    assert (await world.browser().post("/staff/sign-in", data=fields)).status_code == 303


async def test_a_reset_takes_the_password_and_sign_ins_away(world: World) -> None:
    aino, alva = await administrator(world), await world.signed_in("Alva")
    link = link_in(await aino.post("/staff/people/p_Alva/reset"))
    assert (await alva.get("/staff/")).status_code == 303
    fields = {"email": "alva@stad.example", "password": PASSWORD}
    assert (await world.browser().post("/staff/sign-in", data=fields)).status_code == 401
    assert (await world.browser().post(link, data={"password": GOOD, "again": GOOD})).status_code == 303


@pytest.mark.parametrize(
    ("path", "data"),
    [("disable", {}), ("reset", {}), ("roles/remove", {"role": "administrator", "area": "stad"})],
)
async def test_the_last_administrator_stays(world: World, path: str, data: dict[str, str]) -> None:
    aino = await administrator(world)
    await invited(world, aino, role="administrator", area="stad")
    reply = await aino.post(f"/staff/people/p_Aino/{path}", data=data)
    assert reply.status_code == 409
    assert "sista administratören" in reply.text
    assert (await aino.get("/staff/people")).status_code == 200
    await add(world, "Ulla", (Role.ADMINISTRATOR, "stad"))
    assert (await aino.post(f"/staff/people/p_Aino/{path}", data=data)).status_code in (200, 303)


async def test_the_list_shows_ones_own_areas_only(world: World) -> None:
    secretary = await administrator(world, "koivu")
    page = (await secretary.get("/staff/people")).text
    assert "alva@stad.example" in page
    assert "mika@stad.example" not in page
    assert "otto@stad.example" not in page
    assert "alva@stad.example" not in (await secretary.get("/staff/people?q=%25")).text
    assert "mika@stad.example" not in (await secretary.get("/staff/people?area=stad")).text
    assert "alva@stad.example" in (await secretary.get("/staff/people?q=ALV&area=koivu")).text


async def test_an_invitation_is_mailed_in_both_languages(tmp_path: Path) -> None:
    async with open_postbox() as postbox, open_world(tmp_path, smtp=postbox.settings) as world:
        reply = await (await administrator(world)).post("/staff/people", data=INVITATION)
        assert "skickades också" in reply.text
        (letter,) = postbox.letters
        assert letter["To"] == "bo.ek@stad.example"
        text = letter.get_content()
        assert text.count("http://localhost:8000" + link_in(reply)) == 2
        assert "Hej Bo Ek!" in text
        assert "Tyckissä" in text
        postbox.refuses = "bo.ek"
        reply = await (await world.signed_in("Aino")).post("/staff/people", data=INVITATION)
        assert "kunde inte skickas" in reply.text
        assert (await world.browser().get(link_in(reply))).status_code == 200


# ---- one's own account ----


async def test_a_changed_password_ends_the_other_sign_ins(world: World) -> None:
    here, there = await world.signed_in("Alva"), await world.signed_in("Alva")
    fields = {"old": PASSWORD, "password": GOOD, "again": GOOD}
    reply = await here.post("/staff/me/password", data={**fields, "old": "fel"})
    assert reply.status_code == 422
    assert "inte ditt lösenord" in reply.text
    assert (
        await here.post("/staff/me/password", data={**fields, "password": "Alva", "again": "Alva"})
    ).status_code == 422
    assert (await here.post("/staff/me/password", data=fields)).status_code == 303
    assert (await here.get("/staff/me?done=password")).status_code == 200
    assert (await there.get("/staff/me")).status_code == 303


async def test_signing_out_everywhere_ends_them_all(world: World) -> None:
    here, there = await world.signed_in("Alva"), await world.signed_in("Alva")
    assert (await here.post("/staff/me/sign-out")).headers["location"] == "/staff/sign-in"
    for browser in (here, there):
        assert (await browser.get("/staff/")).status_code == 303


async def test_trying_old_passwords_has_to_wait(world: World) -> None:
    alva = await world.signed_in("Alva")
    fields = {"old": "x", "password": GOOD, "again": GOOD}
    replies = [await alva.post("/staff/me/password", data=fields) for _ in range(11)]
    assert [reply.status_code for reply in replies[-2:]] == [422, 429]


# ---- areas ----


async def test_an_administrator_says_when_schools_have_holidays(world: World) -> None:
    aino = await administrator(world)
    page = "/staff/areas/stad/holidays"
    assert f'href="{page}"' in (await aino.get("/staff/areas/stad")).text
    wrong = await aino.post(page, data={"first": "2036-02-25", "last": "2036-02-18"})
    assert wrong.status_code == 422
    assert "Det slutar innan det börjar." in wrong.text
    assert 'value="2036-02-25"' in wrong.text
    for last in ("2036-02-20", "2036-02-22"):
        assert (await aino.post(page, data={"first": "2036-02-18", "last": last})).status_code == 303
    shown = (await aino.get(page)).text
    assert "18.2.2036–22.2.2036" in shown
    assert "20.2.2036" not in shown
    assert (await aino.post(f"{page}/remove", data={"first": "2036-02-18"})).status_code == 303
    assert (await aino.post(f"{page}/remove", data={"first": "2036-02-18"})).status_code == 404
    assert "18.2.2036" not in (await aino.get(page)).text


async def test_a_library_is_added_renamed_and_removed(world: World) -> None:
    aino = await administrator(world)
    fields = {"parent": "stad", "kind": "library", "name_sv": "Biblioteket", "name_fi": "", "language": "sv"}
    reply = await aino.post("/staff/areas", data=fields)
    page = reply.headers["location"]
    assert "Biblioteket" in (await aino.get("/staff/areas")).text
    assert (
        await aino.post(page, data={"name_sv": "Huvudbiblioteket", "name_fi": "Pääkirjasto", "language": "fi"})
    ).status_code == 303
    assert "Huvudbiblioteket" in (await aino.get(page)).text
    assert (await aino.post(f"{page}/remove")).status_code == 303
    assert (await aino.get(page)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"parent": "annanstans"}, 403),
        ({"parent": ""}, 404),
        ({"parent": "nowhere"}, 404),
        ({"parent": "koivu"}, 422),
        ({"kind": "municipality"}, 422),
        ({"kind": "joint"}, 422),
        ({"kind": "planet"}, 422),
        ({"name_sv": ""}, 422),
        ({"name_sv": "x" * 100_000}, 413),
        ({"name_sv": "x" * 81}, 422),
        ({"name_sv": "Skol\u202ean"}, 422),
        ({"language": "en"}, 422),
        ({"language": ""}, 422),
    ],
)
async def test_what_is_no_area_is_refused(world: World, changes: dict[str, str], status: int) -> None:
    aino = await administrator(world)
    fields = {"parent": "stad", "kind": "school", "name_sv": "Skolan", "name_fi": "", "language": "sv"}
    assert (await aino.post("/staff/areas", data={**fields, **changes})).status_code == status
    async with world.parts.db.reading() as tx:
        assert (await tx.exec_driver_sql("SELECT count(*) FROM areas")).scalar_one() == 4


async def test_an_area_with_sessions_or_people_stays(world: World) -> None:
    aino = await administrator(world)
    await world.town.session("bjork", (3, 4))
    for area in ("koivu", "bjork", "stad"):
        assert (await aino.post(f"/staff/areas/{area}/remove")).status_code == 409


async def test_a_joint_consultation_has_municipalities_and_they_have_schools(world: World) -> None:
    async with world.parts.db.writing() as tx:
        await tx.exec_driver_sql("INSERT INTO areas VALUES ('allt', NULL, 'joint', 'Alla', 'Kaikki', 'sv')")
        await tx.exec_driver_sql("UPDATE areas SET parent = 'allt' WHERE id = 'stad'")
    aino = await administrator(world, "allt")
    fields = {"parent": "allt", "kind": "municipality", "name_sv": "Byn", "language": "sv"}
    municipality = (await aino.post("/staff/areas", data=fields)).headers["location"].rpartition("/")[2]
    fields = {"parent": municipality, "kind": "school", "name_sv": "Byskolan", "language": "sv"}
    assert (await aino.post("/staff/areas", data=fields)).status_code == 303
    tree = (await aino.get("/staff/areas")).text
    assert [name in tree for name in ("Alla", "Byn", "Byskolan", "Koivu")] == [True] * 4


# ---- the log ----


async def test_the_log_says_who_did_what_in_ones_own_areas(world: World) -> None:
    aino = await administrator(world)
    await invited(world, aino, name="=cmd|' /C calc'!A0")
    page = (await aino.get("/staff/log")).text
    assert page.count("Gav rollen lärare") == 2, "once in the filter, once in the table"
    assert "Aino" in page
    assert "bo.ek@stad.example" in page
    assert "bo.ek@stad.example" not in (await aino.get("/staff/log?what=area_added")).text
    assert "bo.ek@stad.example" not in (await aino.get("/staff/log?who=p_Alva")).text
    rows = list(csv.reader(io.StringIO((await aino.get("/staff/log.csv")).text.removeprefix("\ufeff"))))
    assert rows[0] == ["När", "Vem", "Vad", "Var", "Vad det gällde"]
    assert rows[1][1:] == ["Aino", "Gjorde en inbjudan", "Koivu", "'=cmd|' /C calc'!A0, bo.ek@stad.example"]
    assert "bo.ek@stad.example" not in (await (await administrator(world, "bjork", "Bea")).get("/staff/log")).text


async def test_the_log_goes_back_page_by_page(world: World) -> None:
    aino = await administrator(world)
    for number in range(60):
        await aino.post("/staff/areas/bjork", data={"name_sv": f"Björk nr {number}.", "language": "sv"})
    first = (await aino.get("/staff/log")).text
    assert "Björk nr 59." in first
    assert "Björk nr 9." not in first
    older = re.search(r'href="(/staff/log\?[^"]*before=\d+)"', first)
    assert older
    second = (await aino.get(older[1].replace("&amp;", "&"))).text
    assert "Björk nr 9." in second
    assert "Björk nr 10." not in second
    for odd in ("x", "-1", "9" * 30):
        assert (await aino.get(f"/staff/log?before={odd}")).status_code == 200


@pytest.mark.parametrize("lang", ["sv", "fi"])
async def test_the_header_shows_what_the_roles_allow(world: World, lang: str) -> None:
    pages = ("/staff/people", "/staff/areas", "/staff/log", "/staff/shelf", "/staff/workshop/new")
    aino, mika, alva = (
        await administrator(world, lang=lang),
        await world.signed_in("Mika"),
        await world.signed_in("Alva"),
    )
    for browser, shown in ((aino, 5), (mika, 2), (alva, 0)):
        header = (await browser.get("/staff/")).text.partition("<main")[0]
        assert sum(f'href="{page}"' in header for page in pages) == shown
