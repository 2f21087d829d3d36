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
    assert [one["id"] for one in found["questions"]] == [
        *("q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"),
        *("q9.p1", "q9.p2", "q9.p3", "q9.p4", "exit", "language"),
    ]
    q2 = question(found, "q2")
    assert q2.keys() == {"id", "poll", "kind", "shown", "received", "skipped", "counts"}
    assert (q2["poll"], q2["kind"]) == ("third-place", "multi_choice")
    assert q2["counts"] == {"friends": 7, "fun": 7, "cosy": 0, "adult": 0}


PLAYED: dict[str, Any] = {
    "q6": ["free", "clean", "evening"],
    "q7": {"climb": 3, "music": 1},
    "q8": "river",
    "q9": {"p1": "outdoors", "p2": "calm"},
    "q10": {"drawing": True, "text": False},
}


async def test_every_kind_has_its_cells(world: World) -> None:
    """Seven children with five coins, and seven with ten, are worth the same."""
    for grades in ((1, 2), (3,)):
        await world.town.close(await world.answered(7, grades=grades, **PLAYED))
    found = await asked(world, "?school=koivu")
    points = {"free": 4, "clean": 3, "evening": 2, "everyone": 0}
    assert question(found, "q6")["counts"] == {
        **{f"{option}#": 12 * each for option, each in points.items()},
        **dict.fromkeys(["clean@1", "evening@1", "everyone@1"], 0),
        "free@1": 12,
    }
    given = {"climb": 6 * (6 + 3), "music": 6 * (2 + 1)}
    others = ["reading", "workshop", "kitchen"]
    assert question(found, "q7")["counts"] == {
        **given,
        **dict.fromkeys(others, 0),
        **{f"{option}#": 12 if option in given else 0 for option in (*given, *others)},
    }
    assert question(found, "q8")["counts"]["river"] == 12
    assert question(found, "q9.p1")["counts"] == {"outdoors": 12, "indoors": 0}
    assert question(found, "q9.p2")["counts"] == {"lively": 0, "calm": 12}
    assert question(found, "q9.p3")["counts"] is None
    kinds = {one["id"]: one["kind"] for one in found["questions"]}
    assert [kinds[name] for name in ("q6", "q7", "q8", "q9.p1")] == ["rank", "budget", "place", "this_or_that"]
    assert "q10" not in kinds
    assert "Unelmapaikka" not in str(found)


async def test_small_groups_with_different_purses_share_a_packet(world: World) -> None:
    """Five coins and ten meet where they wait: in the school, each child as ten tenths."""
    for grades in ((1, 2), (3,)):
        await world.town.close(await world.answered(4, grades=grades, q7={"climb": 5}))
    await world.town.freeze()
    found = question(await asked(world, "?school=koivu"), "q7")
    assert (found["shown"], found["received"], found["counts"]["climb#"]) == (7, 8, 7)
    # The one that was held had either purse.
    assert found["counts"]["climb"] in (3 * 10 + 4 * 5, 4 * 10 + 3 * 5)


async def test_the_page_shows_every_kind_with_its_numbers(world: World) -> None:
    for grades in ((1, 2), (3,)):
        await world.town.close(await world.answered(7, grades=grades, **PLAYED))
    page = (await (await world.signed_in("Ritva", "fi")).get(f"{HOME}/results")).text
    assert page.count('class="card result"') == 11
    assert "Ensimmäinen sija antaa 4 pistettä" in page
    assert "Ykkösiä" in page
    assert "<h3>Ulkona / Sisällä</h3>" in page
    assert "Antajia" in page
    assert "Käyttämättä" in page
    assert "unelmapaikkasi" not in page


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
