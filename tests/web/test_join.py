"""Joining (docs/sync.md): by four pictures or a link, into one session of one school."""

import hashlib
from itertools import product
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from server.domain.grants import corner_mark, read_token
from server.domain.sessions import PICTURES, Session
from server.usecases.freeze import freeze
from server.usecases.run_session import close, finish
from tests.web.demo import DemoApp, open_demo

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def demo(demo_of_each_engine: DemoApp) -> DemoApp:
    return demo_of_each_engine


async def join(demo: DemoApp, **body: Any) -> httpx2.Response:
    demo.forget_limits()
    return await demo.client().post("/api/v1/join", json=body)


def check_refused(reply: httpx2.Response, status: int, code: str) -> None:
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert reply.headers["cache-control"] == "no-store"


async def same_code(demo: DemoApp, *sessions: Session) -> list[str]:
    """Lets these sessions of different schools have one picture code."""
    code = sessions[0].pictures
    assert code
    for session in sessions:
        await demo.execute("UPDATE sessions SET pictures = :code WHERE id = :id", code=" ".join(code), id=session.id)
    return list(code)


async def free_code(demo: DemoApp) -> tuple[str, ...]:
    """Four pictures that no session has."""
    async with demo.parts.db.reading() as tx:
        taken = {code for (code,) in await tx.execute(text("SELECT pictures FROM sessions"))}
    return next(code for code in product(PICTURES, repeat=4) if " ".join(code) not in taken)


async def test_the_answer_to_the_link(demo: DemoApp) -> None:
    session = await demo.session("satukallio", (2, 1), children=21)
    reply = await join(demo, link=session.link)
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    assert "set-cookie" not in reply.headers
    answer = reply.json()
    grant = read_token(answer.pop("token"), demo.parts.key)
    assert (grant.session, grant.area, grant.grades, grant.revision) == (
        session.id,
        "satukallio",
        "1-2",
        session.revision,
    )
    assert {url_and_digest.keys() == {"url", "sha256", "bytes"} for url_and_digest in answer.pop("assets")} == {True}
    assert answer == {
        "session": session.id,
        "school": "satukallio",
        "pictures": list(session.pictures or ()),
        "revision": session.revision,
        "grades": [1, 2],
        "mark": {"colour": "blue", "shape": "circle"},
        "lang": "fi",
        "booklets": {lang: f"/app/b/{session.revision}-short/{lang}" for lang in ("sv", "fi")},
        "state": "open",
        "children": 21,
        "limits": {"items": 50, "bytes": 65536, "body_bytes": 8192},
        "corner": {"mark": corner_mark(session.id, demo.parts.key), "key": demo.parts.handover.public},
    }


async def test_what_the_answer_names_is_served_as_it_says(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    pages = [await tablet.client.get(url) for url in tablet.answer["booklets"].values()]
    assert [page.status_code for page in pages] == [200, 200]
    assert tablet.answer["assets"]
    for asset in tablet.answer["assets"]:
        served = await tablet.client.get(asset["url"])
        assert (len(served.content), hashlib.sha256(served.content).hexdigest()) == (asset["bytes"], asset["sha256"])
        assert any(asset["url"] in page.text for page in pages)


async def test_the_tablets_of_a_session_look_different_and_none_is_named(demo: DemoApp) -> None:
    session = await demo.session()
    answers = [(await join(demo, link=session.link)).json() for _ in range(9)]
    assert len({tuple(answer["mark"].values()) for answer in answers}) == 9
    assert len({answer["token"] for answer in answers}) == 9


async def test_by_pictures_and_school(demo: DemoApp) -> None:
    session = await demo.session("sagoskogen", (3, 4))
    reply = await join(demo, pictures=session.pictures, school="sagoskogen")
    assert reply.json()["session"] == session.id


async def test_by_pictures_alone_when_no_other_school_has_them(demo: DemoApp) -> None:
    session = await demo.session("sagoskogen", (3, 4))
    assert (await join(demo, pictures=session.pictures)).json()["session"] == session.id


async def test_pictures_of_two_schools_are_ambiguous_until_the_school_is_known(demo: DemoApp) -> None:
    one, other = await demo.session("satukallio"), await demo.session("manstralen")
    code = await same_code(demo, one, other)
    check_refused(await join(demo, pictures=code), 409, "ambiguous")
    assert (await join(demo, pictures=code, school="manstralen")).json()["session"] == other.id
    check_refused(await join(demo, pictures=code, school="sagoskogen"), 404, "unknown_code")
    await close(demo.parts.db, demo.parts.live, demo.parts.revisions, demo.parts.key, other.id)
    assert (await join(demo, pictures=code)).json()["session"] == one.id


async def test_the_order_of_the_pictures_counts(demo: DemoApp) -> None:
    session = await demo.session("sagoskogen")
    code = ["cat", "cat", "owl", "boat"]
    await demo.execute("UPDATE sessions SET pictures = :code WHERE id = :id", code=" ".join(code), id=session.id)
    assert (await join(demo, pictures=code, school="sagoskogen")).json()["session"] == session.id
    check_refused(await join(demo, pictures=code[::-1], school="sagoskogen"), 404, "unknown_code")
    await demo.execute("UPDATE sessions SET pictures = NULL WHERE id = :id", id=session.id)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"pictures": ["cat", "cat", "cat", "unicorn"]}, "unknown_code"),
        ({"pictures": ["cat cat", "cat", "cat", ""]}, "unknown_code"),
        ({"pictures": ["cat", "cat", "cat", "cat"], "school": "no-such"}, "unknown_code"),
        ({"link": "no-such"}, "not_found"),
        ({"link": ""}, "not_found"),
        ({"link": "%"}, "not_found"),
    ],
)
async def test_unknown(demo: DemoApp, body: dict[str, Any], code: str) -> None:
    check_refused(await join(demo, **body), 404, code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"school": "satukallio"},
        {"pictures": []},
        {"pictures": ["cat"] * 3},
        {"pictures": ["cat"] * 5},
        {"pictures": "cat boat key owl"},
        {"pictures": [1, 2, 3, 4]},
        {"pictures": ["cat"] * 4, "link": "x"},
        {"link": 7},
        {"link": "x" * 65},
        {"link": "x", "name": "Elsa"},
        {"link": "\x00"},
        {"pictures": ["cat", "cat", "cat", "\x00"]},
        {"pictures": ["cat"] * 4, "school": "\x00"},
        {"pictures": ["cat"] * 4, "school": ["satukallio"]},
    ],
)
async def test_400_when_it_is_not_our_shape(demo: DemoApp, body: dict[str, Any]) -> None:
    before = await demo.rows("tablets")
    check_refused(await join(demo, **body), 400, "bad_request")
    assert await demo.rows("tablets") == before


