"""Several processes on one PostgreSQL: who writes beside others loses nothing, counts nothing twice, waits for nobody
for ever. Each `Database` here stands for a process.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.domain.errors import DomainError
from server.domain.grants import Grant
from server.domain.results import RECEIVED, SHOWN
from server.domain.sessions import Session
from server.live import Live
from server.store.bulk import Statement, Work
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.packets import list_session_packets, lock_figures, mark_figures
from server.store.responses import count_arrived
from server.store.schema import figures, packets, responses, tablets, tombstones, waiting
from tests.postgres import Cluster
from tests.town import Town, build_town, item

CLASS = 24


@pytest.fixture
async def towns(cluster: Cluster, migrated: str) -> AsyncIterator[list[Town]]:
    """One town as three processes see it."""
    url = cluster.new_database(like=migrated)
    dbs = [Database(url) for _ in range(3)]
    first = await build_town(dbs[0], Revisions(dbs[0]), Live())
    yield [first, *(Town(db, Revisions(db), Live(), first.consultation) for db in dbs[1:])]
    for db in dbs:
        await db.close()


async def all_of(*work: Awaitable[Any]) -> list[Any]:
    """What each came to, in time; what is raised is a result."""
    async with asyncio.timeout(60):
        return await asyncio.gather(*work, return_exceptions=True)


async def test_tablets_that_join_at_once_have_distinct_marks(towns: list[Town]) -> None:
    session = await towns[0].session()
    joined = await all_of(*(towns[number % 3].tablet(session) for number in range(30)))
    assert all(isinstance(each, Grant) for each in joined), joined
    async with towns[0].db.reading() as tx:
        numbers = (await tx.execute(select(tablets.c.number).order_by(tablets.c.number))).scalars()
        assert list(numbers) == list(range(30))


async def test_sessions_that_start_at_once_have_distinct_codes(towns: list[Town]) -> None:
    made = await all_of(*(towns[number % 3].session() for number in range(24)))
    assert all(isinstance(each, Session) for each in made), made
    assert len({each.pictures for each in made}) == 24


async def test_what_comes_twice_at_once_is_kept_once(towns: list[Town]) -> None:
    """A tablet whose connection broke off sends again, to another process, in another order."""
    sessions = [await towns[0].session() for _ in range(3)]
    grants = [await towns[0].tablet(session) for session in sessions for _ in range(2)]
    sent = {grant: [item(grant, {"q1": "forest"}) for _ in range(5)] for grant in grants}
    work = [
        town.deliver(grant, *random.sample(items, len(items)))
        for _ in range(4)
        for town in towns
        for grant, items in random.sample([*sent.items()], len(sent))
    ]
    outcomes = await all_of(*work)
    assert not [each for each in outcomes if isinstance(each, BaseException)]
    assert {receipt.status for each in outcomes for receipt in each.receipts.values()} == {"stored"}
    async with towns[0].db.reading() as tx:
        kept = (await tx.execute(select(responses.c.id))).scalars()
        assert Counter(kept) == Counter(each["id"] for items in sent.values() for each in items)
        arrived = await count_arrived(tx, [session.id for session in sessions])
    assert arrived == {session.id: (10, 0) for session in sessions}


async def play_class(towns: list[Town], session: Session, grants: list[Grant], sent: list[dict[str, str]]) -> None:
    """Every tablet sends one by one until it is stored, each time to another process; a teacher closes meanwhile."""

    half = asyncio.Event()

    async def play(grant: Grant, items: list[dict[str, str]]) -> None:
        for each in items:
            sent.append(each)
            if len(sent) == CLASS // 2:
                half.set()
            outcome = await random.choice(towns).deliver(grant, each)
            assert outcome.receipts[each["id"]].status == "stored"
            if random.random() < 0.3:
                await random.choice(towns).deliver(grant, each)

    async def end() -> None:
        await half.wait()
        await random.choice(towns).close(session)

    made = [[item(grant, {"q1": "forest"}) for _ in range(CLASS // len(grants))] for grant in grants]
    async with asyncio.TaskGroup() as tasks:
        for grant, items in zip(grants, made, strict=True):
            tasks.create_task(play(grant, items))
        tasks.create_task(end())


async def test_closings_race_deliveries_and_no_answer_is_lost_or_counted_twice(towns: list[Town]) -> None:
    sessions = [await towns[0].session(school) for school in ("koivu", "bjork") for _ in range(4)]
    grants = {session.id: [await towns[0].tablet(session) for _ in range(4)] for session in sessions}
    sent: dict[str, list[dict[str, str]]] = {session.id: [] for session in sessions}
    played = await all_of(*(play_class(towns, each, grants[each.id], sent[each.id]) for each in sessions))
    assert played == [None] * len(sessions)
    async with towns[0].db.reading() as tx:
        assert (await tx.execute(select(responses))).all() == []
        arrived = await count_arrived(tx, list(sent))
        assert arrived == dict.fromkeys(sent, (CLASS, 0))
        marks = Counter((await tx.execute(select(tombstones.c.session))).scalars())
        assert marks == dict.fromkeys(sent, CLASS)
        walls = {session: await list_session_packets(tx, towns[0].consultation, session) for session in sent}
        shown = {session: wall.get("q1") for session, wall in walls.items()}
        rest = len((await tx.execute(select(waiting.c.key).where(waiting.c.question == "q1"))).all())
        assert sum(packet.shown for packet in shown.values() if packet) + rest == CLASS * len(sessions)
        whole = dict(
            (
                await tx.execute(
                    select(figures.c.cell, figures.c.number).where(
                        figures.c.question == "q1", figures.c.school == "", figures.c.language == ""
                    )
                )
            ).all()
        )
    assert whole[RECEIVED] == CLASS * len(sessions)
    assert whole[SHOWN] == sum(packet.shown for packet in shown.values() if packet)


async def test_a_session_closes_once_whoever_closes_it(towns: list[Town]) -> None:
    sessions = [await towns[0].session() for _ in range(4)]
    for session in sessions:
        tablet = await towns[0].tablet(session)
        await towns[0].deliver(tablet, *[item(tablet, {"q1": "forest"}) for _ in range(8)])
    done = await all_of(*(town.close(session) for session in sessions for town in towns))
    refused = [each for each in done if each is not None]
    assert [str(each) for each in refused] == ["wrong_state"] * 8
    async with towns[0].db.reading() as tx:
        of_q1 = select(packets.c.session).where(packets.c.question == "q1")
        assert sorted((await tx.execute(of_q1)).scalars()) == sorted(session.id for session in sessions)


async def test_closings_that_add_to_the_same_figures_in_another_order_follow_each_other(towns: list[Town]) -> None:
    """As those of two revisions whose questions stand in another order."""

    async def add(town: Town, *entries: str) -> None:
        async with town.db.writing(beside=True) as tx:
            await lock_figures(tx, town.consultation)
            for entry in entries:
                await mark_figures(tx, town.consultation, "p", entry, [("", "", "")], {"a": 1})
                await tx.execute(text("SELECT pg_sleep(0.05)"))

    assert await all_of(add(towns[0], "q1", "q2"), add(towns[1], "q2", "q1"), add(towns[2], "q1", "q2")) == [None] * 3


async def test_a_freeze_races_closings_deliveries_and_joins(towns: list[Town]) -> None:
    sessions = [await towns[0].session() for _ in range(4)]
    grants = {session.id: await towns[0].tablet(session) for session in sessions}
    work: list[Awaitable[Any]] = []
    for session in sessions:
        grant = grants[session.id]
        work += [town.deliver(grant, item(grant, {"q1": "forest"})) for town in towns for _ in range(3)]
        work += [towns[1].close(session), towns[2].tablet(session)]
    random.shuffle(work)
    work.insert(len(work) // 2, towns[0].freeze())
    done = await all_of(*work)
    refusals = [each for each in done if isinstance(each, BaseException)]
    assert {type(each) for each in refusals} <= {DomainError}, refusals
    async with towns[0].db.reading() as tx:
        assert (await tx.execute(select(responses))).all() == []
        assert (await tx.execute(select(waiting))).all() == []
        arrived = await count_arrived(tx, list(grants))
    assert {session: sum(number) for session, number in arrived.items()} == dict.fromkeys(grants, 9)


async def test_what_postgresql_took_back_is_done_again(towns: list[Town]) -> None:
    """Two transactions that wait for each other: one is taken back, and done again, perhaps more than once."""
    db, other = towns[0].db, towns[1].db
    async with db.writing() as tx:
        await tx.execute(text("CREATE TABLE counter (id VARCHAR(9) PRIMARY KEY, n INTEGER NOT NULL)"))
        await tx.execute(text("INSERT INTO counter VALUES ('a', 0), ('b', 0)"))
        await tx.execute(
            text("ALTER DATABASE current_db SET deadlock_timeout = '50ms'".replace("current_db", name_of(db)))
        )
    holding: list[str] = []

    def add_to(one: str, other: str) -> Work[None]:
        yield _plain(f"UPDATE counter SET n = n + 1 WHERE id = '{one}'")
        holding.append(one)
        while len(holding) < 2:
            yield _plain("SELECT pg_sleep(0.01)")
        yield _plain(f"UPDATE counter SET n = n + 1 WHERE id = '{other}'")

    assert await all_of(db.do(lambda: add_to("a", "b")), other.do(lambda: add_to("b", "a"))) == [None, None]
    assert len(holding) > 2
    async with db.reading() as tx:
        assert set((await tx.execute(text("SELECT n FROM counter"))).scalars()) == {2}


def _plain(statement: str) -> Statement:
    return Statement(statement, text(statement), {})


def name_of(db: Database) -> str:
    return db.url.rpartition("/")[2]


async def test_a_server_that_restarted_is_found_again(towns: list[Town]) -> None:
    """Every connection is cut, as when PostgreSQL restarts: what was under way fails, what comes next does not."""
    town, other = towns[0], towns[1]
    session = await town.session()
    grant = await town.tablet(session)
    await town.deliver(grant, item(grant, {"q1": "forest"}))
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = :name"
    )
    async with other.db.writing() as tx:
        await tx.execute(cut, {"name": name_of(town.db)})
    for attempt in range(3):
        try:
            await town.deliver(grant, item(grant, {"q1": "forest"}))
            await town.tablet(session)
            break
        except (DomainError, DBAPIError):
            assert attempt < 2
