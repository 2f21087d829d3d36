"""A small morning, sped up: its books balance, and a planted loss or doubling is found in them."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from server.settings import read_settings
from tests.bench.processes import tyck
from tests.load.books import Books
from tests.load.morning import make_morning
from tests.load.play import play
from tests.load.reckon import class_cost, country, curve, queue_s, waits, work_ms

_TABLETS = 5
_COSTS = {"idle": 0.0, "join": 2.0, "empty sync": 1.0, "sync": 1.0, "fragment": 10.0, "download": 40.0}


def test_a_morning_balances_and_a_loss_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYCK_VOICE", "off")
    monkeypatch.delenv("TYCK_DATABASE_URL", raising=False)
    settings = read_settings({"TYCK_DATA_DIR": str(tmp_path)}, demo=True)
    classes = asyncio.run(make_morning(settings, 2, minutes=1, seed=1))
    books = Books()
    with tyck(tmp_path) as server:
        of = asyncio.run(play(server, classes, books, speed=60, seed=1, each=_TABLETS))
    assert of["responses"] == len(books.confirmed) >= 2 * _TABLETS
    assert of["not_shown"] == 0
    assert not {what for what in of["errors"] if "held" in what or "rejected" in what or ": 5" in what}
    json.dumps(of)
    assert books.problems("", tmp_path) == []

    with closing(sqlite3.connect(tmp_path / "tyck.sqlite3")) as db, db:
        db.execute("DELETE FROM responses WHERE id = (SELECT id FROM responses LIMIT 1)")
    assert books.problems("", tmp_path) == ["1 acknowledged, and not stored"]
    with closing(sqlite3.connect(tmp_path / "tyck.sqlite3")) as db, db:
        db.execute("UPDATE participation SET arrived = arrived + 1 WHERE session = ?", (classes[0].session,))
    assert books.problems("", tmp_path)[1:] == ["sessions counted wrongly: 1"]


def test_work_is_the_sum_of_its_requests() -> None:
    counted = {"join": 20, "pictures": 20, "sync": 60, "empty sync": 100, "fragment": 60, "file": 500}
    assert work_ms(counted, _COSTS) == 20 * 2 + 20 * 40 + 60 + 100 + 600
    assert curve([("sync", 0, 500), ("fragment", 2, 100)], _COSTS, bin_s=5) == [0.1, 0.0, 0.2]
    cost = class_cost(counted, _COSTS, classes=1, minutes=10)
    assert (cost.start_s, cost.minute_s) == pytest.approx((0.84, 0.076))


def test_waiting_grows_with_load_and_falls_with_processors() -> None:
    counted = {"join": 1, "sync": 60, "empty sync": 100, "fragment": 60}
    assert waits(counted, _COSTS, 1, 0.6) == waits(counted, _COSTS, 1, 0.6)
    alone, busy, many = (waits(counted, _COSTS, *each)[1] for each in ((1, 0.1), (1, 0.9), (16, 0.6)))
    assert many <= alone < busy


def test_a_queue_of_requests_waits_as_theory_says() -> None:
    """M/D/1 at half load waits on average half a service time; its median is below that, its 99th percentile above."""
    p50, p99 = waits({"sync": 1}, {"sync": 1.0}, 1, 0.5)
    assert 1.0 <= p50 < 1.5 < p99 < 6.0


def test_too_few_processors_fall_behind() -> None:
    cost = class_cost({"sync": 600}, {"sync": 100.0}, classes=1, minutes=10)
    needed = country(cost, classes=100, lesson_min=10, starts=((0, 1.0),))
    assert max(needed) == pytest.approx(10)
    assert queue_s(needed, 10.5) == 0
    assert queue_s(needed, 5) == pytest.approx((1.67 + 8 * 5 + 1.67) * 60 / 5, rel=0.01)
