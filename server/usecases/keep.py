"""One transaction's work on a group of deliveries: every item is kept once, held, or let wait one level up."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.deliveries import STORED, Delivery, Item, Outcome, Receipt
from server.domain.errors import DomainError
from server.domain.grants import Grant, tombstone
from server.domain.sessions import State
from server.store import packets, responses
from server.store.consultations import Revisions
from server.store.responses import Standing
from server.usecases.release import receive_answers
from server.usecases.run_session import find_place

Pair = tuple[str, str]


class Keeping:
    """What one transaction does with the items of a group of deliveries."""

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
        self._room = {
            session: rules.cap(standing.children) - standing.arrived for session, standing in standings.items()
        }
        self._raw: dict[Pair, str] = {}
        self._closed: dict[Pair, Item] = {}
        self._held: dict[Pair, tuple[str, str]] = {}
        self._receipts: dict[Pair, Receipt] = {}
        self._arrived: Counter[str] = Counter()
        self._late: Counter[str] = Counter()
        self._commit: str | None = None

    async def keep(self, group: Sequence[Delivery]) -> None:
        """Stores the items of a group: an open session's, a closed one's, a frozen one's, and what must be held."""
        for delivery in group:
            for item in delivery.items:
                self._sort(delivery.grant, item)
        if self._raw:
            await self._keep_raw()
        if self._closed:
            await self._keep_late()
        if self._held:
            await self._hold()
        if any(delivery.items or delivery.receipts for delivery in group):
            counted = self._arrived.keys() | self._late.keys()
            added = [(session, self._arrived[session], self._late[session]) for session in counted]
            self._commit = await responses.insert_commit(self._tx, self._day, added)

    def _sort(self, grant: Grant, item: Item) -> None:
        """Says where an item goes; the order of the questions is the order of what weighs most."""
        pair = (grant.session, item.id)
        state = self._standings[grant.session].state
        if state == State.FROZEN:
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

    def outcome(self, delivery: Delivery) -> Outcome:
        session = delivery.grant.session
        receipts = {item.id: self._receipts[(session, item.id)] for item in delivery.items}
        return Outcome(
            {**delivery.receipts, **receipts},
            self._commit if receipts or delivery.receipts else None,
            self._standings[session].state,
            self._day,
        )

    async def _keep_raw(self) -> None:
        raw = self._raw
        new = await responses.insert_responses(self._tx, [(*pair, body) for pair, body in raw.items()])
        self._arrived.update(session for session, _ in new)
        not_new = raw.keys() - new
        held = await responses.list_held(self._tx, not_new) if not_new else {}
        for pair in raw:
            self._receipts[pair] = Receipt("held", held[pair]) if pair in held else STORED

    async def _keep_late(self) -> None:
        closed = self._closed
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
        session, place, language = await find_place(self._tx, session_id)
        revision = await self._revisions.find(session.revision)
        if revision is None or place.parent is None:
            raise DomainError("not_found")
        for question in revision.poll.question.values():
            given = [item.response.answers.get(question.id) for item in items]
            answers = [answer for answer in given if answer is not None]
            about = (session.consultation, revision.poll.id)
            await packets.insert_waiting(self._tx, *about, question.id, place.parent, answers)
            await receive_answers(self._tx, *about, question, place, language, len(answers))

    async def _hold(self) -> None:
        """A response that was kept before stays kept, whatever comes under its id now."""
        held = self._held
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
