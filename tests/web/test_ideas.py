"""Ideas on the wire of docs/sync.md: each row of its table of outcomes, on both engines."""

import gzip
import io
import json
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from PIL import Image
from sqlalchemy import text

from server.usecases.freeze import freeze
from server.usecases.redraw import HEIGHT, WIDTH
from server.usecases.run_session import close, revoke_tablet
from tests.town import new_id
from tests.web.demo import DemoApp, Tablet, open_demo, zipped

pytestmark = pytest.mark.asyncio(loop_scope="module")

KIB = 1024
LIMIT = 200 * KIB
STORED = {"s": "stored"}
LINE = [[0.1, 0.1, 0.5], [0.5, 0.4, 0.5], [0.9, 0.9, 0.5]]
UNDECIDED = ("reason", "covered_text", "covered_picture", "theme", "decided_by", "decided_at", "second_by")
TABLES = ("ideas", "idea_counts", "responses", "held", "participation")


@pytest.fixture(scope="module")
def demo(demo_of_each_engine: DemoApp) -> DemoApp:
    return demo_of_each_engine


@pytest_asyncio.fixture(loop_scope="module")
async def tablet(demo: DemoApp) -> Tablet:
    """Grades 3 and 4, who may write too."""
    return await demo.tablet(await demo.session(grades=(3, 4)))


def idea(tablet: Tablet, **changes: Any) -> dict[str, Any]:
    content = {
        "proto": 1,
        "session": tablet.answer["session"],
        "question": "q10",
        "lang": "fi",
        "grades": tablet.answer["grades"],
        "may_show": False,
        "strokes": [LINE],
        **changes,
    }
    return {name: value for name, value in content.items() if value is not ...}


async def put(tablet: Tablet, body: bytes, idea_id: str | None = None, **headers: str) -> httpx2.Response:
    tablet.demo.forget_limits()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await tablet.client.put(
        f"/api/v1/ideas/{idea_id or new_id()}", content=body, headers={**tablet.authorization, **named}
    )


async def word(tablet: Tablet, idea_id: str | None = None, **changes: Any) -> dict[str, str]:
    """The server's word on an idea, without the commit."""
    reply = await put(tablet, json.dumps(idea(tablet, **changes)).encode(), idea_id)
    assert reply.status_code == 200, reply.text
    return {name: value for name, value in reply.json().items() if name in ("s", "why")}


async def kept(demo: DemoApp, idea_id: str) -> dict[str, Any] | None:
    async with demo.parts.db.reading() as tx:
        row = (await tx.execute(text("SELECT * FROM ideas WHERE id = :id"), {"id": idea_id})).mappings().first()
        return dict(row) if row else None


async def check_refused(demo: DemoApp, reply: httpx2.Response, status: int, code: str, before: dict[str, int]) -> None:
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert reply.headers["cache-control"] == "no-store"
    assert await demo.rows(*TABLES) == before


# What is kept


async def test_a_drawing_becomes_a_flat_picture(demo: DemoApp, tablet: Tablet) -> None:
    name = new_id()
    reply = await put(tablet, json.dumps(idea(tablet, may_show=True, colours=[1])).encode(), name)
    assert reply.headers["cache-control"] == "no-store"
    assert reply.json().keys() == {"proto", "id", "s", "commit", "seal"}
    assert (reply.json()["id"], reply.json()["s"]) == (name, "stored")
    found = await kept(demo, name)
    assert found
    drawn = Image.open(io.BytesIO(found.pop("picture")))
    assert (drawn.format, drawn.size) == ("WEBP", (WIDTH, HEIGHT))
    assert not drawn.getexif()
    colours = {colour for _, colour in drawn.convert("RGB").getcolors(1 << 16) or ()}
    assert {(255, 253, 247), (31, 95, 191)} <= colours
    assert found == {
        "id": name,
        "consultation": demo.made.consultation,
        "poll": "third-place",
        "question": "q10",
        "school": "satukallio",
        "grades": "3-6",
        "lang": "fi",
        "may_show": True,
        "held": None,
        "text": None,
        "state": "new",
        **dict.fromkeys(UNDECIDED),
    }


async def test_an_idea_is_drawn_and_kept_in_one_go(demo: DemoApp, tablet: Tablet) -> None:
    before = await demo.rows("commits", "ideas")
    assert await word(tablet) == STORED
    after = await demo.rows("commits", "ideas")
    assert {name: after[name] - before[name] for name in after} == {"commits": 1, "ideas": 1}


