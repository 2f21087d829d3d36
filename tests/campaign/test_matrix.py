"""Faults of docs/sync.md one by one, with scripted tablets and a server that really dies (docs/reliability.md)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.browser.records import Records
from tests.campaign.director import Director
from tests.campaign.episode import Plan, open_stage
from tests.campaign.host import Zygote
from tests.campaign.moments import MOMENTS
from tests.campaign.network import send
from tests.campaign.tablet import Tablet, Trouble


@pytest.fixture
def stage(zygote: Zygote, request: pytest.FixtureRequest) -> Iterator[Director]:
    with open_stage(Plan(request.node.name, classes=1, tablets=1), zygote) as director:
        yield director


def confirm(stage: Director, number: int) -> tuple[Tablet, str]:
    """So many turns on the stage's one tablet."""
    [tablet] = stage.tablets
    [session] = tablet.sessions
    for _ in range(number):
        stage.play_turn(tablet, session)
    return tablet, session


def check(stage: Director) -> None:
    """Once everything is well again, the books balance."""
    stage.drain()
    stage.check("in the end")
    assert stage.problems == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_server_killed_at_any_moment_of_a_request(moment: str, stage: Director) -> None:
    tablet, session = confirm(stage, 6)
    tablet.sync(session, Trouble(kill=moment))
    stage.host.await_end()
    waiting = [item for item in tablet.storage.stores["outbox"] if not item.startswith("ideas/")]
    assert bool(waiting) == (moment != "after_reply")
    stage.host.start()
    check(stage)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_server_killed_at_any_moment_of_a_closing(moment: str, stage: Director) -> None:
    tablet, session = confirm(stage, 9)
    assert tablet.sync(session)
    stage.ask_staff(session, "close", moment)
    stage.ask_staff(session, "close")
    check(stage)
    stage.freeze("third-place")
    stage.ledger.note_freeze()
    check(stage)


def test_a_request_replayed_a_day_later(stage: Director) -> None:
    tablet, session = confirm(stage, 7)
    assert tablet.sync(session)
    stage.ask_staff(session, "close")
    stage.host.stop()
    stage.host.days_ahead += 1
    stage.host.start()
    for method, path, headers, body in tablet.requests:
        send(stage.network.port, method, path, headers, body)
    check(stage)


def test_a_full_disk(stage: Director) -> None:
    tablet, session = confirm(stage, 40)
    with stage.disk.full(stage.host.pid):
        refused = [tablet.sync(session) for _ in range(3)]
        stage._press(f"/staff/sessions/{session}/close")
    assert refused == [False] * 3
    assert stage._state(session) == "open"
    check(stage)
    stage.ask_staff(session, "close")
    check(stage)


def test_a_busy_database(stage: Director) -> None:
    """Longer than a writer waits: the tablet is told to come again."""
    tablet, session = confirm(stage, 3)
    with closing(sqlite3.connect(stage.host.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not tablet.sync(session)
    assert tablet.unsent(session) >= 3
    check(stage)


def test_a_session_closed_with_answers_on_a_tablet(stage: Director) -> None:
    tablet, session = confirm(stage, 8)
    assert tablet.sync(session)
    confirm(stage, 3)
    stage.ask_staff(session, "close")
    assert stage.met["session closed with answers on a tablet"] == 1
    check(stage)
    assert tablet.storage.stores["sessions"][session]["state"] == "closed"


def test_a_server_upgraded_while_a_tablet_was_away_for_60_days(stage: Director) -> None:
    """Every stage begins with that: its database was an older version's, its tablets had answers before."""
    [tablet] = stage.tablets
    assert stage.met["server upgraded while a tablet was away for 60 days"] == 1
    assert all(tablet.unsent(session) for session in tablet.sessions)
    check(stage)


def test_a_thousand_scripted_answers(stage: Director) -> None:
    """Capped, seen, and answered by discarding the session."""
    tablet, session = confirm(stage, 2)
    assert tablet.sync(session)
    stage._stuff(tablet, session)
    assert stage._state(session) == "discarded"
    check(stage)


def test_300_tablets_at_once(stage: Director) -> None:
    stage.return_of_many()
    assert len(stage.crowd) == 300
    check(stage)


def restore(stage: Director, number: int) -> None:
    """Puts the `number`-th copy back."""
    stage.host.kill()
    stage.host.put_back(stage.backups[number].path)
    stage.host.start()


def test_a_restore(stage: Director) -> None:
    tablet, session = confirm(stage, 5)
    assert tablet.sync(session)
    restore(stage, 0)
    assert Records(stage.host.database).number("responses", session) == 0
    check(stage)


def test_a_restore_done_twice(stage: Director) -> None:
    tablet, session = confirm(stage, 5)
    assert tablet.sync(session)
    restore(stage, 0)
    stage.drain()
    restore(stage, 0)
    check(stage)


def test_a_restore_with_newer_writes_on_top(stage: Director) -> None:
    """The same numbers of commits as before, other contents: only the tags tell."""
    tablet, session = confirm(stage, 5)
    assert tablet.sync(session)
    other = stage.add_tablet()
    restore(stage, 0)
    for _ in range(3):
        stage.play_turn(other, session)
        assert other.sync(session)
    check(stage)


def test_a_restore_to_before_the_session_existed(stage: Director) -> None:
    stage.new_class()
    made = list(stage.classes)[-1]
    [tablet] = stage.tablets
    assert tablet.join(stage.classes[made].link)
    for _ in range(8):
        stage.play_turn(tablet, made)
    assert tablet.sync(made)
    restore(stage, 0)
    check(stage)
    stage.ask_staff(made, "close")
    check(stage)


def test_a_restore_to_before_its_closing(stage: Director) -> None:
    tablet, session = confirm(stage, 10)
    assert tablet.sync(session)
    stage.back_up()
    stage.ask_staff(session, "close")
    stage.check("closed")
    for number in (1, 0, 1):
        restore(stage, number)
        assert stage._state(session) == "closed"
        check(stage)
    assert stage.ledger.packets


def test_a_restore_to_before_the_freeze(stage: Director) -> None:
    tablet, session = confirm(stage, 10)
    assert tablet.sync(session)
    stage.back_up()
    stage.freeze("third-place")
    stage.ledger.note_freeze()
    stage.check("frozen")
    for number in (1, 0):
        restore(stage, number)
        check(stage)
