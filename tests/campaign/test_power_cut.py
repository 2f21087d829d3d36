"""The power goes: what a tablet was told is kept was synced to the disk before it was told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.browser.records import Records
from tests.campaign.children import any_child, body_of
from tests.campaign.host import Host, Zygote
from tests.campaign.ledger import Ledger
from tests.campaign.platter import find_sqlite
from tests.campaign.tablet import Tablet
from tests.copies import lay_out
from tests.web.demo import make_demo

pytestmark = pytest.mark.skipif(
    find_sqlite() is None, reason="Python has its own SQLite inside here: a power cut cannot be shown."
)


def problems_after_power_cuts(zygote: Zygote, folder: Path, planted: str) -> list[str]:
    data, rng = folder / "data", random.Random(5)
    lay_out(make_demo, data)
    host = Host(data, zygote=zygote, planted=planted, platter=folder / "platter")
    ledger = Ledger(data)
    try:
        host.start()
        tablet = Tablet("t", host.port, rng)
        session = host.new_class()
        assert tablet.join(Records(host.database).find_class(session).link)
        for turn in range(3):
            for _ in range(8):
                child, item = any_child("short", rng), tablet.begin(session)
                ledger.begin(item, session, child)
                revision = tablet.storage.stores["sessions"][session]["revision"]
                assert tablet.confirm(session, item, body_of(child, revision), {})
                ledger.tick(item)
            assert tablet.sync(session)
            if turn == 1:
                assert host.staff("moderator").post(f"/staff/sessions/{session}/close").status_code == 303
                ledger.closed.add(session)
            host.cut_power()
            host.start()
        # The tablet is not asked again: it was told that all of it is kept.
        return ledger.check()
    finally:
        host.kill()


def test_a_power_cut_loses_nothing_that_was_acknowledged(zygote: Zygote, tmp_path: Path) -> None:
    assert problems_after_power_cuts(zygote, tmp_path, "") == []


def test_a_disk_that_is_not_waited_for_would_be_noticed(zygote: Zygote, tmp_path: Path) -> None:
    problems = problems_after_power_cuts(zygote, tmp_path, "NORMAL instead of FULL")
    assert any(problem.startswith("lost") for problem in problems)
