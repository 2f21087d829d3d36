"""Collecting responses: each is judged, kept once, and acknowledged only after its commit.

Requests that wait together share one commit; there is no fixed wait.
"""

import asyncio
import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.consultations import Poll
from server.domain.errors import DomainError
from server.domain.grants import Grant, tombstone
from server.domain.responses import Rejected, Response, is_id, read_response, suits
from server.domain.sessions import Session, State
from server.live import Live
from server.store import areas, packets, responses, sessions
from server.store.bulk import both
from server.store.consultations import Revisions, find_consultation
from server.store.database import Database
from server.store.responses import Standing
from server.store.tablets import TabletReport, mark_heard
from server.usecases.release import receive_answers
from server.usecases.run_session import place_of

DAY_S = 86_400
_REFUSE_ABOVE = 3

Clock = Callable[[], int]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Item:
    """A response that is ours in shape; `fits` says whether it suits its revision."""

    id: str
    body: str
    response: Response
    fits: bool


@dataclass(frozen=True)
class Receipt:
    """The server's word on one item: `stored`, `held` or `rejected`, with the reason for the last two."""

    status: str
    why: str | None = None


STORED = Receipt("stored")


@dataclass(frozen=True)
class Delivery:
    """One sync request, judged; `receipts` already names the rejected items."""

    grant: Grant
    items: tuple[Item, ...]
    receipts: dict[str, Receipt]
    ready: str
    turn: str
    pending: int


@dataclass(frozen=True)
class Outcome:
    """`commit` is the durable commit that wrote or saw every item, None when none was sent."""

    receipts: dict[str, Receipt]
    commit: str | None
    state: State
    day: int


_Group = list[tuple[Delivery, asyncio.Future[Outcome]]]


def judge(poll: Poll | None, revision: str, raw_items: Sequence[object]) -> tuple[tuple[Item, ...], dict[str, Receipt]]:
    """Divides what a tablet sent into items to keep and rejected ones; an item without a usable id answers as `#n`."""
    items: dict[str, Item] = {}
    rejected: dict[str, Receipt] = {}
    for number, raw in enumerate(raw_items):
        item_id = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(item_id, str) or not is_id(item_id):
            rejected[f"#{number}"] = Receipt("rejected", "bad_id")
            continue
        try:
            response = read_response(raw.get("body"))
        except Rejected as error:
            rejected[item_id] = Receipt("rejected", error.why)
            continue
        fits = poll is not None and response.revision == revision and suits(poll, response)
        items.setdefault(item_id, Item(item_id, raw["body"], response, fits))
    return tuple(items.values()), {key: receipt for key, receipt in rejected.items() if key not in items}


