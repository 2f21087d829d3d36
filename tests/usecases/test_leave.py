"""The database itself lets packets go only with their whole consultation, on either engine."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import DBAPIError

from server.domain.errors import DomainError
from server.seals import Seals
from server.store.erasing import erase_some
from server.store.schema import (
    consultations,
    erased,
    figures,
    packets,
    responses,
    revisions,
    sessions,
    tombstones,
    waiting,
)
from server.usecases.leave import begin_erasing, erase, go_on_erasing, leave
from tests.town import NOW, Town, item


async def test_packets_go_with_their_consultation_and_in_no_other_way(town: Town, tmp_path: Path) -> None:
    session = await town.session()
    tablet = await town.tablet(session)
    await town.deliver(tablet, *[item(tablet, {"q1": "forest"}) for _ in range(7)])
    await town.close(session)
    for change in (delete(packets), packets.update().values(shown=7)):
        with pytest.raises(DBAPIError, match="append only"):
            async with town.db.writing() as tx:
                await tx.execute(change)
    await erase(town.db, Seals(tmp_path), town.consultation, NOW)
    async with town.db.reading() as tx:
        left = [len((await tx.execute(select(table))).all()) for table in (packets, figures, sessions, consultations)]
        assert left == [0, 0, 0, 0]
        assert (await tx.execute(select(erased.c.consultation))).scalars().all() == [town.consultation]


async def test_it_goes_in_short_steps_beside_a_class_that_answers_and_whatever_breaks_off_goes_on(
    town: Town, tmp_path: Path
) -> None:
    """What is erased is found no more from the first step on, and no step takes long."""
    other = Town(town.db, town.revisions, town.live, "other")
    async with town.db.writing() as tx:
        [row] = (await tx.execute(select(consultations))).mappings().all()
        await tx.execute(insert(consultations), {**row, "id": "other"})
        [content] = (await tx.execute(select(revisions))).mappings().all()
        await tx.execute(insert(revisions), {**content, "id": "other-1", "consultation": "other"})
    running = await other.tablet(await other.session())
    for _ in range(25):
        session = await town.session(grades=(1,))
        tablet = await town.tablet(session)
        await town.deliver(tablet, *[item(tablet, {"q1": "forest"}) for _ in range(6)])
        await town.close(session)
    still_open = await town.tablet(await town.session())
    await town.deliver(still_open, item(still_open, {"q1": "forest"}))
    await begin_erasing(town.db, Seals(tmp_path), town.consultation, NOW)
    with pytest.raises(DomainError, match="not_found"):
        await town.session()
    async with town.db.writing() as tx:
        assert await erase_some(tx, town.consultation)
    async with town.db.reading() as tx:
        sizes = [len((await tx.execute(select(table))).all()) for table in (sessions, tombstones)]
    assert 0 < sizes[0] < 27, "one step takes some, not all"
    assert 0 < sizes[1] < 150
    erasing = asyncio.create_task(go_on_erasing(town.db, Seals(tmp_path), town.revisions))
    while not erasing.done():
        outcome = await other.deliver(running, item(running, {"q1": "forest"}))
        assert [each.status for each in outcome.receipts.values()] == ["stored"]
        await asyncio.sleep(0)
    await erasing
    assert await town.revisions.find(still_open.revision) is None
    with pytest.raises(DomainError, match="gone"):
        await town.deliver(still_open)
    async with town.db.reading() as tx:
        assert (await tx.execute(select(sessions.c.consultation))).scalars().all() == ["other"]
        for table in (packets, tombstones, figures, waiting):
            assert (await tx.execute(select(table))).all() == []
        assert len((await tx.execute(select(responses))).all()) > 1


async def test_a_consultation_from_above_keeps_the_places_that_it_asks(town: Town, tmp_path: Path) -> None:
    await town.session("koivu")
    with pytest.raises(DomainError) as refused:
        await leave(town.db, Seals(tmp_path), "koivu", NOW)
    assert (refused.value.kind.code, refused.value.details) == ("area_used", ((town.consultation, "erase_first"),))
    async with town.db.reading() as tx:
        assert len((await tx.execute(select(sessions))).all()) == 1
    await leave(town.db, Seals(tmp_path), "bjork", NOW)
    for unknown in ("bjork", "nowhere"):
        with pytest.raises(DomainError, match="not_found"):
            await leave(town.db, Seals(tmp_path), unknown, NOW)
