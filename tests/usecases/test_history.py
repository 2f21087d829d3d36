"""The database goes back to an old copy: what never goes back is there again, and each response counts once."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from server.domain.deliveries import STORED
from server.domain.drafts import Content
from server.domain.errors import DomainError
from server.domain.people import Role
from server.domain.sessions import State
from server.store.consultations import find_consultation
from server.store.drafts import find_draft
from server.store.pictures import OwnPicture, find_picture, insert_picture
from server.store.schema import ideas, packets, responses, sessions, staff, waiting
from server.store.sessions import find_session
from server.usecases import people
from server.usecases.accounts import add_account
from server.usecases.compose import publish_draft, seen_id, start_draft
from server.usecases.forget import DAY_S, HIDDEN_DAYS, forget_ideas
from server.usecases.moderate import cover_idea, decide
from server.usecases.redraw import Easel
from server.usecases.run_session import finish, renew_card
from tests.copies import lay_out
from tests.town import NOW, Town, item, poll_content
from tests.usecases.history import World, make_world, open_town
from tests.usecases.test_forget import SECRET, decided, made, mika

SIX = [{"q1": "home"}] * 6


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    lay_out(make_world, tmp_path)
    found = World(tmp_path, open_town(tmp_path))
    await found.start("koivu", (1, 2))
    yield found
    await found.db.close()


async def rows(world: World, table: Any) -> list[Any]:
    async with world.db.reading() as tx:
        return list((await tx.execute(select(table))).all())


async def state_of(world: World, which: int = 0) -> State:
    async with world.db.reading() as tx:
        found = await find_session(tx, world.group(which).session.id)
    assert found
    return found.state


async def test_a_session_closes_once(world: World) -> None:
    await world.confirm(0, 0, SIX)
    await world.copy()
    await world.confirm(0, 1, SIX)
    await world.talk(0)
    await world.close(0)
    seen = await rows(world, packets)
    assert seen
    await world.restore(0)
    assert world.replayed.applied == 1
    assert (await rows(world, packets), await rows(world, responses)) == (seen, [])
    with pytest.raises(DomainError, match="wrong_state"):
        await world.close(0)
    await world.check()


async def test_what_a_session_and_its_poll_are_is_known_again(world: World) -> None:
    """The copy knows neither the consultation, nor its poll with a picture of one's own, nor the session."""
    await world.copy()
    town = world.town
    async with world.db.writing() as tx:
        await insert_picture(tx, OwnPicture("0" * 20, "stad", {"sv": "Gård", "fi": "Piha"}), b"webp")
    content: Content = {**poll_content(), "coverEmojiHex": f"own-{'0' * 20}"}
    town.consultation, poll = await start_draft(world.db, "stad", content, by="")
    await town.set_facts({"begins": "2026-01-01", "ends": "2027-01-01", **FACTS})
    async with world.db.reading() as tx:
        draft = await find_draft(tx, poll)
    assert draft
    await publish_draft(world.db, town.clock, poll, by="", seen=seen_id(draft), pictures=_Everything())
    await world.start("bjork", (3,))
    consultation = town.consultation
    await world.restore(0)
    world.town.consultation = consultation
    async with world.db.reading() as tx:
        assert await find_consultation(tx, consultation)
        assert await find_draft(tx, poll)
        assert await find_picture(tx, "0" * 20) == b"webp"
    await world.confirm(1, 0, SIX)
    await world.talk(1)
    await world.close(1)


class _Everything(frozenset[str]):
    def __contains__(self, _name: object) -> bool:
        return True


FACTS = {
    f"{name}.{lang}": "Vi frågar barnen först, och nämnden lovar att svara."
    for name in ("purpose", "decider", "canChange")
    for lang in ("sv", "fi")
}


