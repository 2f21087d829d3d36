"""Guessing picture codes, and what a pass is good for that somebody found, caught or printed (docs/security.md)."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from server.domain.sessions import CODE_LENGTH, MOST_TABLETS, PICTURES, Session, State, cap
from server.web import limits
from tests.web.demo import DemoApp, Tablet, open_demo

CODES: int = len(PICTURES) ** CODE_LENGTH
SCHOOL = "satukallio"
pytestmark = pytest.mark.asyncio(loop_scope="module")


def found_an_hour(open_sessions: int, guesses: int) -> float:
    """How many sessions a guesser finds in an hour, on average, when the codes are random."""
    return guesses * open_sessions / CODES


async def test_the_sums_of_the_threat_model() -> None:
    one, everybody = limits.WRONG_AN_HOUR, limits.WRONG_AN_HOUR_IN_ALL
    # The next open session of one school with four open, from one address: more than two school days of guessing.
    assert 1 / found_an_hour(4, one) > 17
    # The same from as many addresses as one likes: an hour and three quarters, seen by its teacher as one tablet more.
    assert 1 / found_an_hour(4, everybody) > 1.7
    # A whole region, 300 sessions open at once: from one address four codes an hour, from anywhere 43.
    assert found_an_hour(300, one) < 4.5
    assert found_an_hour(300, everybody) < 44


async def guess(client: httpx2.AsyncClient, code: tuple[str, ...], school: str | None = SCHOOL) -> httpx2.Response:
    return await client.post("/api/v1/join", json={"pictures": list(code), "school": school})


async def wrong_codes(demo: DemoApp) -> Iterator[tuple[str, ...]]:
    async with demo.parts.db.reading() as tx:
        taken = {row[0] for row in await tx.execute(text("SELECT pictures FROM sessions"))}
    free = [code for code in itertools.product(PICTURES, repeat=CODE_LENGTH) if " ".join(code) not in taken]
    random.Random(7).shuffle(free)
    return itertools.cycle(free)


def from_address(demo: DemoApp, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(demo.app, client=(address, 50000))
    client = httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000")
    demo.clients.append(client)
    return client


async def guess_in_vain(demo: DemoApp, client: httpx2.AsyncClient, times: int) -> int:
    """How many of so many wrong guesses are looked up at all."""
    codes = await wrong_codes(demo)
    statuses = [(await guess(client, next(codes))).status_code for _ in range(times)]
    assert set(statuses) <= {404, 429}
    return statuses.count(404)


@pytest.mark.parametrize("address", ["203.0.113.9", "2001:db8:1:2::5"])
async def test_one_address_gets_so_many_guesses_and_no_more(demo: DemoApp, address: str) -> None:
    demo.forget_limits()
    assert await guess_in_vain(demo, from_address(demo, address), 90) == limits.WRONG_A_MINUTE
    assert await guess_in_vain(demo, from_address(demo, "203.0.113.10"), 1) == 1


async def test_a_network_is_one_address(demo: DemoApp) -> None:
    """Every device of an IPv6 network may take any of 2⁶⁴ addresses."""
    demo.forget_limits()
    clients = [from_address(demo, f"2001:db8:1:2::{number:x}") for number in range(1, 71)]
    looked_up = [await guess_in_vain(demo, client, 1) for client in clients]
    assert sum(looked_up) == limits.WRONG_A_MINUTE
    assert limits.network("::ffff:203.0.113.9") == limits.network("203.0.113.9") == "203.0.113.9"


async def test_many_addresses_get_so_many_guesses_and_stop_no_class_that_is_there(demo: DemoApp) -> None:
    demo.forget_limits()
    session, other = await demo.session(SCHOOL), await demo.session(SCHOOL)
    school = from_address(demo, "198.51.100.1")
    assert (await school.post("/api/v1/join", json={"link": session.link})).status_code == 200
    guessers = [from_address(demo, f"203.0.113.{number}") for number in range(1, 21)]
    looked_up = [await guess_in_vain(demo, guesser, 40) for guesser in guessers]
    assert sum(looked_up) == limits.WRONG_A_MINUTE_IN_ALL
    # Where a tablet has joined today the pictures go on; elsewhere the teacher's link does.
    assert (await guess(school, other.pictures or ())).status_code == 200
    elsewhere = from_address(demo, "198.51.100.2")
    assert (await guess(elsewhere, other.pictures or ())).status_code == 429
    assert (await elsewhere.post("/api/v1/join", json={"link": other.link})).status_code == 200


async def test_a_refusal_tells_nothing(demo: DemoApp) -> None:
    """Near or far, a code of another school, of a session that is over, a school that is none: one answer."""
    demo.forget_limits()
    session, over = await demo.session(SCHOOL), await demo.session(SCHOOL)
    code = session.pictures or ()
    await demo.execute("UPDATE sessions SET state = :over WHERE id = :id", over=State.CLOSING.value, id=over.id)
    wrong = next(name for name in PICTURES if name != code[0])
    tries: list[tuple[tuple[str, ...], str | None]] = [
        (code, "sagoskogen"),
        (code, "nowhere"),
        ((wrong, *code[1:]), SCHOOL),
        (over.pictures or (), SCHOOL),
    ]
    tries += [((wrong,) * 4, SCHOOL), (("no", "such", "picture", "x"), SCHOOL), (("' OR 1=1 --",) * 4, None)]
    replies = [await guess(demo.client(), *each) for each in tries]
    told = {(reply.status_code, reply.content, tuple(sorted(reply.headers.items()))) for reply in replies}
    assert len(told) == 1
    assert replies[0].json()["error"]["code"] == "unknown_code"


async def test_a_code_that_several_schools_have_counts_as_a_guess(demo: DemoApp) -> None:
    demo.forget_limits()
    code = "key key key owl"
    for session in (await demo.session(SCHOOL), await demo.session("sagoskogen")):
        await demo.execute("UPDATE sessions SET pictures = :code WHERE id = :id", code=code, id=session.id)
    client = from_address(demo, "203.0.113.11")
    statuses = [(await guess(client, tuple(code.split()), None)).status_code for _ in range(61)]
    assert statuses == [409] * limits.WRONG_A_MINUTE + [429]


async def test_a_code_dies_with_its_session(demo: DemoApp) -> None:
    session = await demo.session(SCHOOL)
    teacher = await demo.staff("teacher")
    assert (await teacher.post(f"/staff/sessions/{session.id}/finish")).status_code == 303
    demo.forget_limits()
    assert (await guess(demo.client(), session.pictures or ())).status_code == 404


async def test_whoever_finds_a_code_learns_nothing_about_any_child(demo: DemoApp) -> None:
    session = await demo.session(SCHOOL, children=7)
    tablet = await demo.tablet(session)
    await tablet.told(tablet.item({"q1": "forest"}))
    demo.forget_limits()
    reply = await guess(demo.client(), session.pictures or ())
    found = reply.json()
    assert not [word for word in ("forest", "Alva", "answers", "responses") if word in reply.text]
    assert found["children"] == 7, "how many the teacher expects, and not how many answered"
    assert found["mark"] != tablet.answer["mark"]
    pass_of = {"Authorization": f"Bearer {found['token']}"}
    for path in (f"/staff/sessions/{session.id}", "/api/v1/results/third-place", "/staff/"):
        assert (await demo.client().get(path, headers=pass_of)).status_code in (303, 401)


async def stuff(tablet: Tablet, number: int) -> list[str]:
    """What became of so many answers that a script invents: `stored`, `held` or the code of a refusal."""
    told: list[str] = []
    while len(told) < number:
        items = [tablet.item({"q1": "home"}) for _ in range(20)]
        reply = await tablet.sync(*items)
        if reply.status_code != 200:
            told.append(reply.json()["error"]["code"])
            break
        told += [reply.json()["items"][item["id"]]["s"] for item in items]
    return told


async def test_stuffing_with_a_captured_pass_is_capped_seen_and_undone(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        session = await demo.session(SCHOOL, children=10)
        teacher, tablet = await demo.staff("teacher"), await demo.tablet(session)
        await tablet.told(*[tablet.item({"q1": "forest"}) for _ in range(10)])
        thief = Tablet(demo, demo.client(), tablet.answer)
        told = await stuff(thief, 5000)
        # Capped: so many wait, as many again are held three times over, and then nothing is taken.
        assert told.count("stored") == cap(10) - 10 == 40
        assert told[-1] == "over_cap"
        assert len(told) <= 3 * cap(10) + 1
        # Seen: more answers than children, on the teacher's own page.
        page = (await teacher.get(f"/staff/sessions/{session.id}/progress")).text
        assert str(cap(10)) in page
        # The pass is taken back: what it still sends waits for a person.
        assert (await teacher.post(f"/staff/sessions/{session.id}/tablets/0/revoke")).status_code == 303
        # Undone: the whole open session goes, the true answers with the false ones, and counts nowhere.
        assert (await teacher.post(f"/staff/sessions/{session.id}/discard")).status_code == 303
        left = await demo.rows("responses", "held", "packets", "waiting")
        assert set(left.values()) == {0}
        assert {each["s"] for each in await thief.told(*[thief.item() for _ in range(5)])} == {"stored"}
        assert set((await demo.rows("responses", "held", "packets", "waiting")).values()) == {0}
        moderator = await demo.staff("moderator")
        assert (await moderator.post("/staff/consultations/third-place/freeze")).status_code == 303
        results = (await moderator.get("/api/v1/results/third-place")).json()
        assert not [each for each in results["questions"] if each["counts"]]


async def test_a_pass_speaks_for_its_own_session_alone(demo: DemoApp) -> None:
    mine, other = await demo.tablet(), await demo.tablet()
    reply = await mine.sync(mine.item(), session=other.answer["session"])
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "wrong_session")


async def test_joining_without_end_fills_no_table(demo: DemoApp) -> None:
    """A script that joins a session again and again, as a child with the class's link could."""
    session = await _with_tablets(demo, MOST_TABLETS)
    reply = await demo.client().post("/api/v1/join", json={"link": session.link})
    assert (reply.status_code, reply.json()["error"]["code"]) == (429, "too_many")


async def _with_tablets(demo: DemoApp, number: int) -> Session:
    session = await demo.session(SCHOOL)
    tablet = await demo.tablet(session)
    assert tablet.answer["session"] == session.id
    await demo.execute("UPDATE tablets SET number = :last WHERE session = :id", last=number - 1, id=session.id)
    return session
