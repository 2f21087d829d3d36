"""Two thousand generated bad bodies against the running app: no 5xx, nothing wrong stored, nothing lost."""

import asyncio
import gzip
import itertools
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from hypothesis import strategies as st
from sqlalchemy import text

from server.domain.consultations import parse_poll
from server.domain.errors import ERROR_KINDS
from server.domain.responses import read_response, suits
from tests.domain.polls import json_values, near
from tests.town import poll_content
from tests.web.demo import DemoApp, Tablet
from tests.web.fuzz import running_demo, throw

AT_ONCE = 20
EXAMPLES = 100
BODIES = AT_ONCE * EXAMPLES
NAMED = {"SESSION": "session", "REVISION": "revision"}
"""Words in the generated bodies that stand for what a tablet was told when it joined."""

ASKED = parse_poll(poll_content()).asked("short")
ANSWERS: dict[str, Any] = {
    "q1": "home",
    "q2": ["friends"],
    "q6": ["free", "evening"],
    "q7": {"climb": 3, "music": 2},
    "q8": "river",
    "q9": {"p1": "outdoors", "p2": "calm"},
    "q10": {"text": False, "drawing": True},
}
SYNC = {
    "proto": 1,
    "rid": "b7c1e0d2",
    "session": "SESSION",
    "items": [],
    "ledger": {"confirmed": 1, "pending": 0, "attention": 0},
    "tablet": {"ready": "yes", "turn": "idle"},
}
BODY = {"revision": "REVISION", "lang": "fi", "answers": ANSWERS, "end": "done"}
wild = json_values | st.sampled_from(["\x00", "\ud800", 10**400, -1, 1e308, [[[[[[]]]]]], {"": None}, "x" * 9000])


def changed(content: dict[str, Any]) -> st.SearchStrategy[Any]:
    """`content` with one part missing, replaced by anything, or beside something unknown."""
    keys = st.sampled_from(sorted(content))
    missing = keys.map(lambda key: {name: value for name, value in content.items() if name != key})
    replaced = st.builds(lambda key, value: {**content, key: value}, keys, wild)
    unknown = st.builds(lambda key, value: {key: value, **content}, st.text(max_size=9), wild)
    return missing | replaced | unknown


near_answers = st.fixed_dictionaries({}, optional={name: near(ASKED[name]) for name in ANSWERS})
answers = st.just(ANSWERS) | changed(ANSWERS) | near_answers
bodies = st.just(BODY) | changed(BODY) | answers.map(lambda some: {**BODY, "answers": some})
good_ids = st.uuids(version=4).map(str)
items = st.one_of(
    wild,
    st.fixed_dictionaries({"id": good_ids, "body": bodies.map(json.dumps)}),
    st.fixed_dictionaries({"id": good_ids, "body": wild | wild.map(json.dumps)}),
    st.fixed_dictionaries({"id": wild | st.uuids().map(str), "body": bodies.map(json.dumps)}),
)
syncs = changed(SYNC) | st.lists(items, max_size=4).map(lambda some: {**SYNC, "items": some})
joins = changed({"pictures": ["cat", "boat", "key", "owl"], "school": "satukallio"}) | changed({"link": "x"})
raw = st.binary(max_size=40)
forms = st.lists(
    st.tuples(st.sampled_from([b"email", b"password", b"next", b"%00", b""]), st.binary(max_size=12)), max_size=4
).map(lambda some: b"&".join(name + b"=" + value for name, value in some))


def written(values: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    whole = values.map(lambda value: json.dumps(value).encode())
    return whole | whole | whole.map(lambda body: body[: len(body) * 2 // 3]) | raw


PACKED = ("plain", "plain", "plain", "right", "said", "broken")
requests = st.one_of(
    st.tuples(st.just("/api/v1/sync"), written(syncs), st.sampled_from(PACKED)),
    st.tuples(st.just("/api/v1/sync"), written(syncs), st.just("plain")),
    st.tuples(st.just("/api/v1/join"), written(joins), st.sampled_from(PACKED)),
    st.tuples(st.just("/staff/sessions"), forms | raw, st.just("plain")),
)


@dataclass
class Account:
    """What the replies said, to be compared with the database in the end."""

    statuses: Counter[int] = field(default_factory=Counter)
    told: dict[tuple[str, str], str] = field(default_factory=dict)


def test_bad_bodies_get_the_documented_answer(tmp_path: Path) -> None:
    kept = Account()
    with running_demo(tmp_path) as (demo, run):
        # Several, so that no session's cap is reached.
        tablets = itertools.cycle([run(demo.tablet()) for _ in range(12)])
        untouched = ("sessions", "sign_ins", "tablets", "staff", "packets", "waiting", "tombstones")
        before = run(demo.rows(*untouched))

        def take(made: list[tuple[str, bytes, str]]) -> None:
            run(deliver(demo, next(tablets), kept, made))

        throw(requests, at_once=AT_ONCE, examples=EXAMPLES, take=take)
        assert kept.statuses.total() >= BODIES
        assert run(demo.rows(*untouched)) == before
        run(check_stored(demo, kept.told))


async def deliver(demo: DemoApp, tablet: Tablet, kept: Account, made: list[tuple[str, bytes, str]]) -> None:
    demo.forget_limits()
    replies = await asyncio.gather(*(send(tablet, *one) for one in made))
    for (path, _, _), reply in zip(made, replies, strict=True):
        kept.statuses[reply.status_code] += 1
        if path != "/api/v1/sync" or reply.status_code != 200:
            check_refusal(path, reply)
            continue
        for item, said in reply.json()["items"].items():
            assert said["s"] in ("stored", "held", "rejected")
            if said["s"] != "rejected":
                kept.told[(tablet.answer["session"], item)] = said["s"]


async def send(tablet: Tablet, path: str, body: bytes, packed: str) -> httpx2.Response:
    for word, name in NAMED.items():
        body = body.replace(word.encode(), tablet.answer[name].encode())
    headers = dict(tablet.authorization) if path == "/api/v1/sync" else {}
    if packed != "plain":
        headers["Content-Encoding"] = "gzip"
    if packed in ("right", "broken"):
        body = gzip.compress(body, 1, mtime=0)
    if packed == "broken":
        body = body[:-5]
    return await tablet.client.post(path, content=body, headers=headers)


def check_refusal(path: str, reply: httpx2.Response) -> None:
    assert 400 <= reply.status_code < 500
    if path.startswith("/api/"):
        error = reply.json()["error"]
        assert ERROR_KINDS[error["code"]].status == reply.status_code
        assert set(error) == {"code", "message", "details"}


async def check_stored(demo: DemoApp, told: dict[tuple[str, str], str]) -> None:
    """Every id that was called stored stands once, fits its revision and is counted; no other stands."""
    async with demo.parts.db.reading() as tx:
        stored = (await tx.execute(text("SELECT session, id, body FROM responses"))).all()
        held = (await tx.execute(text("SELECT session, id FROM held"))).all()
        counted = (await tx.execute(text("SELECT sum(arrived) FROM participation"))).scalar_one()
    said = {status: sorted(item for item, s in told.items() if s == status) for status in ("stored", "held")}
    assert said == {"stored": sorted((row.session, row.id) for row in stored), "held": sorted(map(tuple, held))}
    assert said["stored"]
    assert said["held"]
    assert counted == len(stored)
    for row in stored:
        response = read_response(row.body)
        revision = await demo.parts.revisions.find(response.revision)
        assert revision is not None
        assert suits(revision.poll, "short", response)
