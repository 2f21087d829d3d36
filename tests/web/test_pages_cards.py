"""The class card: what it prints, what whoever holds it may do, and how it is taken back."""

import re

import pytest

from server.domain.grants import sign_card
from server.domain.sessions import Session
from server.store.actions import list_actions
from server.store.sessions import find_session
from tests.town import item
from tests.web.staff import World


async def card_of(world: World, session: Session) -> str:
    """The address that Alva prints."""
    page = await (await world.signed_in("Alva")).get(f"/staff/sessions/{session.id}/card")
    (address,) = re.findall(r"http://localhost:8000(/staff/c/[^<]+)<", page.text)
    return str(address)


async def state_of(world: World, session: Session) -> str:
    async with world.parts.db.reading() as db:
        found = await find_session(db, session.id)
    assert found
    return found.state


@pytest.mark.parametrize(
    ("lang", "title", "word"), [("sv", "Klasskort", "ordning"), ("fi", "Luokkakortti", "järjestyksessä")]
)
async def test_the_printed_card_says_it_in_the_readers_language(world: World, lang: str, title: str, word: str) -> None:
    session = await world.town.session()
    page = (await (await world.signed_in("Alva", lang)).get(f"/staff/sessions/{session.id}/card")).text
    assert title in page
    assert word in page
    assert page.count('class="asked-number"') == 4
    assert 'class="qr-code"' in page
    assert session.link not in page


async def test_whoever_holds_it_opens_finishes_and_closes_without_signing_in(world: World) -> None:
    session = await world.town.session(opens="2099-01-01")
    card, browser = await card_of(world, session), world.browser()
    assert "Öppna nu" in (await browser.get(card)).text
    for step, state in (("open", "open"), ("finish", "closing"), ("close", "closed")):
        reply = await browser.post(f"{card}/{step}")
        assert (reply.status_code, reply.headers["location"]) == (303, card)
        assert await state_of(world, session) == state
        assert (await browser.get(card)).status_code == (await browser.get(f"{card}/progress")).status_code == 200
    async with world.parts.db.reading() as db:
        done = await list_actions(db, ["koivu"], most=9)
    assert [(one.what, one.who) for one in done[:3]] == [
        (f"session_{step}", "(class card)") for step in ("closed", "finished", "opened")
    ]


async def test_it_shows_counts_and_never_an_answer_nor_a_way_further(world: World) -> None:
    session = await world.town.session(children=20)
    tablet = await world.town.tablet(session)
    await world.town.deliver(tablet, item(tablet, {"q1": "forest"}), item(tablet, {"q1": "forest"}))
    page = (await world.browser().get(await card_of(world, session))).text
    assert "<dd>2 <small>av 20" in page
    assert "forest" not in page
    assert set(re.findall(r'(?:href|action)="/staff/([^"?]*)', page)) <= {
        "",
        "worry",
        (await card_of(world, session))[7:] + "/finish",
        (await card_of(world, session))[7:],
    }


async def test_a_new_card_makes_the_old_one_worthless(world: World) -> None:
    session = await world.town.session()
    old, alva = await card_of(world, session), await world.signed_in("Alva")
    assert (await alva.post(f"/staff/sessions/{session.id}/card")).status_code == 303
    new = await card_of(world, session)
    assert new != old
    browser = world.browser()
    assert [(await browser.get(address)).status_code for address in (old, new)] == [404, 200]
    for step in ("open", "finish", "close"):
        assert (await browser.post(f"{old}/{step}")).status_code == 404
    assert await state_of(world, session) == "open"


async def test_it_opens_its_own_session_only(world: World) -> None:
    mine, other = await world.town.session(), await world.town.session()
    mac = (await card_of(world, mine)).rpartition(".")[2]
    assert (await world.browser().get(f"/staff/c/{other.id}.{mac}")).status_code == 404
    assert sign_card(mine.id, 0, b"another key" * 3) not in await card_of(world, mine)


@pytest.mark.parametrize("card", ["x", ".", "å", "s_x." + "A" * 43, "a" * 5000])
async def test_made_up_cards_open_nothing(world: World, card: str) -> None:
    assert (await world.browser().get(f"/staff/c/{card}")).status_code == 404


async def test_wrong_cards_and_codes_hinder_no_good_card(world: World) -> None:
    mine = await world.town.session()
    browser = world.browser()
    assert {(await browser.get("/staff/c/wrong")).status_code for _ in range(70)} == {404}
    wrong = {"pictures": ["cat"] * 4, "school": "nowhere"}
    statuses = [(await browser.post("/api/v1/join", json=wrong)).status_code for _ in range(61)]
    assert statuses[-1] == 429
    assert (await browser.get(await card_of(world, mine))).status_code == 200
