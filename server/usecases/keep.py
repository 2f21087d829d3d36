"""One transaction's work on a group of deliveries: every item is kept once, held, or let wait one level up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.deliveries import STORED, Delivery, Item, Outcome, Receipt
from server.domain.errors import DomainError
from server.domain.grants import Grant, tombstone
from server.domain.responses import Response, contributions
from server.domain.sessions import JOINABLE, State
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
    """One transaction's work on a group of deliveries: `begin`, `sort`, `keep_new` or `keep_each`, `end`, in turn."""

    def __init__(self, revisions: Revisions, key: bytes, group: Sequence[Delivery], now: int) -> None:
        self._revisions = revisions
        self._key = key
        self.group = group
        self._now = now
        self._day = now // DAY_S
        self._standings: dict[str, Standing] = {}
        self._news: dict[Pair, bool] = {}
        self._room: dict[str, int] = {}
        self._commits: Set[str] = set()
        self._raw: dict[Pair, str] = {}
        self._closed: dict[Pair, Item] = {}
        self._held: dict[Pair, tuple[str, str]] = {}
        self._receipts: dict[Pair, Receipt] = {}
        self._arrived: Counter[str] = Counter()
        self._late: Counter[str] = Counter()
        self._refused: set[int] = set()
        self._commit: str | None = None

    @property
    def changed(self) -> Set[str]:
        """The sessions and consultations whose pages show something new."""
        answered = [delivery.grant for delivery in self.group if delivery.items]
        sessions = {session for session, _ in self._news} | {grant.session for grant in answered}
        return sessions | {grant.consultation for grant in answered}

    @property
    def is_plain(self) -> bool:
        """Whether everything arrived in time and as it should."""
        return not self._closed and not self._held

    def begin(self) -> Work[None]:
        """Finds out where each session stands. Raises UnknownSession."""
        grants = {delivery.grant.session: delivery.grant for delivery in self.group}
        self._standings = yield from responses.list_standings(grants)
        if unknown := [grant for session, grant in grants.items() if session not in self._standings]:
            raise UnknownSession(unknown)
        self._news = yield from mark_heard([_report(delivery) for delivery in self.group], self._now)
        self._room = {
            session: rules.cap(standing.children) - standing.arrived for session, standing in self._standings.items()
        }
        if have := {pair for delivery in self.group for pair in delivery.have}:
            self._commits = yield from responses.list_commits(have)

    def sort(self, known: Mapping[Pair, Receipt]) -> None:
        """Says where each item goes; what is `known` stays where it is, and takes no room in its session."""
        for delivery in self.group:
            if delivery.items and self._is_stuffed(delivery):
                self._refused.add(id(delivery))
                continue
            for item in delivery.items:
                pair = (delivery.grant.session, item.id)
                if pair in known:
                    self._receipts[pair] = known[pair]
                elif pair not in self._raw and pair not in self._closed:
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
        elif self._news.get((grant.session, grant.grant)):
            self._held[pair] = ("revoked", item.body)
        elif not item.fits:
            self._held[pair] = ("unfit", item.body)
        elif self._room[grant.session] <= 0:
            self._held[pair] = ("over_cap", item.body)
        else:
            self._room[grant.session] -= 1
            if state == State.CLOSED:
                self._closed[pair] = item
            else:
                self._raw[pair] = item.body

    def keep_new(self) -> Work[bool]:
        """Keeps what arrived for the first time while its session was open; False when something came again."""
        raw = self._raw
        if not raw:
            return True
        self._arrived.update(session for session, _ in raw)
        self._receipts.update(dict.fromkeys(raw, STORED))
        return (yield from responses.insert_new([(*pair, body) for pair, body in raw.items()]))

    async def find_known(self, tx: AsyncConnection) -> dict[Pair, Receipt]:
        """What this database said before of items that come again: it stays so, whatever comes under their ids now."""
        pairs = [(delivery.grant.session, item.id) for delivery in self.group for item in delivery.items]
        if not pairs:
            return {}
        marks = self._marks(pairs)
        stored = await responses.list_stored(tx, pairs)
        stored |= {marks[mark] for mark in await responses.list_tombstoned(tx, marks)}
        held = await do(tx, responses.list_held([*marks, *pairs]))
        kept = {marks.get(pair, pair): Receipt("held", reason) for pair, reason in held.items()}
        return kept | dict.fromkeys(stored, STORED)

    async def keep_each(self, tx: AsyncConnection) -> None:
        """Keeps what arrived in time, after closing or after the freeze, and holds what a person must decide."""
        if self._raw:
            rows = [(*pair, body) for pair, body in self._raw.items()]
            self._arrived.update(session for session, _ in await do(tx, responses.insert_responses(rows)))
            self._receipts.update(dict.fromkeys(self._raw, STORED))
        if self._closed:
            await self._keep_late(tx)
        if self._held:
            await responses.insert_held(tx, [(*pair, *why) for pair, why in self._held.items()])
            self._receipts.update({pair: Receipt("held", reason) for pair, (reason, _) in self._held.items()})

    def end(self) -> Work[None]:
        """Counts what is new and names the commit."""
        if any(delivery.items or delivery.receipts for delivery in self.group):
            # In one order everywhere: two groups that add to the same sessions would wait for each other.
            counted = sorted(self._arrived.keys() | self._late.keys())
            added = [(session, self._arrived[session], self._late[session]) for session in counted]
            self._commit = yield from responses.insert_commit(self._day, added)

    def outcome(self, delivery: Delivery) -> Outcome | DomainError:
        """What a delivery is answered once the transaction is committed."""
        if id(delivery) in self._refused:
            return DomainError("over_cap")
        session = delivery.grant.session
        receipts = {item.id: self._receipts[(session, item.id)] for item in delivery.items}
        return Outcome(
            {**delivery.receipts, **receipts},
            self._commit if receipts or delivery.receipts else None,
            _as_told(self._standings[session]),
            self._day,
            tuple(pair for pair in delivery.have if pair not in self._commits),
            self._is_full(session),
        )

    def _is_full(self, session: str) -> bool:
        standing = self._standings[session]
        most = rules.asks_teacher_after(session, standing.children)
        return most is not None and standing.arrived + standing.held + self._arrived[session] >= most

    async def _keep_late(self, tx: AsyncConnection) -> None:
        closed = self._closed
        self._receipts.update(dict.fromkeys(closed, STORED))
        marks = self._marks(closed)
        new = await responses.insert_tombstones(tx, marks)
        waiting: dict[str, list[Item]] = defaultdict(list)
        for mark in new:
            session, item_id = marks[mark]
            if self._standings[session].state == State.FROZEN:
                self._late[session] += 1
            else:
                self._arrived[session] += 1
                waiting[session].append(closed[(session, item_id)])
        theirs = {delivery.grant.session: delivery.grant.consultation for delivery in self.group}
        for session in sorted(waiting, key=lambda each: (theirs[each], each)):
            await let_wait(tx, self._revisions, session, [item.response for item in waiting[session]])

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
    await packets.lock_figures(tx, session.consultation)
    asked = revision.poll.entries_asked(session.profile)
    for entry in revision.poll.ledger.values():
        about = (session.consultation, revision.poll.id)
        await packets.insert_waiting(tx, *about, entry.id, place.parent, added[entry.id])
        number = len(added[entry.id])
        await receive_answers(tx, *about, entry, place, number, len(given) - number if entry.id in asked else 0)


def _as_told(standing: Standing) -> State:
    """To a tablet a session that was discarded is over like any other; one that is not released takes no new turns."""
    if standing.state == State.DISCARDED:
        return State.CLOSED
    return standing.state if standing.released or standing.state not in JOINABLE else State.CLOSING


def _report(delivery: Delivery) -> TabletReport:
    return TabletReport(delivery.grant.session, delivery.grant.grant, delivery.ready, delivery.turn, delivery.pending)
