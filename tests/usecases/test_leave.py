"""The database itself lets packets go only with their whole consultation, on either engine."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from server.domain.errors import DomainError
from server.seals import Seals
from server.store.schema import consultations, erased, figures, packets, sessions
from server.usecases.leave import erase, leave
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
