"""What workers on one PostgreSQL tell each other, on real connections, some of which are cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import text

from server.store.database import Database
from server.store.signals import NAME, Signals
from tests.postgres import Cluster

pytestmark = pytest.mark.postgres
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name AND pid = :pid")
FIND = text("SELECT pid FROM pg_stat_activity WHERE application_name = :name AND datname = current_database()")


class Worker:
    """One of them: what it heard, when it may have missed something, whether it leads."""

    def __init__(self, url: str) -> None:
        self.heard = asyncio.Queue[str]()
        self.missed = asyncio.Event()
        self.leads = asyncio.Event()
        self.led = asyncio.Event()
        self.signals = Signals(url, self.heard.put_nowait, self.missed.set, self._lead)
        self._ended: Callable[[], object] = lambda: None

    async def _lead(self) -> None:
        self.leads.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.leads.clear()
            self.led.set()

    async def missed_something(self) -> None:
        """Waits until it says so again."""
        self.missed.clear()
        await self.missed.wait()

    def die(self) -> None:
        self._ended()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Worker"]:
        task = asyncio.create_task(self.signals.run())
        self._ended = task.cancel
        try:
            await self.missed.wait()
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def url(cluster: Cluster) -> str:
    return cluster.new_database()


@pytest.fixture
async def three(url: str) -> AsyncIterator[list[Worker]]:
    """The first of them leads, or is about to."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Worker(url).running()) for _ in range(3)]


async def cut_all(url: str) -> None:
    db = Database(url)
    async with db.reading() as tx:
        for (pid,) in await tx.execute(FIND, {"name": NAME}):
            await tx.execute(CUT, {"name": NAME, "pid": pid})
    await db.close()


async def test_what_one_announces_the_others_hear_by_name(three: list[Worker]) -> None:
    first, *others = three
    many = [f"s_{number}" for number in range(500)]
    for topic in (*many, *many, "hållplats"):
        first.signals.announce(topic)
    for worker in others:
        assert {await worker.heard.get() for _ in range(501)} == {*many, "hållplats"}
        assert worker.heard.empty()
    assert first.heard.empty()


async def test_after_a_cut_all_may_have_changed_and_signals_go_on(three: list[Worker], url: str) -> None:
    for worker in three:
        worker.missed.clear()
    await cut_all(url)
    # Announced while nobody is connected: kept until somebody hears it, or said by "all may have changed".
    for worker in three:
        await worker.missed.wait()
    three[2].signals.announce("after")
    while await three[0].heard.get() != "after":
        pass


async def test_when_one_dies_the_others_look_for_what_it_had_to_tell(three: list[Worker]) -> None:
    first, second, third = three
    waiting = asyncio.gather(second.missed_something(), third.missed_something())
    # Signs of life must have been heard before their end can be noticed.
    first.signals.announce("x")
    await second.heard.get()
    first.die()
    await waiting


async def test_one_leads_and_another_when_it_is_cut_off(three: list[Worker], url: str) -> None:
    await three[0].leads.wait()
    assert [worker.leads.is_set() for worker in three] == [True, False, False]
    three[0].die()
    await asyncio.wait([asyncio.ensure_future(each.leads.wait()) for each in three[1:]], return_when="FIRST_COMPLETED")
    assert sorted(worker.leads.is_set() for worker in three) == [False, False, True]
    [leader] = [worker for worker in three if worker.leads.is_set()]
    await cut_all(url)
    await leader.led.wait()
    await asyncio.wait([asyncio.ensure_future(each.leads.wait()) for each in three[1:]], return_when="FIRST_COMPLETED")
    assert sum(worker.leads.is_set() for worker in three) == 1
