"""Collecting responses: deliveries that wait together share one commit, and are answered only after it.

There is no fixed wait. What happens to each item is in `keep.py`.
"""

import asyncio
import secrets
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.deliveries import Delivery, Outcome
from server.domain.errors import DomainError
from server.domain.grants import Grant
from server.domain.sessions import Session, State
from server.live import Live
from server.store import sessions
from server.store.bulk import Work, do
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.erasing import is_erased
from server.usecases.keep import Keeping, UnknownSession

Clock = Callable[[], int]
_Group = list[tuple[Delivery, asyncio.Future[Outcome]]]


class Collector:
    """Gathers deliveries that wait and stores each keeping in one transaction."""

    def __init__(self, db: Database, revisions: Revisions, live: Live, clock: Clock, key: bytes) -> None:
        self._db = db
        self._revisions = revisions
        self._live = live
        self._clock = clock
        self._key = key
        self._waiting: _Group = []
        self._storing: asyncio.Task[None] | None = None

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Returns once everything of this delivery is durably committed. Raises `over_cap` or `busy`."""
        answered: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, answered))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_waiting())
        return await answered

    async def _store_waiting(self) -> None:
        while self._waiting:
            await self._store_group(self._waiting)

    async def _store_group(self, group: _Group) -> None:
        try:
            outcomes = await self._store(group)
        except Exception as error:
            self._take(group)
            # One delivery must never take others with it: each gets its own transaction and its own answer. A busy
            # writer has nothing to do with any of them.
            if len(group) > 1 and not (isinstance(error, DomainError) and error.kind.code == "busy"):
                for one in group:
                    await self._store_group([one])
                return
            outcomes = [error if isinstance(error, DomainError) else _busy(error)] * len(group)
        for (_, answered), outcome in zip(group, outcomes, strict=True):
            if answered.cancelled():
                continue
            if isinstance(outcome, Exception):
                answered.set_exception(outcome)
            else:
                answered.set_result(outcome)

    def _take(self, group: _Group) -> list[Delivery]:
        """The deliveries of a group, which is complete from now on."""
        if group is self._waiting:
            self._waiting = []
        return [delivery for delivery, _ in group]

    async def _store(self, waiting: _Group) -> list[Outcome | DomainError]:
        now = self._clock()
        keeping: Keeping | None = None

        def plain() -> Work[None]:
            nonlocal keeping
            # As late as can be, so that those who came while the transaction before went on share this one.
            keeping = Keeping(self._revisions, self._key, self._take(waiting), now)
            return _keep_plain(keeping)

        try:
            await self._db.do(plain)
        except (_NotPlain, UnknownSession) as unusual:
            assert keeping is not None
            keeping = Keeping(self._revisions, self._key, keeping.group, now)
            await self._keep_unusual(keeping, unusual)
        assert keeping is not None
        for topic in keeping.changed:
            self._live.announce(topic)
        return [keeping.outcome(delivery) for delivery in keeping.group]

    async def _keep_unusual(self, keeping: Keeping, unusual: Exception) -> None:
        async with self._db.writing(beside=True) as tx:
            if isinstance(unusual, UnknownSession):
                for grant in sorted(unusual.grants, key=lambda grant: grant.session):
                    await _make_again(tx, grant)
            await sessions.lock_sessions(tx, {delivery.grant.session for delivery in keeping.group})
            await do(tx, keeping.begin())
            keeping.sort(await keeping.find_known(tx))
            await keeping.keep_each(tx)
            await do(tx, keeping.end())


class _NotPlain(Exception):
    """Some item is late, came again or must be held: rare, and more than one go."""


def _keep_plain(keeping: Keeping) -> Work[None]:
    yield from keeping.begin()
    keeping.sort({})
    if not keeping.is_plain or not (yield from keeping.keep_new()):
        raise _NotPlain
    yield from keeping.end()


async def _make_again(tx: AsyncConnection, grant: Grant) -> None:
    """A database that went back to before a session existed, without its journal, learns it from the tablet's pass.

    Only deliveries count then, and nobody knows whether it was closed.
    """
    if await is_erased(tx, grant.consultation):
        raise DomainError("gone")
    grades = rules.read_grades(grant.grades)
    await sessions.insert_session(
        tx,
        Session(
            id=grant.session,
            consultation=grant.consultation,
            area=grant.area,
            grades=grades,
            counts_in_school=rules.is_special(grant.session) or rules.counts_in_school(grades),
            revision=grant.revision,
            profile=grant.profile,
            state=State.CLOSING,
            pictures=None,
            link=secrets.token_urlsafe(16),
            children=None,
            opens=None,
            released=False,
        ),
    )


def _busy(error: Exception) -> DomainError:
    busy = DomainError("busy")
    busy.__cause__ = error
    return busy