async def test_text_alone_and_both_are_kept(demo: DemoApp, tablet: Tablet) -> None:
    alone, both = new_id(), new_id()
    assert await word(tablet, alone, strokes=..., text="En skog\nmed kojor 👩‍🚀") == STORED
    assert await word(tablet, both, text="  Metsä  ") == STORED
    found = [await kept(demo, name) for name in (alone, both)]
    assert [one and one["text"] for one in found] == ["En skog\nmed kojor 👩‍🚀", "Metsä"]
    assert [one and one["picture"] is not None for one in found] == [False, True]


async def test_the_same_again_is_stored_once_and_the_first_bytes_stay(demo: DemoApp, tablet: Tablet) -> None:
    name, before = new_id(), await demo.rows("ideas", "idea_counts")
    told = [await word(tablet, name, text=said) for said in ("one", "one", "other")]
    assert told == [STORED] * 3
    found = await kept(demo, name)
    assert found
    assert found["text"] == "one"
    after = await demo.rows("ideas", "idea_counts")
    assert after == {name: number + 1 for name, number in before.items()}


async def test_nothing_beside_an_idea_tells_who_or_when(demo: DemoApp, tablet: Tablet) -> None:
    name = new_id()
    await word(tablet, name)
    found = str(await kept(demo, name))
    for secret in (tablet.answer["token"], tablet.answer["session"], "203.0.113"):
        assert secret not in found


async def test_nothing_of_an_idea_is_served(demo: DemoApp, tablet: Tablet) -> None:
    """Nobody has looked at it yet."""
    name = new_id()
    await word(tablet, name, may_show=True, text="Xyzzyplats")
    administrator = await demo.staff("administrator")
    where = f"/staff/consultations/{demo.made.consultation}"
    for path in (f"/api/v1/ideas/{name}", "/staff/", where, f"{where}/results", "/api/v1/results/third-place"):
        assert "Xyzzyplats" not in (await administrator.get(path)).text
    assert (await administrator.get(f"/api/v1/ideas/{name}")).status_code == 405


# Item outcomes


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "q1"},
        {"question": "q99"},
        {"question": ""},
    ],
)
async def test_unfit_is_held(demo: DemoApp, tablet: Tablet, changes: dict[str, Any]) -> None:
    name = new_id()
    assert await word(tablet, name, **changes) == {"s": "held", "why": "unfit"}
    assert await word(tablet, name) == {"s": "held", "why": "unfit"}


