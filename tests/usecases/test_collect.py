"""Every response is kept once, judged by its session's state, and acknowledged only after its commit."""

import asyncio
from typing import Any

import pytest

from server.domain.deliveries import STORED, Receipt
from server.domain.errors import DomainError
from server.domain.sessions import State
from server.store.responses import count_arrived, count_held, list_bodies, list_commits
from server.store.tablets import list_tablets
from server.usecases.run_session import revoke_tablet
from tests.town import Town, item, new_id


async def arrived(town: Town, session: str) -> int:
    async with town.db.reading() as tx:
        return (await count_arrived(tx, [session])).get(session, (0, 0))[0]


async def test_a_response_is_stored_and_counted_once(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    sent = item(grant, {"q1": "home", "q2": ["friends", "fun"], "q3": None})
    first = await town.deliver(grant, sent)
    again = await town.deliver(grant, {**sent, "body": sent["body"].replace("home", "forest")})
    assert first.receipts == again.receipts == {sent["id"]: STORED}
    assert None not in (first.commit, again.commit)
    assert first.commit != again.commit
    async with town.db.reading() as tx:
        assert await list_bodies(tx, session.id) == [(sent["id"], sent["body"])]
    assert await arrived(town, session.id) == 1


async def test_many_at_once_are_each_counted_once(town: Town) -> None:
    session = await town.session()
    grants = [await town.tablet(session) for _ in range(4)]
    sent = [item(grants[0], {"q1": "home"}) for _ in range(50)]
    await asyncio.gather(*(town.deliver(grants[n % 4], one) for n, one in enumerate(sent * 3)))
    assert await arrived(town, session.id) == 50


async def test_one_malformed_item_among_good_ones_harms_nothing(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    good, bad_body, too_large = (
        item(grant, {"q1": "home"}),
        {"id": new_id(), "body": "{"},
        item(grant, {"q1": "x" * 9000}),
    )
    outcome = await town.deliver(grant, {"id": "nonsense", "body": good["body"]}, good, bad_body, too_large)
    assert outcome.receipts == {
        "#0": Receipt("rejected", "bad_id"),
        good["id"]: STORED,
        bad_body["id"]: Receipt("rejected", "bad_body"),
        too_large["id"]: Receipt("rejected", "too_large"),
    }
    assert await arrived(town, session.id) == 1
    assert (await town.deliver(grant, bad_body)).commit


@pytest.mark.parametrize(
    "answers",
    [{"q99": "home"}, {"q1": "moon"}, {"q2": ["friends", "fun", "cosy"]}, {"q2": ["fun", "friends"]}, {"q1": 1}],
)
async def test_what_does_not_fit_its_revision_is_held(town: Town, answers: dict[str, object]) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    sent = item(grant, answers)
    assert (await town.deliver(grant, sent)).receipts == {sent["id"]: Receipt("held", "unfit")}
    assert await arrived(town, session.id) == 0
    async with town.db.reading() as tx:
        assert await count_held(tx, session.id) == {"unfit": 1}


async def test_what_comes_above_the_cap_is_held_and_far_above_refused(town: Town) -> None:
    session = await town.session(children=1)
    grant = await town.tablet(session)
    sent = [item(grant, {"q1": "home"}) for _ in range(70)]
    statuses = [(await town.deliver(grant, one)).receipts[one["id"]] for one in sent[:69]]
    assert statuses == [STORED] * 23 + [Receipt("held", "over_cap")] * 46
    with pytest.raises(DomainError, match="over_cap"):
        await town.deliver(grant, sent[69])
    with pytest.raises(DomainError, match="over_cap"):
        await town.deliver(grant, sent[0])
    assert (await town.deliver(grant)).receipts == {}


async def test_a_kept_response_stays_stored_when_it_comes_again_above_the_cap(town: Town) -> None:
    session = await town.session(children=1)
    grant = await town.tablet(session)
    sent = [item(grant, {"q1": "home"}) for _ in range(24)]
    await town.deliver(grant, *sent)
    assert (await town.deliver(grant, sent[0])).receipts == {sent[0]["id"]: STORED}
    assert (await town.deliver(grant, sent[23])).receipts == {sent[23]["id"]: Receipt("held", "over_cap")}


async def test_a_revoked_tablet_is_held(town: Town) -> None:
    session = await town.session()
    grant, other = await town.tablet(session), await town.tablet(session)
    await revoke_tablet(town.db, town.live, session.id, 0)
    sent = item(grant, {"q1": "home"})
    assert (await town.deliver(grant, sent)).receipts == {sent["id"]: Receipt("held", "revoked")}
    mine = item(other, {"q1": "home"})
    assert (await town.deliver(other, mine)).receipts == {mine["id"]: STORED}


async def test_late_and_repeated_responses_count_once(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    early, late, too_late = (item(grant, {"q1": "home"}) for _ in range(3))
    await town.deliver(grant, early)
    await town.close(session)
    outcome = await town.deliver(grant, early, late)
    assert set(outcome.receipts.values()) == {STORED}
    assert outcome.state == State.CLOSED
    assert await arrived(town, session.id) == 2
    await town.freeze()
    outcome = await town.deliver(grant, early, late, too_late)
    assert set(outcome.receipts.values()) == {STORED}
    assert outcome.state == State.FROZEN
    async with town.db.reading() as tx:
        assert await count_arrived(tx, [session.id]) == {session.id: (2, 1)}


async def test_a_tablet_is_settled_only_after_it_heard_that_no_children_come(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)

    async def is_settled() -> bool:
        async with town.db.reading() as tx:
            return (await list_tablets(tx, session.id))[0].settled

    await town.deliver(grant)
    await town.finish(session)
    await town.deliver(grant, pending=2)
    assert not await is_settled()
    await town.deliver(grant, pending=2)
    assert not await is_settled()
    await town.deliver(grant, pending=0, turn="answering")
    assert not await is_settled()
    await town.deliver(grant)
    assert await is_settled()


@pytest.mark.parametrize(
    ("said", "later_s", "wakes"),
    [
        ({}, 0, False),
        ({}, 59, False),
        ({}, 60, True),
        ({"turn": "answering"}, 0, True),
        ({"pending": 1}, 0, True),
        ({"ready": "keeps"}, 0, True),
    ],
)
async def test_a_page_is_woken_by_what_it_can_show(town: Town, said: dict[str, Any], later_s: int, wakes: bool) -> None:
    """A class of twenty is heard from every few seconds, and its teacher's page costs more than all they say."""
    session = await town.session()
    grant = await town.tablet(session)
    await town.deliver(grant)
    town.now += later_s
    with town.live.listening(session.id) as heard:
        await town.deliver(grant, **said)
        assert heard.is_set() == wakes


async def test_a_page_is_woken_while_it_waits_for_the_last_ones(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    await town.deliver(grant)
    await town.finish(session)
    await town.deliver(grant)
    with town.live.listening(session.id) as heard:
        await town.deliver(grant)
        assert heard.is_set()


async def test_what_comes_again_to_a_busy_writer_is_refused_and_not_lost(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Overload: tablets ask again, and what comes again needs a second turn. Nobody waits for it longer than a tablet
    does.
    """
    grants = [await town.tablet(await town.session()) for _ in range(3)]
    sent = [item(grant, {"q1": "home"}) for grant in grants]
    for grant, one in zip(grants, sent, strict=True):
        await town.deliver(grant, one)
    monkeypatch.setattr("server.store.database._PATIENCE_S", 0)
    new = item(grants[0], {"q1": "home"})
    async with town.db.writing(beside=True):
        waiting = [asyncio.create_task(town.deliver(grant, one)) for grant, one in zip(grants, sent, strict=True)]
        waiting.append(asyncio.create_task(town.deliver(grants[0], new)))
        for _ in range(9):
            await asyncio.sleep(0)
        behind = asyncio.create_task(town.db.do(lambda: list_commits(["1.00000000"])))
        await asyncio.sleep(0)
        if not town.db.is_sqlite:
            await asyncio.wait(waiting)
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(error) for error in told] == ["busy"] * 4
    await behind
    for grant, one in zip([*grants, grants[0]], [*sent, new], strict=True):
        assert (await town.deliver(grant, one)).receipts == {one["id"]: STORED}
    assert await arrived(town, grants[0].session) == 2