async def test_a_prepared_session_is_joined_days_before(demo: DemoApp) -> None:
    session = await demo.session(opens="2027-01-01")
    for body in ({"link": session.link}, {"pictures": session.pictures, "school": "satukallio"}):
        assert (await join(demo, **body)).json()["state"] == "prepared"


@pytest.mark.parametrize("step", ["finish", "close"])
async def test_a_session_that_has_ended_takes_no_tablet(demo: DemoApp, step: str) -> None:
    session = await demo.session()
    here = demo.parts
    await finish(here.db, here.live, session.id)
    if step == "close":
        await close(here.db, here.live, here.revisions, here.key, session.id)
    check_refused(await join(demo, link=session.link), 409, "session_closed")
    check_refused(await join(demo, pictures=session.pictures, school="satukallio"), 404, "unknown_code")


async def test_a_frozen_consultation_takes_no_tablet(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        session, here = await demo.session(), demo.parts
        await freeze(here.db, here.live, here.revisions, here.key, demo.made.consultation)
        check_refused(await join(demo, link=session.link), 409, "frozen")


async def test_joining_ends_the_staff_sign_in_of_that_browser(demo: DemoApp) -> None:
    teacher = await demo.staff("teacher")
    elsewhere = await demo.staff("teacher")
    session = await demo.session()
    assert (await teacher.get("/staff/")).status_code == 200
    reply = await teacher.post("/api/v1/join", json={"link": session.link})
    assert reply.status_code == 200
    cookie = reply.headers["set-cookie"].lower()
    assert cookie.startswith(('tyck="";', "tyck=;"))
    assert "max-age=0" in cookie
    assert "path=/" in cookie
    assert "httponly" in cookie
    assert (await elsewhere.get("/staff/")).status_code == 200


async def test_the_ended_sign_in_is_ended_on_the_server_too(demo: DemoApp) -> None:
    token = await demo.cookie_of("teacher")
    session = await demo.session()
    kept = {"Cookie": f"tyck={token}"}
    assert (await demo.client().get("/staff/", headers=kept)).status_code == 200
    await demo.client().post("/api/v1/join", json={"link": session.link}, headers=kept)
    assert (await demo.client().get("/staff/", headers=kept)).status_code == 303


async def test_a_wrong_code_does_not_end_it(demo: DemoApp) -> None:
    teacher = await demo.staff("teacher")
    check_refused(await teacher.post("/api/v1/join", json={"link": "no-such"}), 404, "not_found")
    assert (await teacher.get("/staff/")).status_code == 200


async def test_60_wrong_codes_a_minute_are_enough_and_the_link_still_opens(demo: DemoApp) -> None:
    demo.forget_limits()
    session = await demo.session()
    client = demo.client()
    wrong = {"pictures": list(await free_code(demo)), "school": "satukallio"}
    statuses = [(await client.post("/api/v1/join", json=wrong)).status_code for _ in range(60)]
    assert set(statuses) == {404}
    right = {"pictures": list(session.pictures or ()), "school": "satukallio"}
    refused = await client.post("/api/v1/join", json=right)
    check_refused(refused, 429, "too_many")
    assert int(refused.headers["retry-after"]) >= 1
    assert (await client.post("/api/v1/join", json={"link": session.link})).status_code == 200
    demo.forget_limits()
    statuses = [(await client.post("/api/v1/join", json=right)).status_code for _ in range(70)]
    assert set(statuses) == {200}


async def test_every_code_of_the_demo_joins_its_own_session(demo: DemoApp) -> None:
    for shown in demo.made.sessions:
        assert set(shown["pictures"]) <= set(PICTURES)
        by_pictures = await join(demo, pictures=shown["pictures"], school=shown["school"])
        by_link = await join(demo, link=shown["link"].rpartition("/")[2])
        assert by_pictures.json()["session"] == by_link.json()["session"] == shown["session"]
        assert by_link.json()["grades"] == shown["grades"]