async def test_text_of_children_who_are_not_asked_to_write_is_held(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    assert await word(tablet, text="abc") == {"s": "held", "why": "unfit"}
    assert await word(tablet) == STORED


async def test_a_revoked_tablets_idea_is_held(demo: DemoApp, tablet: Tablet) -> None:
    await revoke_tablet(demo.parts.db, demo.parts.live, tablet.answer["session"], 0)
    assert await word(tablet) == {"s": "held", "why": "revoked"}


async def test_over_cap_is_held_and_far_above_it_refused(demo: DemoApp) -> None:
    tablet = await demo.tablet(await demo.session(grades=(3, 4), children=1))
    known = new_id()
    told = [await word(tablet, known, strokes=..., text="x")]
    told += [await word(tablet, strokes=..., text="x") for _ in range(68)]
    assert told == [STORED] * 23 + [{"s": "held", "why": "over_cap"}] * 46
    before = await demo.rows(*TABLES)
    await check_refused(demo, await put(tablet, json.dumps(idea(tablet)).encode()), 429, "over_cap", before)


@pytest.mark.parametrize("name", ["nonsense", "018f0000-0000-7000-8000-000000000000", "x" * 900])
async def test_an_id_that_is_not_ours_is_rejected(demo: DemoApp, tablet: Tablet, name: str) -> None:
    before = await demo.rows(*TABLES)
    assert await word(tablet, name) == {"s": "rejected", "why": "bad_id"}
    assert await demo.rows(*TABLES) == before


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "Elsa"}, "bad_body"),
        ({"lang": "English"}, "bad_body"),
        ({"lang": []}, "bad_body"),
        ({"question": 10}, "bad_body"),
        ({"question": "\x00"}, "bad_body"),
        ({"question": "\ud800"}, "bad_body"),
        ({"question": "q" * 65}, "bad_body"),
        ({"may_show": "yes"}, "bad_body"),
        ({"may_show": ...}, "bad_body"),
        ({"grades": "3-4"}, "bad_body"),
        ({"grades": [3.5]}, "bad_body"),
        ({"strokes": ...}, "bad_body"),
        ({"strokes": []}, "bad_body"),
        ({"strokes": ..., "text": " \n "}, "bad_body"),
        ({"strokes": "M0 0L9 9"}, "bad_body"),
        ({"strokes": [[]]}, "bad_body"),
        ({"strokes": [[[0.1, 0.1]]]}, "bad_body"),
        ({"strokes": [[[0.1, 0.1, 0.5, 1700000000]]]}, "bad_body"),
        ({"strokes": [[[0.1, 1.1, 0.5]]]}, "bad_body"),
        ({"strokes": [[[0.1, -0.1, 0.5]]]}, "bad_body"),
        ({"strokes": [[[10**400, 0.1, 0.5]]]}, "bad_body"),
        ({"strokes": [[[None, 0.1, 0.5]]]}, "bad_body"),
        ({"strokes": [[["0.1", 0.1, 0.5]]]}, "bad_body"),
        ({"strokes": [[[True, 0.1, 0.5]]]}, "bad_body"),
        ({"strokes": [{"x": 0.1}]}, "bad_body"),
        ({"strokes": [[[[[0.1]]]]]}, "bad_body"),
        ({"colours": [0, 0]}, "bad_body"),
        ({"colours": [9]}, "bad_body"),
        ({"colours": "red"}, "bad_body"),
        ({"text": 7}, "bad_body"),
        ({"text": "x" * 281}, "too_large"),
        ({"strokes": [[[0, 0, 0]]] * 10_000}, "too_large"),
        ({"strokes": [[[0, 0, 0]] * 12_001]}, "too_large"),
    ],
)
async def test_rejected(demo: DemoApp, tablet: Tablet, changes: dict[str, Any], why: str) -> None:
    before = await demo.rows(*TABLES)
    assert await word(tablet, **changes) == {"s": "rejected", "why": why}
    assert await demo.rows(*TABLES) == before


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("'; DROP TABLE ideas; --", "'; DROP TABLE ideas; --"),
        ("=cmd|'/c calc'!A0", "=cmd|'/c calc'!A0"),
        ("Minun nimeni on Elsa Virtanen", "Minun nimeni on Elsa Virtanen"),
        ("a\x00b\x1b[31m\u202ec\ufeff", "ab[31mc"),
        ("å" * 280, "å" * 280),
    ],
    ids=["script", "sql", "formula", "name", "invisible", "longest"],
)
async def test_text_is_kept_as_text(demo: DemoApp, tablet: Tablet, sent: str, stored: str) -> None:
    """A person looks at every idea before anyone else sees it; what a text means is theirs to judge."""
    name = new_id()
    assert await word(tablet, name, text=sent) == STORED
    found = await kept(demo, name)
    assert found
    assert found["text"] == stored


# Session states


async def test_after_closing_ideas_are_kept_like_before(demo: DemoApp, tablet: Tablet) -> None:
    here = demo.parts
    await close(here.db, here.live, here.revisions, here.key, tablet.answer["session"])
    name = new_id()
    assert await word(tablet, name) == STORED
    assert await kept(demo, name)


async def test_after_the_freeze_an_idea_is_acknowledged_and_not_kept(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        tablet = await demo.tablet(await demo.session(grades=(3, 4)))
        early = new_id()
        assert await word(tablet, early) == STORED
        here = demo.parts
        await freeze(here.db, here.live, here.revisions, here.key, demo.made.consultation)
        before = await demo.rows(*TABLES)
        assert [await word(tablet), await word(tablet, early), await word(tablet, question="q99")] == [STORED] * 3
        assert await demo.rows(*TABLES) == before


async def test_a_session_the_database_does_not_know_is_no_reason_to_refuse(demo: DemoApp, tablet: Tablet) -> None:
    """Restored to before it existed: the pass says all that is kept."""
    session = tablet.answer["session"]
    await demo.execute("DELETE FROM tablets WHERE session = :session", session=session)
    await demo.execute("DELETE FROM sessions WHERE id = :session", session=session)
    name = new_id()
    assert await word(tablet, name) == STORED
    found = await kept(demo, name)
    assert found
    assert (found["school"], found["grades"]) == ("satukallio", "3-6")


# Transport


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"[" * 100_000,
        b'{"proto":' + b"9" * 10_000 + b"}",
        b'{"proto":"1","session":"x"}',
        b'{"proto":true,"session":"x"}',
        b'{"proto":1}',
    ],
)
async def test_400_when_it_is_not_our_json(demo: DemoApp, tablet: Tablet, body: bytes) -> None:
    await check_refused(demo, await put(tablet, body), 400, "bad_request", await demo.rows(*TABLES))


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
async def test_400_for_numbers_that_json_does_not_have(demo: DemoApp, tablet: Tablet, number: bytes) -> None:
    body = json.dumps(idea(tablet, strokes=[[["N", 0.1, 0.5]]])).encode().replace(b'"N"', number)
    await check_refused(demo, await put(tablet, body), 400, "bad_request", await demo.rows(*TABLES))


