"""Where a municipality has no school yet, its administrator and teacher names the first one as a session starts."""

from __future__ import annotations

import pytest

from server.domain.people import Role
from server.store.areas import list_areas
from server.store.shelf import find_shelf_poll
from server.store.staff import insert_role
from server.usecases.compose import publish
from tests.web.staff import World

POLL = "school-yard"
EMPTY = "annanstans"
START = {"consultation": POLL, "grades": "3", "place": "Byskolan"}


async def published(world: World, *roles: Role) -> None:
    """Otto's municipality has a poll and no school."""
    await publish(world.parts.db, EMPTY, find_shelf_poll(POLL))
    async with world.parts.db.writing() as tx:
        for role in roles:
            await insert_role(tx, "p_Otto", role, EMPTY)


async def schools(world: World) -> list[str]:
    async with world.parts.db.reading() as db:
        return [area.name["fi"] for area in (await list_areas(db)).values() if area.parent == EMPTY]


async def test_the_first_school_is_named_as_the_session_starts(world: World) -> None:
    await published(world, Role.ADMINISTRATOR, Role.TEACHER)
    otto = await world.signed_in("Otto")
    form = await otto.get(f"/staff/consultations/{POLL}/start")
    assert 'name="place"' in form.text
    reply = await otto.post("/staff/sessions", data=START)
    assert reply.status_code == 303, reply.text
    assert await schools(world) == ["Byskolan"]
    assert "Byskolan" in (await otto.get(reply.headers["location"])).text
    again = await otto.post("/staff/sessions", data=START)
    assert again.status_code == 422
    assert await schools(world) == ["Byskolan"]


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "By\nskolan"])
async def test_a_bad_name_is_asked_again_and_nothing_is_made(world: World, name: str) -> None:
    await published(world, Role.ADMINISTRATOR, Role.TEACHER)
    otto = await world.signed_in("Otto")
    reply = await otto.post("/staff/sessions", data={**START, "place": name})
    assert reply.status_code == 422
    assert 'id="place-wrong"' in reply.text
    assert await schools(world) == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER])
async def test_one_of_the_roles_is_not_enough(world: World, role: Role) -> None:
    await published(world, role)
    otto = await world.signed_in("Otto")
    reply = await otto.post("/staff/sessions", data=START)
    assert reply.status_code == 403
    assert await schools(world) == []


async def test_a_missing_grade_keeps_the_school_that_was_named(world: World) -> None:
    await published(world, Role.ADMINISTRATOR, Role.TEACHER)
    otto = await world.signed_in("Otto")
    reply = await otto.post("/staff/sessions", data={"consultation": POLL, "place": "Byskolan"})
    assert reply.status_code == 422
    assert "Byskolan" in reply.text
    assert await schools(world) == ["Byskolan"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.REVIEWER])
async def test_the_first_page_leads_to_the_first_school(world: World, role: Role) -> None:
    await published(world, role)
    otto = await world.signed_in("Otto")
    link = f'href="/staff/areas/{EMPTY}#add"'
    assert (link in (await otto.get("/staff/")).text) == (role == Role.ADMINISTRATOR)
