"""One transaction's work on a group of deliveries: every item is kept once, held, or let wait one level up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.deliveries import STORED, Delivery, Item, Outcome, Receipt
from server.domain.errors import DomainError
from server.domain.grants import Grant, tombstone
from server.domain.responses import Response, contributions
from server.domain.sessions import State
from server.store import packets, responses
from server.store.bulk import Work, do
from server.store.consultations import Revisions
from server.store.responses import Standing
from server.store.tablets import TabletReport, mark_heard
from server.usecases.release import receive_answers
from server.usecases.run_session import find, find_place, find_unfrozen

DAY_S = 86_400
_REFUSE_ABOVE = 3
Pair = tuple[str, str]


class UnknownSession(Exception):
    """The database does not know the sessions of these passes."""

    def __init__(self, grants: Sequence[Grant]) -> None:
        super().__init__(len(grants))
        self.grants = grants


class Keeping:
    """What one transaction does with a group of deliveries: `begin`, `keep_new` or `keep_raw` and
    `keep_others`, `end`, in turn.
    """

    def __init__(self, revisions: Revisions, key: bytes, group: Sequence[Delivery], now: int) -> None:
        self._revisions = revisions
        self._key = key
        self.group = group
        self._now = now
        self._day = now // DAY_S
        self._standings: dict[str, Standing] = {}
        self._revoked: set[Pair] = set()
        self._room: dict[str, int] = {}
        self._raw: dict[Pair, str] = {}
        self._closed: dict[Pair, Item] = {}
        self._held: dict[Pair, tuple[str, str]] = {}
        self._receipts: dict[Pair, Receipt] = {}
        self._arrived: Counter[str] = Counter()
        self._late: Counter[str] = Counter()
        self._refused: set[int] = set()
        self._commit: str | None = None

    @property
    def sessions(self) -> Set[str]:
        return self._standings.keys()

    @property
    def is_plain(self) -> bool:
        """Whether everything arrived in time and as it should: nothing is left for `keep_others`."""
        return not self._closed and not self._held

    def begin(self) -> Work[None]:
        """Finds out where each item goes. Raises UnknownSession."""
        grants = {delivery.grant.session: delivery.grant for delivery in self.group}
        self._standings = yield from responses.list_standings(grants)
        if unknown := [grant for session, grant in grants.items() if session not in self._standings]:
            raise UnknownSession(unknown)
        self._revoked = yield from mark_heard([_report(delivery) for delivery in self.group], self._now)
        self._room = {
            session: rules.cap(standing.children) - standing.arrived for session, standing in self._standings.items()
        }
        for delivery in self.group:
            if delivery.items and self._is_stuffed(delivery):
                self._refused.add(id(delivery))
                continue
            for item in delivery.items:
                self._sort(delivery.grant, item)

    def _is_stuffed(self, delivery: Delivery) -> bool:
        standing = self._standings[delivery.grant.session]
        return standing.arrived + standing.held >= _REFUSE_ABOVE * rules.cap(standing.children)

    def _sort(self, grant: Grant, item: Item) -> None:
        """Says where an item goes; the order of the questions is the order of what weighs most."""
        pair = (grant.session, item.id)
        state = self._standings[grant.session].state
        if state == State.DISCARDED or (rules.is_trial(grant.session) and state in (State.CLOSED, State.FROZEN)):
            self._receipts[pair] = STORED
        elif state == State.FROZEN:
            self._closed[pair] = item
        elif (grant.session, grant.grant) in self._revoked:
            self._held[pair] = ("revoked", item.body)
        elif not item.fits:
            self._held[pair] = ("unfit", item.body)
        elif state == State.CLOSED:
            self._closed[pair] = item
        elif pair not in self._raw and self._room[grant.session] <= 0:
            self._held[pair] = ("over_cap", item.body)
        elif pair not in self._raw:
            self._room[grant.session] -= 1
            self._raw[pair] = item.body

    def keep_new(self) -> Work[bool]:
        """Keeps what arrived for the first time while its session was open; False when something came again."""
        raw = self._raw
        if not raw:
            return True
        self._arrived.update(session for session, _ in raw)
        self._receipts.update(dict.fromkeys(raw, STORED))
        return (yield from responses.insert_new([(*pair, body) for pair, body in raw.items()]))

    def keep_raw(self) -> Work[None]:
        """Keeps what arrived while its session was open, the first time or again."""
        raw = self._raw
        if not raw:
            return
        new = yield from responses.insert_responses([(*pair, body) for pair, body in raw.items()])
        self._arrived.update(session for session, _ in new)
        not_new = raw.keys() - new
        held = (yield from responses.list_held(not_new)) if not_new else {}
        for pair in raw:
            self._receipts[pair] = Receipt("held", held[pair]) if pair in held else STORED

    async def keep_others(self, tx: AsyncConnection) -> None:
        """Keeps what came after closing or the freeze, and holds what a person must decide."""
        if self._closed:
            await self._keep_late(tx)
        if self._held:
            await self._hold(tx)

    def end(self) -> Work[None]:
        """Counts what is new and names the commit."""
        if any(delivery.items or delivery.receipts for delivery in self.group):
            counted = self._arrived.keys() | self._late.keys()
            added = [(session, self._arrived[session], self._late[session]) for session in counted]
            self._commit = yield from responses.insert_commit(self._day, added)

    def outcome(self, delivery: Delivery) -> Outcome | DomainError:
        """What a delivery is answered once the transaction is committed."""
        if id(delivery) in self._refused:
            return DomainError("over_cap")
        session = delivery.grant.session
        receipts = {item.id: self._receipts[(session, item.id)] for item in delivery.items}
        state = self._standings[session].state
        return Outcome(
            {**delivery.receipts, **receipts},
            self._commit if receipts or delivery.receipts else None,
            # To a tablet a session that was discarded is over like any other.
            State.CLOSED if state == State.DISCARDED else state,
            self._day,
        )

    async def _keep_late(self, tx: AsyncConnection) -> None:
        closed = self._closed
        held = await do(tx, responses.list_held(closed))
        self._receipts.update({pair: Receipt("held", reason) for pair, reason in held.items()})
        self._receipts.update(dict.fromkeys(closed.keys() - held, STORED))
        marks = self._marks(closed.keys() - held)
        new = await responses.insert_tombstones(tx, marks)
        waiting: dict[str, list[Item]] = defaultdict(list)
        for mark in new:
            session, item_id = marks[mark]
            if self._standings[session].state == State.FROZEN:
                self._late[session] += 1
            else:
                self._arrived[session] += 1
                waiting[session].append(closed[(session, item_id)])
        for session, items in waiting.items():
            await let_wait(tx, self._revisions, session, [item.response for item in items])

    async def _hold(self, tx: AsyncConnection) -> None:
        """A response that was kept before stays kept, whatever comes under its id now."""
        held = self._held
        kept = await responses.list_stored(tx, held)
        marks = self._marks(held)
        kept |= {marks[mark] for mark in await responses.list_tombstoned(tx, marks)}
        rows = [(*pair, *held[pair]) for pair in held if pair not in kept]
        if rows:
            await responses.insert_held(tx, rows)
        for pair, (reason, _body) in held.items():
            self._receipts[pair] = STORED if pair in kept else Receipt("held", reason)

    def _marks(self, pairs: Iterable[Pair]) -> dict[Pair, Pair]:
        """The (session, HMAC of id) that stands for each pair once it is counted."""
        return {(session, tombstone(session, item_id, self._key)): (session, item_id) for session, item_id in pairs}


async def let_wait(tx: AsyncConnection, revisions: Revisions, session_id: str, given: Sequence[Response]) -> None:
    """Answers that are counted after closing wait one level up. Raises `not_found` or `frozen`."""
    session = await find(tx, session_id)
    place = await find_place(tx, session, await find_unfrozen(tx, session.consultation))
    revision = await revisions.find(session.revision)
    if revision is None or place.parent is None:
        raise DomainError("not_found")
    added = contributions(revision.poll.asked(session.profile), given, typed=session.typed)
    for entry in revision.poll.ledger.values():
        about = (session.consultation, revision.poll.id)
        await packets.insert_waiting(tx, *about, entry.id, place.parent, added[entry.id])
        await receive_answers(tx, *about, entry, place, len(added[entry.id]))


def _report(delivery: Delivery) -> TabletReport:
    return TabletReport(delivery.grant.session, delivery.grant.grant, delivery.ready, delivery.turn, delivery.pending)
