"""Held responses: counted or left out by a person, by reason, all or none, and each exactly once."""

import pytest
from sqlalchemy import func, select

from server.domain.deliveries import STORED, Receipt
from server.domain.errors import DomainError
from server.domain.results import RECEIVED, SHOWN
from server.domain.sessions import Session
from server.store.actions import list_actions
from server.store.packets import list_figures
from server.store.responses import count_arrived, count_held, count_undecided
from server.store.schema import metadata
from server.usecases import decide
from server.usecases.run_session import revoke_tablet
from tests.town import KEY, Town, item


async def include(town: Town, session: Session, reason: str = "revoked") -> None:
    about = (town.db, town.live, town.revisions, town.clock, KEY)
    await decide.include(*about, session.id, reason, by="alva")


async def leave_out(town: Town, session: Session, reason: str = "revoked") -> None:
    await decide.leave_out(town.db, town.live, session.id, reason, by="alva")


async def numbers(town: Town, session: Session) -> tuple[int, dict[str, int], dict[str, int]]:
    """Arrived, held and undecided."""
    async with town.db.reading() as tx:
        arrived = (await count_arrived(tx, [session.id])).get(session.id, (0, 0))[0]
        return arrived, await count_held(tx, session.id), await count_undecided(tx, session.id)


async def rows(town: Town, table: str) -> int:
    async with town.db.reading() as tx:
        return await tx.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


async def figures(town: Town) -> dict[str, int]:
    async with town.db.reading() as tx:
        found = await list_figures(tx, town.consultation, "koivu", "")
    return {one.cell: one.number for one in found if one.question == "q1" and one.grades == "1-2"}


async def held(town: Town, number: int, *, q1: str = "forest") -> tuple[Session, list[dict[str, str]]]:
    """A session with this many responses from a revoked tablet."""
    session = await town.session()
    grant = await town.tablet(session)
    await revoke_tablet(town.db, town.live, session.id, 0)
    sent = [item(grant, {"q1": q1}) for _ in range(number)]
    outcome = await town.deliver(grant, *sent)
    assert set(outcome.receipts.values()) == {Receipt("held", "revoked")}
    return session, sent


async def test_included_ones_count_once_with_the_others(town: Town) -> None:
    session, sent = await held(town, 2)
    other = await town.tablet(session)
    await town.deliver(other, *(item(other, {"q1": "home"}) for _ in range(4)))
    await include(town, session)
    await include(town, session)
    assert await numbers(town, session) == (6, {}, {})
    again = await town.deliver(other, *sent)
    assert set(again.receipts.values()) == {STORED}
    assert await numbers(town, session) == (6, {}, {})
    await town.close(session)
    found = await figures(town)
    assert (found[RECEIVED], found[SHOWN], found["home"] + found["forest"]) == (6, 5, 5)


async def test_what_comes_again_from_the_blocked_tablet_is_known(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    await revoke_tablet(town.db, town.live, session.id, 0)
    sent = item(grant, {"q1": "home"})
    await town.deliver(grant, sent)
    await include(town, session)
    assert (await town.deliver(grant, sent)).receipts == {sent["id"]: STORED}
    assert await numbers(town, session) == (1, {}, {})


async def test_left_out_ones_are_erased_and_their_number_stays(town: Town) -> None:
    session, sent = await held(town, 3)
    await leave_out(town, session)
    assert await numbers(town, session) == (0, {"revoked": 3}, {})
    await include(town, session)
    assert await numbers(town, session) == (0, {"revoked": 3}, {})
    async with town.db.reading() as tx:
        assert (await tx.execute(select(metadata.tables["held"].c.body).distinct())).scalars().all() == [""]
    other = await town.tablet(session)
    assert set((await town.deliver(other, *sent)).receipts.values()) == {Receipt("held", "revoked")}
    assert await numbers(town, session) == (0, {"revoked": 3}, {})


async def test_after_closing_they_count_one_level_up(town: Town) -> None:
    session, sent = await held(town, 1)
    other = await town.tablet(session)
    await town.deliver(other, *(item(other, {"q1": "home"}) for _ in range(6)))
    await town.close(session)
    before, waiting = await figures(town), await rows(town, "waiting")
    await include(town, session)
    await include(town, session)
    after = await figures(town)
    assert after == {**before, RECEIVED: before[RECEIVED] + 1}
    assert await rows(town, "waiting") == waiting + 2
    assert set((await town.deliver(other, *sent)).receipts.values()) == {STORED}
    assert await rows(town, "waiting") == waiting + 2


async def test_more_than_there_are_children_can_be_counted(town: Town) -> None:
    session = await town.session(children=1)
    grant = await town.tablet(session)
    await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(25)))
    assert await numbers(town, session) == (23, {"over_cap": 2}, {"over_cap": 2})
    await include(town, session, "over_cap")
    assert await numbers(town, session) == (25, {}, {})


async def test_what_does_not_fit_is_never_counted(town: Town) -> None:
    session, _ = await held(town, 2, q1="no such place")
    await include(town, session)
    assert await numbers(town, session) == (0, {"unfit": 2}, {"unfit": 2})
    with pytest.raises(DomainError) as refused:
        await include(town, session, "unfit")
    assert refused.value.kind.code == "bad_form"


async def test_the_freeze_ends_it(town: Town) -> None:
    session, _ = await held(town, 2)
    await town.freeze()
    for decision in (include, leave_out):
        with pytest.raises(DomainError) as refused:
            await decision(town, session)
        assert refused.value.kind.code == "frozen"
    assert (await numbers(town, session))[1] == {"revoked": 2}


async def test_the_log_says_who_decided(town: Town) -> None:
    session, _ = await held(town, 1)
    await leave_out(town, session)
    async with town.db.reading() as tx:
        (done, *_) = await list_actions(tx, ["koivu"], most=1)
    assert (done.what, done.about) == ("held_left_out", "Meidän kolmas paikka: 1-2")
