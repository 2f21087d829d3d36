"""Paper sheets are typed in by a moderator, in a session of their own, and never make a packet."""

import re

import pytest

from server.domain.sessions import Session
from server.store.sessions import list_sessions
from tests.town import item
from tests.web.staff import HOME, World

ENVELOPE = {"area": "koivu", "grades": ["3"]}


async def opened(world: World) -> Session:
    """The session a moderator opened for one envelope."""
    mika = await world.signed_in("Mika")
    reply = await mika.post(f"{HOME}/sheets", data=ENVELOPE)
    assert reply.status_code == 303, reply.text
    async with world.parts.db.reading() as db:
        (session,) = [one for one in await list_sessions(db, "third-place") if one.typed]
    assert reply.headers["location"] == f"/staff/sessions/{session.id}"
    return session


async def test_an_envelope_becomes_a_session_that_no_child_finds(world: World) -> None:
    session = await opened(world)
    assert (session.area, session.grades, session.pictures) == ("koivu", (3,), None)
    assert session.profile == "long"


async def test_its_page_leads_to_the_booklet_and_to_the_end(world: World) -> None:
    session, mika = await opened(world), await world.signed_in("Mika")
    page = (await mika.get(f"/staff/sessions/{session.id}")).text
    assert f"http://localhost:8000/app/j/{session.link}" in page
    assert "(på papper)" in page
    assert "den som skriver in ett papper har läst det" in page
    assert "board" not in page.partition('id="main"')[2].partition("<footer")[0]


async def test_sheets_go_through_the_booklets_own_door(world: World) -> None:
    """Joined by the link, handed in, closed by the moderator: received, and nothing shown of them."""
    session, mika = await opened(world), await world.signed_in("Mika")
    joined = await world.browser().post("/api/v1/join", json={"link": session.link})
    assert joined.status_code == 200, joined.text
    tablet = await world.town.tablet(session)
    await world.town.deliver(tablet, *[item(tablet, {"q1": "forest"}) for _ in range(9)])
    assert re.search(r"<dd>9</dd>", (await mika.get(f"/staff/sessions/{session.id}")).text)
    assert (await mika.post(f"/staff/sessions/{session.id}/close")).status_code == 303
    found = (await mika.get("/api/v1/results/third-place")).json()["questions"]
    assert all(one["counts"] is None for one in found)
    wall = (await mika.get(f"/staff/sessions/{session.id}/wall?card=1")).text
    assert "wall-band" not in wall


@pytest.mark.parametrize(
    "form",
    [{}, {"area": "koivu"}, {"grades": "3"}, {"area": "annanstans", "grades": "3"}, {"area": "koivu", "grades": "9"}],
)
async def test_a_bad_envelope_shows_the_form_again(world: World, form: dict[str, str]) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.post(f"{HOME}/sheets", data=form)
    assert reply.status_code == 422
    assert "-wrong" in reply.text


@pytest.mark.parametrize(("name", "status"), [("Mika", 200), ("Alva", 403), ("Ritva", 403), ("Otto", 403)])
async def test_who_may_type(world: World, name: str, status: int) -> None:
    assert (await (await world.signed_in(name)).get(f"{HOME}/sheets")).status_code == status


async def test_after_the_freeze_no_envelope_is_opened(world: World) -> None:
    await world.town.freeze()
    mika = await world.signed_in("Mika")
    assert (await mika.get(f"{HOME}/sheets")).status_code == 409
    assert (await mika.post(f"{HOME}/sheets", data=ENVELOPE)).status_code == 409