async def test_restored_twice_with_newer_writes_on_top(world: World) -> None:
    """The copy taken last holds a response that the session's closing, on another branch, never saw."""
    await world.copy()
    await world.confirm(0, 0, SIX)
    await world.talk(0)
    await world.copy()
    await world.restore(0)
    await world.close(0)
    await world.restore(1)
    assert await state_of(world) == State.CLOSED
    assert await rows(world, responses) == []
    assert len({row.key for row in await rows(world, waiting) if row.question == "language"}) == 6
    await world.check()


async def test_what_came_late_and_the_freeze_never_saw_is_counted_as_late(world: World) -> None:
    await world.close(0)
    await world.copy()
    await world.confirm(0, 0, SIX)
    await world.talk(0)
    await world.copy()
    await world.restore(0)
    await world.freeze()
    await world.restore(1)
    await world.check()
    async with world.db.reading() as tx:
        assert (await tx.execute(text("SELECT sum(arrived), sum(late) FROM participation"))).one() == (0, 6)


async def test_what_was_held_at_the_freeze_stays_a_number_without_ids(world: World) -> None:
    await world.copy()
    await world.confirm(0, 0, [{"q1": "moon"}] * 2)
    await world.talk(0)
    await world.freeze()
    await world.restore(0)
    async with world.db.reading() as tx:
        found = (await tx.execute(text("SELECT id, reason, body FROM held"))).all()
    assert [(row.reason, row.body) for row in found] == [("unfit", "")] * 2
    assert not {row.id for row in found} & set(world.group(0).confirmed)
    await world.check()


async def test_what_was_held_in_the_copy_and_counted_since_is_held_no_more(world: World) -> None:
    await world.revoke(0, 0)
    await world.confirm(0, 0, SIX)
    await world.talk(0)
    await world.copy()
    await world.include(0)
    await world.close(0)
    await world.restore(0)
    async with world.db.reading() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM held"))).scalar_one() == 0
    await world.check()


@pytest.mark.parametrize("step", ["close", "discard", "finish", "freeze"])
async def test_a_server_killed_between_journal_and_commit_has_done_it(world: World, step: str) -> None:
    await world.confirm(0, 0, SIX)
    await world.talk(0)
    await world.kill(step, 0)
    assert world.replayed.applied == 1
    done = {"close": State.CLOSED, "discard": State.DISCARDED, "finish": State.CLOSING, "freeze": State.CLOSED}
    assert await state_of(world) == done[step]
    await world.look()
    await world.check()


async def test_a_revoked_tablet_stays_revoked(world: World) -> None:
    await world.copy()
    session = world.group(0).session
    later = await world.town.tablet(session)
    await world.revoke(0, 2)
    await world.restore(0)
    sent = item(later, {"q1": "home"})
    assert (await world.town.deliver(later, sent)).receipts[sent["id"]].why == "revoked"


async def test_a_class_card_that_was_renewed_stays_worthless_and_a_code_free(world: World) -> None:
    await world.copy()
    session = world.group(0).session
    await renew_card(world.db, session.id)
    await finish(world.db, world.town.live, session.id)
    await world.restore(0)
    async with world.db.reading() as tx:
        found = await find_session(tx, session.id)
    assert found
    assert (found.card, found.pictures, found.state) == (1, None, State.CLOSING)


async def test_disabled_accounts_stay_disabled(world: World) -> None:
    await add_account(world.db, "alva@stad.example", "Alva", "password", [(Role.TEACHER, "stad")])
    (alva,) = await rows(world, staff)
    await world.copy()
    await people.disable(world.db, None, alva.id)
    await world.restore(0)
    (alva,) = await rows(world, staff)
    assert alva.disabled


async def test_an_erased_idea_does_not_come_back(world: World) -> None:
    town = world.town
    await mika(town)
    await world.copy()
    hidden = await made(town)
    await decided(town, hidden, "hidden")
    await forget_ideas(world.db, NOW + HIDDEN_DAYS * DAY_S + 1)
    await world.restore(0)
    await made(world.town, hidden)
    (found,) = await rows(world, ideas)
    assert (found.text, found.picture, found.state) == (None, None, "erased")


