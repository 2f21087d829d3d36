"""Generated bad ideas against the running app: no 5xx, and nothing kept that was not called stored or held."""

import asyncio
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text

from server.domain.errors import ERROR_KINDS
from tests.town import new_id
from tests.web.demo import DemoApp, Tablet
from tests.web.fuzz import running_demo, throw
from tests.web.test_fuzz import changed, wild, written

AT_ONCE = 10
EXAMPLES = 60
IDEA = {
    "proto": 1,
    "session": "SESSION",
    "question": "q10",
    "lang": "fi",
    "grades": [3, 4],
    "may_show": True,
    "text": "abc",
    "strokes": [[[0.1, 0.2, 0.5], [0.9, 0.8, 1]]],
}
points = st.lists(st.floats() | wild, max_size=4)
strokes = st.lists(st.lists(points, max_size=3) | wild, max_size=3).map(lambda some: {**IDEA, "strokes": some})
texts = st.text(max_size=300).map(lambda some: {**IDEA, "text": some, "strokes": []})
elsewhere = st.sampled_from(["q1", "q99", ""]).map(lambda question: {**IDEA, "question": question})
bodies = written(st.just(IDEA) | changed(IDEA) | strokes | texts | elsewhere)


def test_bad_ideas_get_the_documented_answer(tmp_path: Path) -> None:
    told: dict[str, str] = {}
    with running_demo(tmp_path) as (demo, run):
        tablet = run(_tablet(demo))
        throw(bodies, at_once=AT_ONCE, examples=EXAMPLES, take=lambda made: run(deliver(tablet, told, made)))
        assert set(told.values()) == {"stored", "held", "rejected"}
        kept = run(_kept(demo))
        assert kept == {idea: said for idea, said in told.items() if said != "rejected"}


async def _tablet(demo: DemoApp) -> Tablet:
    return await demo.tablet(await demo.session(grades=(3, 4)))


async def deliver(tablet: Tablet, told: dict[str, str], made: list[bytes]) -> None:
    tablet.demo.forget_limits()
    ids = [new_id() for _ in made]
    for idea, reply in zip(ids, await asyncio.gather(*map(_put(tablet), ids, made)), strict=True):
        if reply.status_code == 200:
            told[idea] = reply.json()["s"]
        else:
            assert ERROR_KINDS[reply.json()["error"]["code"]].status == reply.status_code < 500


def _put(tablet: Tablet) -> Any:
    def put(idea: str, body: bytes) -> Any:
        content = body.replace(b"SESSION", tablet.answer["session"].encode())
        return tablet.client.put(f"/api/v1/ideas/{idea}", content=content, headers=tablet.authorization)

    return put


async def _kept(demo: DemoApp) -> dict[str, str]:
    async with demo.parts.db.reading() as tx:
        rows = await tx.execute(text("SELECT id, held FROM ideas"))
        return {row.id: "held" if row.held else "stored" for row in rows}
