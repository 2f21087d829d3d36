"""After the freeze: results open to anyone step by step; a consultation is put away once its children are answered."""

from typing import Any

import pytest
from sqlalchemy import select

from server.domain.errors import DomainError
from server.domain.feedback import empty_feedback
from server.store.consultations import find_consultation
from server.store.feedback import mark_published, mark_written
from server.store.schema import actions
from server.usecases.conclude import archive, publish_results
from tests.town import NOW, Town


async def refused(step: Any) -> str:
    with pytest.raises(DomainError) as error:
        await step
    return error.value.kind.code


async def state(town: Town) -> tuple[str | None, bool]:
    async with town.db.reading() as tx:
        found = await find_consultation(tx, town.consultation)
    assert found
    return found.public, found.archived


async def logged(town: Town) -> list[str]:
    async with town.db.reading() as tx:
        return list((await tx.execute(select(actions.c.what).order_by(actions.c.id))).scalars())


async def answer(town: Town, **changes: Any) -> None:
    async with town.db.writing() as tx:
        await mark_written(tx, town.consultation, empty_feedback())
        await mark_published(tx, town.consultation, {**empty_feedback(), **changes}, NOW)


async def test_results_open_after_the_freeze_and_never_close(town: Town) -> None:
    assert await refused(publish_results(town.db, town.live, town.clock, town.consultation, "schools")) == "not_frozen"
    await town.freeze()
    assert await state(town) == (None, False)
    for level in ("", "children", "schools "):
        assert await refused(publish_results(town.db, town.live, town.clock, town.consultation, level)) == "bad_form"
    assert await refused(publish_results(town.db, town.live, town.clock, "nowhere", "schools")) == "not_found"
    for _ in range(2):
        await publish_results(town.db, town.live, town.clock, town.consultation, "schools")
    assert await state(town) == ("schools", False)
    await publish_results(town.db, town.live, town.clock, town.consultation, "grades")
    assert (
        await refused(publish_results(town.db, town.live, town.clock, town.consultation, "schools")) == "stays_public"
    )
    assert await state(town) == ("grades", False)
    assert (await logged(town))[-2:] == ["results_published", "grades_published"]


async def test_the_day_on_which_results_were_first_open_stays(town: Town) -> None:
    await town.freeze()
    async with town.db.reading() as tx:
        before = await find_consultation(tx, town.consultation)
    assert before
    assert before.public_on is None
    await publish_results(town.db, town.live, town.clock, town.consultation, "schools")
    town.now += 9 * 86_400
    await publish_results(town.db, town.live, town.clock, town.consultation, "grades")
    async with town.db.reading() as tx:
        found = await find_consultation(tx, town.consultation)
    assert found
    assert found.public_on == "2027-01-15"
    assert found.frozen_on


async def test_of_results_that_were_open_before_it_was_noted_nobody_says_when(town: Town) -> None:
    await town.freeze()
    async with town.db.writing() as tx:
        await tx.exec_driver_sql("UPDATE consultations SET public = 'schools'")
    await publish_results(town.db, town.live, town.clock, town.consultation, "grades")
    async with town.db.reading() as tx:
        found = await find_consultation(tx, town.consultation)
    assert found
    assert (found.public, found.public_on) == ("grades", None)


async def test_nothing_is_put_away_before_the_children_have_their_answer(town: Town) -> None:
    assert await refused(archive(town.db, town.live, town.consultation)) == "not_frozen"
    await town.freeze()
    assert await refused(archive(town.db, town.live, town.consultation)) == "not_answered"
    await answer(town, meeting="2027-01-20")
    assert await refused(archive(town.db, town.live, town.consultation)) == "not_answered"
    await answer(town, answered="2027-02-01")
    for _ in range(2):
        await archive(town.db, town.live, town.consultation)
    assert await state(town) == (None, True)
    assert (await logged(town)).count("consultation_archived") == 1
