"""A trial session works like a real one, and nothing of it is ever counted."""

import pytest
from sqlalchemy import func, select

from server.domain.deliveries import STORED
from server.store.consultations import list_published
from server.store.responses import count_arrived_by_place
from server.store.schema import metadata
from server.usecases.run_session import revoke_tablet
from tests.town import Town, item

KEPT = ("responses", "held", "participation", "tombstones", "waiting", "packets", "figures", "ideas")


async def rows(town: Town, *tables: str) -> list[int]:
    async with town.db.reading() as tx:
        queries = [select(func.count()).select_from(metadata.tables[table]) for table in tables]
        return [await tx.scalar(query) or 0 for query in queries]


@pytest.mark.parametrize("end", ["close", "freeze"])
async def test_nothing_is_left_of_a_trial_whose_answers_were_stored(town: Town, end: str) -> None:
    session = await town.session(trial=True)
    grant, lost = await town.tablet(session), await town.tablet(session)
    await revoke_tablet(town.db, town.live, session.id, 1)
    sent = [item(grant, {"q1": "home"}) for _ in range(8)]
    assert set((await town.deliver(grant, *sent)).receipts.values()) == {STORED}
    await town.deliver(lost, item(lost, {"q1": "home"}))
    assert await rows(town, "responses", "held") == [8, 1]
    await (town.close(session) if end == "close" else town.freeze())
    late = item(grant, {"q1": "forest"})
    for grown in ([late], sent, [item(grant, {"q1": "no such place"})]):
        assert set((await town.deliver(grant, *grown)).receipts.values()) == {STORED}
    assert set(await rows(town, *KEPT)) == {0}
    async with town.db.reading() as tx:
        assert await count_arrived_by_place(tx) == {}


async def test_while_it_runs_it_adds_to_no_sum_and_fixes_no_revision(town: Town) -> None:
    session = await town.session(trial=True)
    grant = await town.tablet(session)
    await town.deliver(grant, item(grant, {"q1": "home"}))
    async with town.db.reading() as tx:
        assert await count_arrived_by_place(tx) == {}
        assert [one.sessions for one in await list_published(tx, town.consultation)] == [0]
    await town.session()
    async with town.db.reading() as tx:
        assert [one.sessions for one in await list_published(tx, town.consultation)] == [1]


async def test_a_database_that_forgot_it_still_knows_a_trial_by_its_pass(town: Town) -> None:
    session = await town.session(trial=True)
    grant = await town.tablet(session)
    async with town.db.writing() as tx:
        for table in ("tablets", "sessions"):
            await tx.execute(metadata.tables[table].delete())
    await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(7)))
    await town.release(session)
    await town.close(session)
    assert await rows(town, "responses", "waiting", "packets", "tombstones") == [0, 0, 0, 0]
