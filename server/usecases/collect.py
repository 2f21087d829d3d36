"""Collecting responses: deliveries that wait together share one commit, and are answered only after it.

There is no fixed wait. What happens to each item is in `keep.py`.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.deliveries import Delivery, Outcome
from server.domain.errors import DomainError
from server.domain.grants import Grant
from server.domain.sessions import Session, State
from server.live import Live
from server.store import responses, sessions
from server.store.bulk import both
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.responses import Standing
from server.store.tablets import TabletReport, mark_heard
from server.usecases.keep import Keeping

DAY_S = 86_400
_REFUSE_ABOVE = 3

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
            # One delivery must never take others with it: each gets its own transaction and its own answer.
            if len(group) > 1:
                for one in group:
                    await self._store_group([one])
                return
            outcomes = [error if isinstance(error, DomainError) else _busy(error)]
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
        async with self._db.writing() as tx:
            # As late as can be, so that those who came while the transaction began share it.
            group = self._take(waiting)
            standings, revoked = await both(
                tx, self._find_standings(tx, group), mark_heard(tx, [_report(delivery) for delivery in group], now)
            )
            keeping = Keeping(tx, self._revisions, self._key, now // DAY_S, standings, revoked)
            refused = {id(delivery) for delivery in group if delivery.items and _is_stuffed(delivery, standings)}
            await keeping.keep([delivery for delivery in group if id(delivery) not in refused])
        for topic in standings.keys() | {delivery.grant.consultation for delivery in group if delivery.items}:
            self._live.announce(topic)
        return [DomainError("over_cap") if id(delivery) in refused else keeping.outcome(delivery) for delivery in group]

    async def _find_standings(self, tx: AsyncConnection, group: Sequence[Delivery]) -> dict[str, Standing]:
        grants = {delivery.grant.session: delivery.grant for delivery in group}
        standings = await responses.list_standings(tx, grants)
        unknown = [grant for session, grant in grants.items() if session not in standings]
        for grant in unknown:
            await _make_again(tx, grant)
        return await responses.list_standings(tx, grants) if unknown else standings


def _report(delivery: Delivery) -> TabletReport:
    return TabletReport(delivery.grant.session, delivery.grant.grant, delivery.ready, delivery.turn, delivery.pending)


def _is_stuffed(delivery: Delivery, standings: dict[str, Standing]) -> bool:
    standing = standings[delivery.grant.session]
    return standing.arrived + standing.held >= _REFUSE_ABOVE * rules.cap(standing.children)


async def _make_again(tx: AsyncConnection, grant: Grant) -> None:
    """A database restored to before a session existed learns it from the tablet's pass; only deliveries count then."""
    grades = rules.read_grades(grant.grades)
    await sessions.insert_session(
        tx,
        Session(
            id=grant.session,
            consultation=grant.consultation,
            area=grant.area,
            grades=grades,
            counts_in_school=rules.counts_in_school(grades),
            revision=grant.revision,
            profile=grant.profile,
            state=State.CLOSING,
            pictures=None,
            link=secrets.token_urlsafe(16),
            children=None,
            opens=None,
        ),
    )


def _busy(error: Exception) -> DomainError:
    busy = DomainError("busy")
    busy.__cause__ = error
    return busy
