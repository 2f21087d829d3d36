"""A misused session is discarded before it closes: nothing of it is counted, and its tablets are told "stored"."""

import pytest
from sqlalchemy import func, select

from server.domain.deliveries import STORED
from server.domain.errors import DomainError
from server.domain.people import Role
from server.domain.sessions import Session, State
from server.store.actions import list_actions
from server.store.desk import count_states
from server.store.ideas import KeptIdea, find_standing, insert_idea
from server.store.schema import idea_counts, ideas, metadata, session_ideas
from server.store.sessions import find_session, list_sessions, list_unclosed_sessions
from server.store.staff import Account, insert_account
from server.usecases.moderate import decide, hand_over
from server.usecases.run_session import discard, revoke_tablet
from tests.town import TODAY, Town, item, new_id

EMPTIED = ("responses", "held", "participation", "tombstones", "tablets", "waiting", "packets", "figures")


async def throw_away(town: Town, session: Session) -> None:
    await discard(town.db, town.live, session.id, by="alva")


async def rows(town: Town) -> list[int]:
    async with town.db.reading() as tx:
        tables = [metadata.tables[name] for name in EMPTIED]
        return [await tx.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def misused(town: Town) -> Session:
    """An open session with answers, some of a blocked tablet and some that do not fit."""
    session = await town.session()
    grant, other = await town.tablet(session), await town.tablet(session)
    await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(7)), item(grant, {"q1": "moon"}))
    await revoke_tablet(town.db, town.live, session.id, 1)
    await town.deliver(other, item(other, {"q1": "home"}), pending=3)
    return session


async def test_nothing_of_it_stays(town: Town) -> None:
    session = await misused(town)
    await throw_away(town, session)
    assert await rows(town) == [0] * len(EMPTIED)
    await town.freeze()
    assert await rows(town) == [0] * len(EMPTIED)


@pytest.mark.parametrize("frozen", [False, True])
async def test_what_its_tablets_still_hold_is_stored_and_dropped(town: Town, frozen: bool) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    await throw_away(town, session)
    if frozen:
        await town.freeze()
    sent = [item(grant, {"q1": "home"}), item(grant, {"q1": "moon"})]
    outcome = await town.deliver(grant, *sent)
    assert set(outcome.receipts.values()) == {STORED}
    assert outcome.state == State.CLOSED
    assert await rows(town) == [0] * len(EMPTIED)
    async with town.db.writing() as tx:
        assert (await find_standing(tx, grant)).is_over


@pytest.mark.parametrize("step", ["prepared", "open", "closing"])
async def test_a_session_can_be_discarded_until_it_is_closed(town: Town, step: str) -> None:
    session = await town.session(opens="2026-12-01" if step == "prepared" else TODAY)
    if step == "closing":
        await town.finish(session)
    await throw_away(town, session)
    async with town.db.reading() as tx:
        found = await find_session(tx, session.id)
        assert found
        assert (found.state, found.pictures) == (State.DISCARDED, None)
        assert await list_sessions(tx, town.consultation) == await list_unclosed_sessions(tx) == []
        (done, *_) = await list_actions(tx, ["koivu"], most=1)
    assert done.what == "session_discarded"
    for again in (throw_away, town_close):
        with pytest.raises(DomainError, match="wrong_state"):
            await again(town, session)
    with pytest.raises(DomainError, match="session_closed"):
        await town.tablet(session)


async def town_close(town: Town, session: Session) -> None:
    await town.close(session)


async def test_packets_are_never_taken_back(town: Town) -> None:
    session = await misused(town)
    await town.close(session)
    before = await rows(town)
    with pytest.raises(DomainError, match="wrong_state"):
        await throw_away(town, session)
    await town.freeze()
    with pytest.raises(DomainError, match="frozen"):
        await throw_away(town, session)
    assert (await rows(town))[-2:] == before[-2:]


async def drew(town: Town, session: Session, wanted: str = "") -> str:
    """An idea that the session sent, as kept, and decided about where somebody `wanted` that."""
    idea = new_id()
    kept = KeptIdea(idea, town.consultation, "p", "q10", "koivu", "1-2", "fi", True, None, "Elsan salaisuus", None)
    async with town.db.writing() as tx:
        await insert_idea(tx, session.id, kept)
    if wanted:
        await decide(town.db, town.clock, town.consultation, idea, wanted, was="new", by="mika", reason="name")
    return idea


async def ideas_left(town: Town) -> set[str]:
    async with town.db.reading() as tx:
        return set((await tx.execute(select(ideas.c.id))).scalars())


async def test_its_ideas_go_with_it_but_no_worry(town: Town) -> None:
    await keeper(town)
    misused, other = await town.session(), await town.session()
    gone = {await drew(town, misused, wanted) for wanted in ("", "shown", "hidden")}
    worry, handed, elsewhere = (
        await drew(town, misused, "worry"),
        await drew(town, misused, "worry"),
        await drew(town, other),
    )
    await hand_over(town.db, town.clock, town.consultation, handed, by="mika")
    assert await ideas_left(town) == {*gone, worry, handed, elsewhere}
    await throw_away(town, misused)
    assert await ideas_left(town) == {worry, handed, elsewhere}
    async with town.db.reading() as tx:
        assert sum((await count_states(tx, town.consultation)).values()) == 3
        assert await tx.scalar(select(func.count()).select_from(idea_counts)) == 1
        said = {(done.what, done.about) for done in await list_actions(tx, ["koivu"], most=9)}
    assert ("ideas_discarded", "3") in said


async def test_nobody_can_tell_which_ideas_a_closed_session_sent(town: Town) -> None:
    await keeper(town)
    session = await town.session()
    drawn = await drew(town, session)
    await town.close(session)
    late = await drew(town, session)
    async with town.db.reading() as tx:
        assert not (await tx.execute(select(session_ideas))).first()
    assert await ideas_left(town) == {drawn, late}


async def test_a_session_without_ideas_says_nothing_of_ideas(town: Town) -> None:
    await throw_away(town, await town.session())
    async with town.db.reading() as tx:
        assert "ideas_discarded" not in {done.what for done in await list_actions(tx, ["koivu"], most=9)}


async def keeper(town: Town) -> None:
    async with town.db.writing() as tx:
        account = Account("mika", "mika@stad.example", "Mika", "x", demo=False, disabled=False)
        await insert_account(tx, account, [(Role.MODERATOR, "stad")])
