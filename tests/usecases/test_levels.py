"""What files hold, place by place, is what a reader who asks for that place is told."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from server.domain.errors import DomainError
from server.domain.levels import may_ask, open_to_anyone
from server.usecases.levels import read_levels
from server.usecases.report import read_results
from tests.town import Town, item

GROUPS = (("koivu", (1, 2), 8), ("koivu", (1,), 7), ("koivu", (3,), 4), ("bjork", (3,), 9), ("bjork", (1, 3, 5), 6))


async def filled(town: Town) -> None:
    for school, grades, number in GROUPS:
        session = await town.session(school, grades)
        tablet = await town.tablet(session)
        await town.deliver(tablet, *[item(tablet, {"q1": "forest", "q7": {"climb": 3}}) for _ in range(number)])
        await town.close(session)
    await town.freeze()


async def opened(town: Town, level: str | None) -> None:
    async with town.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET public = :level"), {"level": level})


async def test_each_place_is_what_one_who_asks_for_it_is_told(town: Town) -> None:
    await filled(town)
    async with town.db.reading() as tx:
        levels = await read_levels(tx, town.revisions, town.consultation, for_anyone=False)
        for level in levels:
            assert level == await read_results(tx, town.revisions, town.consultation, level.where)
    asked = [tuple(level.where.values()) for level in levels]
    assert len(set(asked)) == len(asked)
    assert {("koivu", "1-2"), ("koivu", "1"), ("bjork", "3"), ("fi", "1-2"), ("fi",), ("1-2",), ()} <= set(asked)
    assert any(level.results[0].counts is None for level in levels)


@pytest.mark.parametrize("level", ["schools", "grades"])
async def test_anyone_reads_the_levels_that_were_opened(town: Town, level: str) -> None:
    await filled(town)
    await opened(town, level)
    async with town.db.reading() as tx:
        everything = await read_levels(tx, town.revisions, town.consultation, for_anyone=False)
        public = await read_levels(tx, town.revisions, town.consultation, for_anyone=True)
    assert public == [
        replace(one, results=open_to_anyone(one.results, one.where)) for one in everything if may_ask(level, one.where)
    ]
    assert any("grades" in one.where for one in public) == (level == "grades")


async def test_nothing_is_public_before_it_was_opened(town: Town) -> None:
    await filled(town)
    async with town.db.reading() as tx:
        with pytest.raises(DomainError, match="not_found"):
            await read_levels(tx, town.revisions, town.consultation, for_anyone=True)
        with pytest.raises(DomainError, match="not_found"):
            await read_levels(tx, town.revisions, "nothing", for_anyone=False)
