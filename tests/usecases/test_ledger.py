"""Whatever happens in whatever order, packets keep the promises of docs/privacy.md (rules 1 to 5, 8 and 10)."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.migrate import migrate
from tests.town import Town, build_town
from tests.usecases.ledger import CONTENT, LANGUAGE, NODE, Ledger

answers = st.fixed_dictionaries(
    {
        "q1": st.sampled_from(["home", "forest", None]),
        "q2": st.sampled_from([["friends"], ["friends", "fun"], ["adult"], None]),
        "q3": st.sampled_from(["good", "not_good", None]),
        "q6": st.sampled_from([["evening"], ["free", "evening"], ["clean", "everyone", "free", "evening"], None]),
        "q7": st.sampled_from([{"climb": 5}, {"music": 2, "climb": 1}, None]),
        "q9": st.sampled_from([{"p1": "outdoors"}, {"p1": "indoors", "p2": "calm"}, None]),
        "q10": st.sampled_from([{"text": False, "drawing": True}, None]),
    }
)
which = st.integers(0, 7)
starts = st.tuples(st.just("start"), st.sampled_from(list(LANGUAGE)), st.sampled_from(list(NODE)), st.booleans())
steps = st.one_of(
    starts,
    st.tuples(st.just("answer"), which, st.lists(answers, min_size=1, max_size=16)),
    st.tuples(st.just("answer"), which, st.lists(answers, min_size=6, max_size=16)),
    st.tuples(st.sampled_from(["repeat", "open", "finish", "close", "close"]), which),
)

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Durability is tested elsewhere; here the disk would only be slow."""


@pytest.fixture(scope="module")
def fresh_town() -> Iterator[Path]:
    """A database file with the town in it, copied for every run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tyck.sqlite3"
        asyncio.run(_make(path))
        yield path


async def _make(path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(db)
    await build_town(db, Revisions(db), Live(), CONTENT)
    await db.close()


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(starts, min_size=1, max_size=3), st.lists(steps, min_size=4, max_size=22), answers)
def test_the_ledger_agrees(
    fresh_town: Path, first: list[tuple[Any, ...]], then: list[tuple[Any, ...]], late: dict[str, Any]
) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        copy = shutil.copy(fresh_town, Path(folder) / "tyck.sqlite3")
        asyncio.run(_play(Path(copy), [*first, *then], late))


async def _play(path: Path, taken: list[tuple[Any, ...]], late: dict[str, Any]) -> None:
    db = Database(f"sqlite+aiosqlite:///{path}")
    ledger = Ledger(Town(db, Revisions(db), Live(), CONTENT["id"]))
    try:
        for step in taken:
            await ledger.take(*step)
            if step[0] == "close":
                await ledger.check()
        await ledger.freeze()
        await ledger.check()
        for group in ledger.groups:
            await ledger.answer(group, [late])
        await ledger.check()
        ledger.check_that_no_subtraction_tells_of_few()
    finally:
        await db.close()