@pytest.mark.parametrize("kind", ["image/png", "text/plain", "multipart/form-data; boundary=x", ""])
async def test_the_bytes_decide_not_the_type_they_claim(tablet: Tablet, kind: str) -> None:
    reply = await put(tablet, json.dumps(idea(tablet)).encode(), content_type=kind)
    assert reply.json()["s"] == "stored"


async def test_401_without_a_valid_pass(demo: DemoApp, tablet: Tablet) -> None:
    before, content = await demo.rows(*TABLES), json.dumps(idea(tablet)).encode()
    reply = await demo.client().put(f"/api/v1/ideas/{new_id()}", content=content)
    await check_refused(demo, reply, 401, "bad_token", before)


async def test_403_when_pass_and_body_differ(demo: DemoApp, tablet: Tablet) -> None:
    body = json.dumps(idea(tablet, session="s_other")).encode()
    await check_refused(demo, await put(tablet, body), 403, "wrong_session", await demo.rows(*TABLES))


async def test_426_for_an_unknown_protocol(demo: DemoApp, tablet: Tablet) -> None:
    body = json.dumps(idea(tablet, proto=0)).encode()
    await check_refused(demo, await put(tablet, body), 426, "old_app", await demo.rows(*TABLES))


async def test_200_kib_are_accepted_and_one_byte_more_is_413(demo: DemoApp, tablet: Tablet) -> None:
    body = json.dumps(idea(tablet)).encode()
    assert (await put(tablet, body.ljust(LIMIT))).json()["s"] == "stored"
    assert (await put(tablet, zipped(body.ljust(LIMIT)), content_encoding="gzip")).json()["s"] == "stored"
    before = await demo.rows(*TABLES)
    await check_refused(demo, await put(tablet, body.ljust(LIMIT + 1)), 413, "too_large", before)


@pytest.mark.parametrize("size", [LIMIT + 1, 10 * KIB * KIB])
async def test_413_packed_or_not(demo: DemoApp, tablet: Tablet, size: int) -> None:
    before = await demo.rows(*TABLES)
    await check_refused(demo, await put(tablet, b" " * size), 413, "too_large", before)
    bomb = gzip.compress(b" " * size, mtime=0)
    await check_refused(demo, await put(tablet, bomb, content_encoding="gzip"), 413, "too_large", before)


async def test_400_when_it_cannot_be_unpacked(demo: DemoApp, tablet: Tablet) -> None:
    body, before = json.dumps(idea(tablet)).encode(), await demo.rows(*TABLES)
    for broken in (body, zipped(body)[:-9]):
        await check_refused(demo, await put(tablet, broken, content_encoding="gzip"), 400, "bad_gzip", before)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PATCH"])
async def test_405_for_another_method(demo: DemoApp, method: str) -> None:
    reply = await demo.client().request(method, f"/api/v1/ideas/{new_id()}")
    await check_refused(demo, reply, 405, "method_not_allowed", await demo.rows(*TABLES))


async def test_the_most_there_can_be_is_drawn_in_reasonable_time(demo: DemoApp, tablet: Tablet) -> None:
    """11,000 points from edge to edge: a bound against hanging, no measure of speed."""
    zigzag = [[n % 2, n % 3 / 2, 1] for n in range(11_000)]
    began = time.monotonic()
    assert await word(tablet, strokes=[zigzag]) == STORED
    assert time.monotonic() - began < 30