class Collector:
    """Gathers deliveries that wait and stores each gathering in one transaction."""

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
            gathering = _Gathering(tx, self._revisions, self._key, now // DAY_S, standings, revoked)
            refused = {id(delivery) for delivery in group if delivery.items and _is_stuffed(delivery, standings)}
            await gathering.keep([delivery for delivery in group if id(delivery) not in refused])
        for topic in standings.keys() | {delivery.grant.consultation for delivery in group if delivery.items}:
            self._live.announce(topic)
        return [
            DomainError("over_cap") if id(delivery) in refused else gathering.outcome(delivery) for delivery in group
        ]

    async def _find_standings(self, tx: AsyncConnection, group: Sequence[Delivery]) -> dict[str, Standing]:
        grants = {delivery.grant.session: delivery.grant for delivery in group}
        standings = await responses.list_standings(tx, grants)
        unknown = [grant for session, grant in grants.items() if session not in standings]
        for grant in unknown:
            await _make_again(tx, grant)
        return await responses.list_standings(tx, grants) if unknown else standings


class _Gathering:
    """What one transaction does with the items of a group."""

    def __init__(
        self,
        tx: AsyncConnection,
        revisions: Revisions,
        key: bytes,
        day: int,
        standings: dict[str, Standing],
        revoked: set[Pair],
    ) -> None:
        self._tx = tx
        self._revisions = revisions
        self._key = key
        self._day = day
        self._standings = standings
        self._revoked = revoked
        self._receipts: dict[Pair, Receipt] = {}
        self._arrived: Counter[str] = Counter()
        self._late: Counter[str] = Counter()
        self._commit: str | None = None

    async def keep(self, group: Sequence[Delivery]) -> None:
        """Stores the items of a group: an open session's, a closed one's, a frozen one's, and what must be held."""
        raw: dict[Pair, str] = {}
        closed: dict[Pair, Item] = {}
        held: dict[Pair, tuple[str, str]] = {}
        room = {
            session: rules.cap(standing.children) - standing.arrived for session, standing in self._standings.items()
        }
        for delivery in group:
            session = delivery.grant.session
            state = self._standings[session].state
            for item in delivery.items:
                pair = (session, item.id)
                if state == State.FROZEN:
                    closed[pair] = item
                elif (session, delivery.grant.grant) in self._revoked:
                    held[pair] = ("revoked", item.body)
                elif not item.fits:
                    held[pair] = ("unfit", item.body)
                elif state == State.CLOSED:
                    closed[pair] = item
                elif room[session] <= 0 and pair not in raw:
                    held[pair] = ("over_cap", item.body)
                else:
                    room[session] -= pair not in raw
                    raw.setdefault(pair, item.body)
        if raw:
            await self._keep_raw(raw)
        if closed:
            await self._keep_late(closed)
        if held:
            await self._hold(held)
        if raw or closed or held:
            counted = self._arrived.keys() | self._late.keys()
            added = [(session, self._arrived[session], self._late[session]) for session in counted]
            self._commit = await responses.insert_commit(self._tx, self._day, added)

    def outcome(self, delivery: Delivery) -> Outcome:
        session = delivery.grant.session
        receipts = {item.id: self._receipts[(session, item.id)] for item in delivery.items}
        return Outcome(
            {**delivery.receipts, **receipts},
            self._commit if delivery.items else None,
            self._standings[session].state,
            self._day,
        )

    async def _keep_raw(self, raw: dict[Pair, str]) -> None:
        new = await responses.insert_responses(self._tx, [(*pair, body) for pair, body in raw.items()])
        self._arrived.update(session for session, _ in new)
        not_new = raw.keys() - new
        held = await responses.list_held(self._tx, not_new) if not_new else {}
        for pair in raw:
            self._receipts[pair] = Receipt("held", held[pair]) if pair in held else STORED

    async def _keep_late(self, closed: dict[Pair, Item]) -> None:
        held = await responses.list_held(self._tx, closed)
        self._receipts.update({pair: Receipt("held", reason) for pair, reason in held.items()})
        self._receipts.update(dict.fromkeys(closed.keys() - held, STORED))
        marks = self._marks(closed.keys() - held)
        new = await responses.insert_tombstones(self._tx, marks)
        waiting: dict[str, list[Item]] = defaultdict(list)
        for mark in new:
            session, item_id = marks[mark]
            if self._standings[session].state == State.FROZEN:
                self._late[session] += 1
            else:
                self._arrived[session] += 1
                waiting[session].append(closed[(session, item_id)])
        for session, items in waiting.items():
            await self._let_wait(session, items)

    async def _let_wait(self, session_id: str, items: Sequence[Item]) -> None:
        """Answers that come after closing wait one level up."""
        session = await sessions.find_session(self._tx, session_id)
        assert session is not None
        consultation = await find_consultation(self._tx, session.consultation)
        area = await areas.find_area(self._tx, session.area)
        revision = await self._revisions.find(session.revision)
        assert consultation is not None and area is not None and revision is not None
        place = place_of(session, consultation).parent
        assert place is not None
        for question in revision.poll.question.values():
            given = [item.response.answers.get(question.id) for item in items]
            answers = [answer for answer in given if answer is not None]
            about = (consultation.id, revision.poll.id)
            await packets.insert_waiting(self._tx, *about, question.id, place, answers)
            await receive_answers(self._tx, *about, question, place, area.language, len(answers))

    async def _hold(self, held: dict[Pair, tuple[str, str]]) -> None:
        """A response that was kept before stays kept, whatever comes under its id now."""
        kept = await responses.list_stored(self._tx, held)
        marks = self._marks(held)
        kept |= {marks[mark] for mark in await responses.list_tombstoned(self._tx, marks)}
        rows = [(*pair, *held[pair]) for pair in held if pair not in kept]
        if rows:
            await responses.insert_held(self._tx, rows)
        for pair, (reason, _body) in held.items():
            self._receipts[pair] = STORED if pair in kept else Receipt("held", reason)

    def _marks(self, pairs: Iterable[Pair]) -> dict[Pair, Pair]:
        """The (session, HMAC of id) that stands for each pair once it is counted."""
        return {(session, tombstone(session, item_id, self._key)): (session, item_id) for session, item_id in pairs}


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
