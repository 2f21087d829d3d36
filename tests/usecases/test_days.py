"""Sessions open and finish by their days, within the consultation's period."""

import asyncio

import pytest

from server.domain.errors import DomainError
from server.domain.sessions import Session
from server.store.sessions import find_session
from server.usecases.days import keep_days, keep_open
from tests.town import TODAY, Town, item

LATER, LAST = "2026-11-24", "2026-11-30"


async def now(town: Town, session: Session) -> Session:
    async with town.db.reading() as tx:
        found = await find_session(tx, session.id)
    assert found
    return found


async def test_it_opens_on_its_day_and_finishes_after_its_last(town: Town) -> None:
    session = await town.session(opens=LATER, closes=LATER)
    states = []
    for day in ("2026-11-23", LATER, "2026-11-25"):
        await keep_days(town.db, town.live, day)
        states.append((await now(town, session)).state)
    assert states == ["prepared", "open", "closing"]


async def test_one_that_a_teacher_opens_at_the_same_moment_keeps_no_other_waiting(town: Town) -> None:
    prepared = [await town.session(grades=(grade,), opens=LATER) for grade in range(1, 7)]
    await asyncio.gather(*(keep_days(town.db, town.live, LATER) for _ in range(3)))
    assert {(await now(town, session)).state for session in prepared} == {"open"}


async def test_what_arrives_after_the_last_day_still_counts(town: Town) -> None:
    session = await town.session(closes=TODAY)
    grant = await town.tablet(session)
    await keep_days(town.db, town.live, LATER)
    outcome = await town.deliver(grant, item(grant, {"q1": "home"}))
    assert {one.status for one in outcome.receipts.values()} == {"stored"}
    with pytest.raises(DomainError):
        await town.tablet(session)


async def test_it_is_kept_open_longer_but_not_beyond_the_period(town: Town) -> None:
    await town.set_facts({"begins": TODAY, "ends": LAST})
    session = await town.session(closes=TODAY)
    await keep_open(town.db, town.live, session.id, LATER, today=TODAY)
    await keep_days(town.db, town.live, LATER)
    assert ((await now(town, session)).state, (await now(town, session)).closes) == ("open", LATER)
    await keep_open(town.db, town.live, session.id, None, today=LATER)
    assert (await now(town, session)).closes == LAST
    with pytest.raises(DomainError) as refused:
        await keep_open(town.db, town.live, session.id, "2026-12-01", today=LATER)
    assert refused.value.details == (("closes", "out_of_range"),)
    await town.finish(session)
    with pytest.raises(DomainError) as refused:
        await keep_open(town.db, town.live, session.id, LAST, today=LATER)
    assert refused.value.kind.code == "wrong_state"


async def test_the_period_refuses_sessions_outside_it_but_trials_and_sheets(town: Town) -> None:
    await town.set_facts({"begins": LATER, "ends": LAST})
    for opens in (None, "2026-12-01"):
        with pytest.raises(DomainError) as refused:
            await town.session(opens=opens)
        assert refused.value.details == (("opens", "outside_period"),)
    assert (await town.session(opens=LATER)).closes == LAST
    assert (await town.session(trial=True)).state == (await town.session(typed=True)).state == "open"
