"""Results as the reviewer's page and as JSON: whole packets only, and the same figures on both."""

from typing import Any

import pytest

from tests.web.staff import HOME, World

API = "/api/v1/results/third-place"


async def filled(world: World) -> None:
    """Koivu 1–2: eight answers; Koivu 3: four; Björk 3: seven. All closed."""
    for number, school, grades in ((8, "koivu", (1, 2)), (4, "koivu", (3,)), (7, "bjork", (3,))):
        session = await world.answered(number, school=school, grades=grades, q1="forest", q2=["friends", "fun"])
        await world.town.close(session)


async def asked(world: World, query: str = "", name: str = "Ritva") -> dict[str, Any]:
    reply = await (await world.signed_in(name)).get(API + query)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def question(found: dict[str, Any], name: str) -> dict[str, Any]:
    one: dict[str, Any]
    (one,) = [one for one in found["questions"] if one["id"] == name]
    return one


@pytest.mark.parametrize(
    ("query", "shown", "received"),
    [
        ("", 13, 19),
        ("?school=koivu", 7, 12),
        ("?school=bjork", 6, 7),
        ("?school=koivu&grades=1-2", 7, 8),
        ("?school=koivu&grades=1,2", 7, 8),
        ("?grades=1-2", 7, 8),
        ("?grades=3", 6, 11),
        ("?grades=1-3", 13, 19),
        ("?school_language=fi", 7, 12),
        ("?school_language=sv", 6, 7),
        ("?school=koivu&school_language=fi", 7, 12),
        ("?school=&grades=&school_language=", 13, 19),
    ],
)
async def test_figures_are_sums_of_whole_packets(world: World, query: str, shown: int, received: int) -> None:
    await filled(world)
    found = question(await asked(world, query), "q1")
    assert (found["shown"], found["received"]) == (shown, received)
    assert found["counts"]["forest"] == shown
    assert found["counts"]["home"] == 0
    assert sum(found["counts"].values()) == shown


@pytest.mark.parametrize(
    "query", ["?school=koivu&grades=3", "?school=koivu&grades=1", "?grades=6", "?school=koivu&school_language=sv"]
)
async def test_a_known_place_without_packets_is_withheld(world: World, query: str) -> None:
    await filled(world)
    for one in (await asked(world, query))["questions"]:
        assert (one["shown"], one["received"], one["counts"]) == (None, None, None)


@pytest.mark.parametrize(
    "query",
    ["?school=nowhere", "?school=stad", "?grades=7", "?grades=x", "?grades=2-", "?school_language=en"],
)
async def test_an_unknown_place_is_not_found(world: World, query: str) -> None:
    ritva = await world.signed_in("Ritva")
    reply = await ritva.get(API + query)
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "not_found"
    assert (await ritva.get(f"{HOME}/results{query}")).status_code == 404


async def test_the_shape_is_the_contract(world: World) -> None:
    await filled(world)
    found = await asked(world, "?school=koivu&grades=1-2")
    assert found.keys() == {"consultation", "frozen", "where", "questions"}
    assert (found["consultation"], found["frozen"]) == ("third-place", False)
    assert found["where"] == {"school": "koivu", "grades": "1-2"}
    assert [one["id"] for one in found["questions"]] == ["q1", "q2", "q3", "q4", "q5", "exit"]
    q2 = question(found, "q2")
    assert q2.keys() == {"id", "poll", "kind", "shown", "received", "counts"}
    assert (q2["poll"], q2["kind"]) == ("third-place", "multi_choice")
    assert q2["counts"] == {"friends": 7, "fun": 7, "cosy": 0, "adult": 0}


async def test_nothing_is_known_while_a_session_is_open(world: World) -> None:
    await world.answered(20)
    assert all(one["counts"] is None for one in (await asked(world))["questions"])


async def test_freezing_gives_the_waiting_answers_their_packet(world: World) -> None:
    for grades in ((3,), (4,)):
        await world.town.close(await world.answered(4, grades=grades))
    assert question(await asked(world, "?school=koivu"), "q1")["counts"] is None
    await world.town.freeze()
    found = await asked(world, "?school=koivu")
    assert found["frozen"] is True
    assert (question(found, "q1")["shown"], question(found, "q1")["received"]) == (7, 8)


@pytest.mark.parametrize(("name", "status"), [("Ritva", 200), ("Mika", 200), ("Alva", 403), ("Otto", 403)])
async def test_who_may_read(world: World, name: str, status: int) -> None:
    browser = await world.signed_in(name)
    assert (await browser.get(API)).status_code == status
    assert (await browser.get(f"{HOME}/results")).status_code == status


async def test_a_stranger_is_asked_to_sign_in(world: World) -> None:
    reply = await world.browser().get(API)
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "sign_in_needed")


async def test_an_unknown_consultation_is_not_found(world: World) -> None:
    assert (await (await world.signed_in("Ritva")).get("/api/v1/results/nothing")).status_code == 404


async def test_the_page_says_what_is_shown_and_what_is_withheld(world: World) -> None:
    await filled(world)
    ritva = await world.signed_in("Ritva")
    page = (await ritva.get(f"{HOME}/results?school=koivu")).text
    assert "Visar 7 av 12 svar." in page
    assert "Färre än 6 svar, räknas i skolans eller kommunens resultat." in page
    assert "Svaren visas bara i paket med minst fem svar" in page
    assert "style=" not in page
    finnish = (await ritva.get(f"{HOME}/results?school=koivu&lang=fi")).text
    assert "Näytetään 7/12 vastausta." in finnish
    assert f"{HOME}/results?school=koivu&amp;lang=sv" in finnish
