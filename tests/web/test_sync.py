"""The wire of docs/sync.md, one test per row of its tables, on both engines."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from server.usecases.freeze import freeze
from server.usecases.run_session import close, finish, revoke_tablet
from tests.town import new_id
from tests.web.demo import DemoApp, Tablet, open_demo, words_of, zipped

pytestmark = pytest.mark.asyncio(loop_scope="module")

KIB = 1024
STORED = {"s": "stored"}


@pytest.fixture(scope="module")
def demo(demo_of_each_engine: DemoApp) -> DemoApp:
    return demo_of_each_engine


@pytest_asyncio.fixture(loop_scope="module")
async def tablet(demo: DemoApp) -> Tablet:
    return await demo.tablet()


async def bodies(demo: DemoApp, tablet: Tablet) -> set[tuple[str, str]]:
    async with demo.parts.db.reading() as tx:
        rows = await tx.execute(
            text("SELECT id, body FROM responses WHERE session = :session"), {"session": tablet.answer["session"]}
        )
        return {(row.id, row.body) for row in rows}


async def close_session(demo: DemoApp, tablet: Tablet) -> None:
    here = demo.parts
    await close(here.db, here.live, here.revisions, here.key, tablet.answer["session"])


async def check_refused(demo: DemoApp, reply: Any, status: int, code: str, before: dict[str, int]) -> None:
    """The documented refusal in the documented shape, and nothing stored."""
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    error = reply.json()["error"]
    assert reply.json().keys() == {"error"}
    assert error.keys() == {"code", "message", "details"}
    assert all(detail.keys() == {"path", "code"} for detail in error["details"])
    assert reply.headers["cache-control"] == "no-store"
    assert await demo.rows() == before


# What every answer says


async def test_an_empty_sync_is_answered(tablet: Tablet) -> None:
    reply = await tablet.sync(rid="r-1")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-store"
    answer = reply.json()
    assert isinstance(answer.pop("day"), int)
    assert answer == {
        "proto": 1,
        "rid": "r-1",
        "items": {},
        "lost": [],
        "session": {"state": "open"},
        "next": {"min_s": 5, "idle_s": 30, "max_items": 50},
    }


async def test_a_tablet_hears_when_as_many_turns_came_as_children_were_stated(demo: DemoApp) -> None:
    """Whichever tablet brought them, held ones too; what comes again is no further turn."""
    tablet = await demo.tablet(session := await demo.session(children=3))
    other = await demo.tablet(session)
    first = tablet.item()
    told = [
        (await one.sync(*items)).json()["session"]
        for one, *items in (
            (tablet, first),
            (tablet, first),
            (other, other.item(revision="another")),
            (tablet,),
        )
    ]
    assert told == [{"state": "open"}] * 4
    assert (await other.sync(other.item())).json()["session"] == {"state": "open", "full": True}
    assert (await tablet.sync()).json()["session"] == {"state": "open", "full": True}


async def test_a_class_of_unknown_size_is_never_full(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    assert tablet.answer["children"] is None
    assert (await tablet.sync(tablet.item())).json()["session"] == {"state": "open"}


async def test_a_commit_is_named_whenever_items_were_kept_or_seen(tablet: Tablet) -> None:
    sent = tablet.item()
    commits = [(await tablet.sync(sent)).json()["commit"] for _ in range(3)]
    assert len(set(commits)) == 3
    assert all(re.fullmatch(r"\d+\.[0-9a-f]{8}", commit) for commit in commits)


async def test_what_later_versions_send_is_tolerated(tablet: Tablet) -> None:
    sent = {**tablet.item(), "seal": "k1.x9"}
    assert await tablet.told(sent, have=["1841.9f2c77e1"]) == [STORED]


# What the server's history lacks


async def test_commits_this_database_does_not_know_are_lost(tablet: Tablet) -> None:
    known = (await tablet.sync(tablet.item())).json()["commit"]
    seq, tag = known.split(".")
    unknown = [f"{seq}.00000000", f"{int(seq) + 1000}.{tag}", "nonsense", f"{10**12}.{tag}", ""]
    reply = await tablet.sync(have=[known, *unknown])
    assert reply.json()["lost"] == unknown
    assert "commit" not in reply.json()


async def test_a_seal_is_the_response_it_was_given_for(demo: DemoApp, tablet: Tablet) -> None:
    sent = tablet.item({"q1": "forest"})
    sealed = await tablet.sealed(sent)
    await demo.execute("DELETE FROM responses WHERE id = :id", id=sent["id"])
    assert await tablet.told(sealed, sealed) == [STORED, STORED]
    assert await bodies(demo, tablet) == {(sent["id"], sent["body"])}


async def test_what_is_held_can_come_back_as_a_seal(demo: DemoApp, tablet: Tablet) -> None:
    sealed = await tablet.sealed(tablet.item({"q99": "home"}))
    await demo.execute("DELETE FROM held WHERE id = :id", id=sealed["id"])
    assert await tablet.told(sealed) == [{"s": "held", "why": "unfit"}]


@pytest.mark.parametrize("seal", ["", "k1.", "k1.x9", "k2.x9", "ö", "k1." + "A" * 400, None])
async def test_a_seal_that_is_none_of_ours_is_rejected(demo: DemoApp, tablet: Tablet, seal: str | None) -> None:
    before = await demo.rows()
    why = "bad_body" if seal is None else "bad_seal"
    assert await tablet.told({"id": new_id(), "seal": seal}) == [{"s": "rejected", "why": why}]
    assert await demo.rows() == before


async def test_a_seal_opens_for_its_own_response_only(demo: DemoApp, tablet: Tablet) -> None:
    sealed = await tablet.sealed(tablet.item())
    other = await demo.tablet()
    assert await tablet.told({**sealed, "id": new_id()}) == [{"s": "rejected", "why": "bad_seal"}]
    assert await other.told(sealed) == [{"s": "rejected", "why": "bad_seal"}]


async def test_without_its_key_a_seal_is_gone_and_none_is_made(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        tablet = await demo.tablet()
        here = demo.parts
        sealed = await tablet.sealed(tablet.item())
        await freeze(here.db, here.live, here.revisions, here.key, demo.made.consultation)
        assert await tablet.told(sealed) == [STORED]
        here.seals.destroy(demo.made.consultation)
        assert await tablet.told(sealed) == [{"s": "gone"}]
        assert await tablet.told(tablet.item()) == [STORED]


async def test_the_length_of_a_seal_tells_nothing_of_a_small_answer(tablet: Tablet) -> None:
    few, many = tablet.item({}), tablet.item({"q1": "home", "q2": ["friends", "fun"], "q3": "good"})
    assert len(few["body"]) < len(many["body"])
    assert len((await tablet.sealed(few))["seal"]) == len((await tablet.sealed(many))["seal"])


# Item statuses


async def test_stored_once_and_the_first_bytes_stay(demo: DemoApp, tablet: Tablet) -> None:
    sent = tablet.item({"q1": "home"})
    other = {"id": sent["id"], "body": tablet.item({"q1": "forest"})["body"]}
    assert [await tablet.told(one) for one in (sent, sent, other)] == [[STORED]] * 3
    assert await bodies(demo, tablet) == {(sent["id"], sent["body"])}


async def test_twice_in_one_request_is_once(demo: DemoApp, tablet: Tablet) -> None:
    sent = tablet.item()
    assert await tablet.told(sent, sent) == [STORED, STORED]
    assert len(await bodies(demo, tablet)) == 1


@pytest.mark.parametrize("changes", [{"end": "stopped"}, {"lang": "sv"}, {"answers": {}}, {"answers": {"q1": None}}])
async def test_stopped_and_skipped_are_stored_too(tablet: Tablet, changes: dict[str, Any]) -> None:
    assert await tablet.told(tablet.item(**changes)) == [STORED]


@pytest.mark.parametrize(
    "changes",
    [
        {"revision": "unknown"},
        {"answers": {"q99": "home"}},
        {"answers": {"q1": "moon"}},
        {"answers": {"q1": ["home"]}},
        {"answers": {"q2": ["friends", "fun", "cosy"]}},
        {"answers": {"q2": ["fun", "friends"]}},
        {"answers": {"\x00": "\ud800"}},
        {"answers": {"q1": "🎈" * 500}},
    ],
)
async def test_unfit_is_held(demo: DemoApp, tablet: Tablet, changes: dict[str, Any]) -> None:
    sent = tablet.item(**changes)
    assert await tablet.told(sent, sent) == [{"s": "held", "why": "unfit"}] * 2
    assert await bodies(demo, tablet) == set()


async def test_over_cap_is_held_and_far_above_it_refused(demo: DemoApp) -> None:
    tablet = await demo.tablet(await demo.session(children=1))
    sent = [tablet.item() for _ in range(70)]
    told = [*await tablet.told(*sent[:35]), *await tablet.told(*sent[35:69])]
    assert told == [STORED] * 23 + [{"s": "held", "why": "over_cap"}] * 46
    before = await demo.rows()
    await check_refused(demo, await tablet.sync(sent[69]), 429, "over_cap", before)


async def test_a_revoked_tablet_is_held(demo: DemoApp, tablet: Tablet) -> None:
    await revoke_tablet(demo.parts.db, demo.parts.live, tablet.answer["session"], 0)
    assert await tablet.told(tablet.item()) == [{"s": "held", "why": "revoked"}]


async def test_a_revoked_tablet_is_held_after_closing_too(demo: DemoApp, tablet: Tablet) -> None:
    await revoke_tablet(demo.parts.db, demo.parts.live, tablet.answer["session"], 0)
    await close_session(demo, tablet)
    assert await tablet.told(tablet.item()) == [{"s": "held", "why": "revoked"}]


@pytest.mark.parametrize(
    ("item", "key", "why"),
    [
        ({"id": "nonsense", "body": "{}"}, "#0", "bad_id"),
        ({"id": "018f0000-0000-7000-8000-000000000000", "body": "{}"}, "#0", "bad_id"),
        ({"id": None, "body": "{}"}, "#0", "bad_id"),
        ({"body": "{}"}, "#0", "bad_id"),
        ({}, "#0", "bad_id"),
        (None, "#0", "bad_id"),
        ([], "#0", "bad_id"),
        (7, "#0", "bad_id"),
        ({"id": "5b0e0000-0000-4000-8000-000000000001"}, None, "bad_body"),
        ({"id": "5b0e0000-0000-4000-8000-000000000001", "body": {}}, None, "bad_body"),
        ({"id": "5b0e0000-0000-4000-8000-000000000001", "body": "{"}, None, "bad_body"),
        ({"id": "5b0e0000-0000-4000-8000-000000000001", "body": '{"answers":{}}'}, None, "bad_body"),
        ({"id": "5b0e0000-0000-4000-8000-000000000001", "body": "[" * 8193}, None, "too_large"),
        ({"id": "5b0e0000-0000-4000-8000-000000000001", "body": "å" * 4097}, None, "too_large"),
    ],
)
async def test_rejected(demo: DemoApp, tablet: Tablet, item: Any, key: str | None, why: str) -> None:
    before = await demo.rows()
    reply = await tablet.sync(item)
    assert reply.status_code == 200
    assert words_of(reply) == {key or item["id"]: {"s": "rejected", "why": why}}
    assert await demo.rows() == before


async def test_8_kib_are_accepted(tablet: Tablet) -> None:
    room = 8 * KIB - len(tablet.item({"q1": ""})["body"])
    sent = tablet.item({"q1": "x" * room})
    assert len(sent["body"]) == 8 * KIB
    assert await tablet.told(sent) == [{"s": "held", "why": "unfit"}]
    longer = {**sent, "id": new_id(), "body": sent["body"] + " "}
    assert await tablet.told(longer) == [{"s": "rejected", "why": "too_large"}]


async def test_one_malformed_item_among_50_harms_no_other(demo: DemoApp, tablet: Tablet) -> None:
    good = [tablet.item() for _ in range(49)]
    reply = await tablet.sync(*good[:20], {"id": "nonsense"}, *good[20:])
    assert words_of(reply) == {
        "#20": {"s": "rejected", "why": "bad_id"},
        **{item["id"]: STORED for item in good},
    }
    assert await bodies(demo, tablet) == {(item["id"], item["body"]) for item in good}


# Session states


async def test_deliveries_count_while_closing(demo: DemoApp, tablet: Tablet) -> None:
    await finish(demo.parts.db, demo.parts.live, tablet.answer["session"])
    reply = await tablet.sync(sent := tablet.item())
    assert (reply.json()["session"], words_of(reply)) == ({"state": "closing"}, {sent["id"]: STORED})


async def test_late_is_stored_and_a_replay_counts_once(demo: DemoApp, tablet: Tablet) -> None:
    early, late = tablet.item(), tablet.item()
    await tablet.told(early)
    await close_session(demo, tablet)
    reply = await tablet.sync(early, late, late)
    assert reply.json()["session"] == {"state": "closed"}
    assert words_of(reply) == {early["id"]: STORED, late["id"]: STORED}
    assert await tablet.told(late, early) == [STORED, STORED]
    async with demo.parts.db.reading() as tx:
        arrived = await tx.execute(
            text("SELECT sum(arrived) FROM participation WHERE session = :session"),
            {"session": tablet.answer["session"]},
        )
        assert arrived.scalar_one() == 2


async def test_prepared_sessions_take_responses(demo: DemoApp) -> None:
    tablet = await demo.tablet(await demo.session(opens="2027-01-01"))
    reply = await tablet.sync(sent := tablet.item())
    assert (reply.json()["session"], words_of(reply)) == ({"state": "prepared"}, {sent["id"]: STORED})


async def test_after_the_freeze_only_the_number_is_kept(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as demo:
        tablet = await demo.tablet()
        here = demo.parts
        await freeze(here.db, here.live, here.revisions, here.key, demo.made.consultation)
        before = await demo.rows("responses", "waiting", "held", "packets")
        good, unfit = tablet.item(), tablet.item({"q99": "x"})
        reply = await tablet.sync(good, unfit)
        assert reply.json()["session"] == {"state": "frozen"}
        assert words_of(reply) == {good["id"]: STORED, unfit["id"]: STORED}
        assert await demo.rows("responses", "waiting", "held", "packets") == before
        async with here.db.reading() as tx:
            assert (await tx.execute(text("SELECT sum(late) FROM participation"))).scalar_one() == 2


# Transport


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x.y",
        "Basic dTpw",
        "Bearer \xe5",
        "Token {token}",
        "Bearer {token}x",
        "{token}",
    ],
)
async def test_401_without_a_valid_pass(demo: DemoApp, tablet: Tablet, authorization: str | None) -> None:
    before = await demo.rows()
    content = json.dumps(tablet.request(tablet.item())).encode()
    given = (authorization or "").format(**tablet.answer).encode("latin-1")
    headers = [] if authorization is None else [(b"Authorization", given)]
    reply = await demo.client().post("/api/v1/sync", content=content, headers=headers)
    await check_refused(demo, reply, 401, "bad_token", before)


async def test_401_for_a_pass_of_another_server(demo: DemoApp, tablet: Tablet, tmp_path: Path) -> None:
    async with open_demo(tmp_path) as other:
        foreign = await other.tablet()
    tablet.answer["token"] = foreign.answer["token"]
    await check_refused(demo, await tablet.sync(tablet.item()), 401, "bad_token", await demo.rows())


async def test_403_when_pass_and_body_differ(demo: DemoApp, tablet: Tablet) -> None:
    other = await demo.tablet()
    before = await demo.rows()
    reply = await tablet.sync(tablet.item(), session=other.answer["session"])
    await check_refused(demo, reply, 403, "wrong_session", before)


@pytest.mark.parametrize("proto", [0, -1])
async def test_426_for_an_unknown_older_protocol(demo: DemoApp, tablet: Tablet, proto: int) -> None:
    before = await demo.rows()
    await check_refused(demo, await tablet.sync(tablet.item(), proto=proto), 426, "old_app", before)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b'"\\ud800"',
        b"[" * 10_000,
        b"9" * 10_000,
        b"NaN",
    ],
)
async def test_400_when_it_is_not_our_json(demo: DemoApp, tablet: Tablet, body: bytes) -> None:
    await check_refused(demo, await tablet.post(body), 400, "bad_request", await demo.rows())


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"rid": 7}, "rid"),
        ({"rid": "x" * 65}, "rid"),
        ({"session": None}, "session"),
        ({"items": {}}, "items"),
        ({"proto": "1"}, "proto"),
        ({"proto": True}, "proto"),
        ({"name": "Elsa"}, "name"),
        ({"ledger": {"confirmed": -1, "pending": 0, "attention": 0}}, "ledger.confirmed"),
        ({"ledger": {"confirmed": 10**30, "pending": 0, "attention": 0}}, "ledger.confirmed"),
        ({"ledger": {"confirmed": 1.5, "pending": 0, "attention": 0}}, "ledger.confirmed"),
        ({"tablet": {"ready": "maybe", "turn": "idle"}}, "tablet.ready"),
        ({"tablet": {"ready": "yes", "keeps": "maybe", "turn": "idle"}}, "tablet.keeps"),
        ({"tablet": {"ready": "yes", "turn": "idle", "name": "x"}}, "tablet.name"),
        ({"have": ["x"] * 201}, "have"),
    ],
)
async def test_400_names_the_field(demo: DemoApp, tablet: Tablet, changes: dict[str, Any], path: str) -> None:
    before = await demo.rows()
    reply = await tablet.sync(**changes)
    await check_refused(demo, reply, 400, "bad_request", before)
    assert [detail["path"] for detail in reply.json()["error"]["details"]] == [path]


async def test_51_items_are_too_many(demo: DemoApp, tablet: Tablet) -> None:
    sent = [tablet.item() for _ in range(51)]
    before = await demo.rows()
    await check_refused(demo, await tablet.sync(*sent), 413, "too_large", before)
    assert await tablet.told(*sent[:50]) == [STORED] * 50


async def test_gzip_is_unpacked(demo: DemoApp, tablet: Tablet) -> None:
    sent = tablet.item()
    reply = await tablet.post(zipped(json.dumps(tablet.request(sent)).encode()), content_encoding="gzip")
    assert words_of(reply) == {sent["id"]: STORED}


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, gzip"])
async def test_400_when_it_cannot_be_unpacked(demo: DemoApp, tablet: Tablet, encoding: str) -> None:
    plain = json.dumps(tablet.request(tablet.item())).encode()
    before = await demo.rows()
    for body in (plain, zipped(plain)[:-9], b"\x1f\x8b", b""):
        await check_refused(demo, await tablet.post(body, content_encoding=encoding), 400, "bad_gzip", before)


async def test_64_kib_as_sent_are_accepted_and_one_byte_more_is_413(demo: DemoApp, tablet: Tablet) -> None:
    body = json.dumps(tablet.request()).encode()
    assert (await tablet.post(body.ljust(64 * KIB))).status_code == 200
    await check_refused(demo, await tablet.post(body.ljust(64 * KIB + 1)), 413, "too_large", await demo.rows())


@pytest.mark.parametrize("size", [129 * KIB, 5 * KIB * KIB])
async def test_413_speaks_json_however_large_it_was(demo: DemoApp, tablet: Tablet, size: int) -> None:
    await check_refused(demo, await tablet.post(b" " * size), 413, "too_large", await demo.rows())


async def test_256_kib_unpacked_are_accepted_and_one_byte_more_is_413(demo: DemoApp, tablet: Tablet) -> None:
    body = json.dumps(tablet.request()).encode()
    fitting = await tablet.post(zipped(body.ljust(256 * KIB)), content_encoding="gzip")
    assert fitting.status_code == 200
    larger = await tablet.post(zipped(body.ljust(256 * KIB + 1)), content_encoding="gzip")
    await check_refused(demo, larger, 413, "too_large", await demo.rows())


async def test_a_gzip_bomb_is_413(demo: DemoApp, tablet: Tablet) -> None:
    bomb = gzip.compress(b" " * (60 * KIB * KIB), mtime=0)
    assert len(bomb) < 64 * KIB
    await check_refused(demo, await tablet.post(bomb, content_encoding="gzip"), 413, "too_large", await demo.rows())


async def test_429_after_20_requests_in_a_second_says_when_to_come_back(demo: DemoApp, tablet: Tablet) -> None:
    content = json.dumps(tablet.request()).encode()
    before = await demo.rows()
    for _ in range(2000):
        reply = await tablet.client.post("/api/v1/sync", content=content, headers=tablet.authorization)
        if reply.status_code != 200:
            break
    await check_refused(demo, reply, 429, "too_many", before)
    assert int(reply.headers["retry-after"]) >= 1
    other = await demo.tablet()
    assert (await other.sync()).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_405_for_another_method(demo: DemoApp, method: str) -> None:
    reply = await demo.client().request(method, "/api/v1/sync")
    await check_refused(demo, reply, 405, "method_not_allowed", await demo.rows())


@pytest.mark.parametrize(
    ("lang", "message"), [("sv", "Vi kunde inte läsa det som skickades."), ("fi", "Emme voineet lukea lähetettyä.")]
)
async def test_errors_speak_the_readers_language(demo: DemoApp, tablet: Tablet, lang: str, message: str) -> None:
    reply = await tablet.post(b"", accept_language=lang)
    assert reply.json()["error"]["message"] == message


async def test_nothing_beside_a_response_tells_who_sent_it(demo: DemoApp, tablet: Tablet) -> None:
    await tablet.told(tablet.item())
    async with demo.parts.db.reading() as tx:
        for name in ("responses", "participation", "commits"):
            rows = (await tx.execute(text(f"SELECT * FROM {name}"))).all()
            assert tablet.answer["token"] not in str(rows)
            assert "203.0.113" not in str(rows)