async def test_what_was_hidden_or_covered_is_not_shown_again_and_not_told_to_the_journal(world: World) -> None:
    town = world.town
    await mika(town)
    one, other = [await made(town) for _ in range(2)]
    for idea in (one, other):
        await decided(town, idea, "shown")
    await world.copy()
    about = (world.db, town.clock, town.consultation)
    await decide(*about, one, "hidden", was="shown", by="mika", reason="name")
    await cover_idea(world.db, Easel(), town.clock, town.consultation, other, ["0"], [], was="shown", by="mika")
    await world.restore(0)
    assert {row.id: row.state for row in await rows(world, ideas)} == {one: "hidden", other: "new"}
    assert world.db.journal
    journaled = str([entry.statements for entry in world.db.journal.entries()])
    assert SECRET not in journaled
    assert "salaisuus" not in journaled


async def test_the_journal_holds_no_response_and_no_id(world: World) -> None:
    await world.confirm(0, 0, [*SIX, {"q1": "moon"}])
    await world.talk(0)
    await world.close(0)
    await world.confirm(0, 1, SIX)
    await world.talk(0)
    await world.freeze()
    assert world.db.journal
    journaled = str([entry.statements for entry in world.db.journal.entries()])
    assert not [one for one in world.group(0).confirmed if one in journaled]
    assert '"answers"' not in journaled


async def test_without_its_journal_a_session_waits_to_be_released(world: World) -> None:
    await world.confirm(0, 0, SIX)
    await world.talk(0)
    await world.copy()
    await world.close(0)
    await world.restore(0, journal=False)
    assert not world.replayed.reaches_back
    session, grant = world.group(0).session, world.group(0).tablets[0].grant
    for refused in (world.close(0), world.freeze(), world.town.tablet(session)):
        with pytest.raises(DomainError, match="not_released"):
            await refused
    sent = item(grant, {"q1": "home"})
    outcome = await world.town.deliver(grant, sent)
    assert (outcome.receipts, outcome.state) == ({sent["id"]: STORED}, State.CLOSING)
    # The loss itself is in the new journal: an older copy does not come without it.
    await world.restore(0)
    with pytest.raises(DomainError, match="not_released"):
        await world.close(0)
    await world.town.release(session)
    await world.close(0)


async def test_once_released_it_stays_so(world: World) -> None:
    await world.copy()
    await world.restore(0, journal=False)
    await world.copy()
    session = world.group(0).session
    await world.town.release(session)
    await world.restore(1)
    assert world.replayed.reaches_back
    async with world.db.reading() as tx:
        assert (await tx.execute(select(sessions.c.released))).scalars().all() == [True]


async def test_a_closed_session_waits_too_for_its_consultation_may_have_been_frozen(world: World) -> None:
    await world.close(0)
    await world.copy()
    await world.freeze()
    shutil.rmtree(world.folder / "journal")
    await world.restore(0, journal=False)
    with pytest.raises(DomainError, match="not_released"):
        await world.freeze()
    await world.town.release(world.group(0).session)
    await world.freeze()


async def test_a_whole_class_that_comes_again_takes_no_room_from_those_who_are_new(town: Town) -> None:
    session = await town.session(children=1)
    grant = await town.tablet(session)
    sent = [item(grant, {"q1": "home"}) for _ in range(23)]
    await town.deliver(grant, *sent[:20])
    assert set((await town.deliver(grant, *sent)).receipts.values()) == {STORED}


async def test_the_cap_holds_after_closing_too(town: Town) -> None:
    session = await town.session(children=1)
    grant = await town.tablet(session)
    await town.close(session)
    outcome = await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(25)))
    assert [receipt.status for receipt in outcome.receipts.values()] == ["stored"] * 23 + ["held"] * 2
