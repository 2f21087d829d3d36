"""The results' JSON for anyone: nothing before results are public, and then only the levels that were opened."""

import json

import pytest
from sqlalchemy import text

from tests.web.staff import World

API = "/api/v1/results/third-place"


async def opened(world: World, level: str, children: int = 7) -> None:
    """Some children of Koivu 1-2 answered all alike, the consultation is frozen, its results public down to `level`."""
    await world.town.close(await world.answered(children, grades=(1, 2)))
    await world.town.freeze()
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET public = :level"), {"level": level})


@pytest.mark.parametrize("name", [None, "Alva", "Otto"])
async def test_before_that_nobody_without_the_right(world: World, name: str | None) -> None:
    await world.town.freeze()
    browser = await world.signed_in(name) if name else world.browser()
    reply = await browser.get(API)
    assert (reply.status_code, reply.json()["error"]["code"]) == (
        (403, "not_allowed") if name else (401, "sign_in_needed")
    )


@pytest.mark.parametrize("name", [None, "Alva", "Otto", "Ritva"])
@pytest.mark.parametrize("query", ["", "?school=koivu", "?school_language=fi"])
async def test_anyone_reads_what_the_reviewer_reads(world: World, name: str | None, query: str) -> None:
    await opened(world, "schools")
    browser = await world.signed_in(name) if name else world.browser()
    reply = await browser.get(API + query)
    assert reply.status_code == 200
    assert reply.json() == (await (await world.signed_in("Ritva")).get(API + query)).json()
    assert reply.json()["questions"][0]["shown"] == 6


@pytest.mark.parametrize(("level", "status"), [("schools", 403), ("grades", 200)])
@pytest.mark.parametrize("query", ["?grades=1-2", "?school=koivu&grades=1-2", "?grades=1-2&school_language=fi"])
async def test_grades_only_when_they_were_opened(world: World, level: str, status: int, query: str) -> None:
    await opened(world, level)
    for browser in (world.browser(), await world.signed_in("Otto")):
        reply = await browser.get(API + query)
        assert reply.status_code == status
        if status == 403:
            assert reply.json()["error"]["code"] == "not_allowed"
    assert (await (await world.signed_in("Ritva")).get(API + query)).status_code == 200


@pytest.mark.parametrize("query", ["?school=nowhere", "?grades=7", "?school_language=en", "?grades=x&school=koivu"])
async def test_what_is_unknown_is_not_found_for_anyone(world: World, query: str) -> None:
    await opened(world, "schools")
    assert (await world.browser().get(API + query)).status_code == 404


async def test_another_consultation_stays_closed(world: World) -> None:
    await opened(world, "schools")
    assert (await world.browser().get("/api/v1/results/nothing")).status_code == 401


async def test_a_sensitive_question_is_public_from_the_school_up(world: World) -> None:
    async with world.parts.db.writing() as tx:
        content = json.loads((await tx.execute(text("SELECT content FROM revisions"))).scalar_one())
        content["questions"][0]["sensitive"] = True
        await tx.execute(text("UPDATE revisions SET content = :content"), {"content": json.dumps(content)})
    await opened(world, "grades", children=13)
    ritva, anyone = await world.signed_in("Ritva"), world.browser()
    for query, browser, shown in [
        ("?school=koivu&grades=1-2", ritva, 11),
        ("?school=koivu&grades=1-2", anyone, None),
        ("?grades=1-2", anyone, None),
        ("?school=koivu", anyone, 11),
        ("", anyone, 11),
    ]:
        found = (await browser.get(API + query)).json()["questions"][0]
        assert (found["shown"], found["counts"] is None) == (shown, shown is None), query
