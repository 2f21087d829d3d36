"""Freezing a consultation: its sessions and every node close, and its result stands."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.packets import parents_last
from server.domain.questions import Question
from server.domain.sessions import State
from server.live import Live
from server.store import areas, packets, sessions
from server.store.actions import insert_action
from server.store.consultations import (
    Consultation,
    Revisions,
    find_consultation,
    list_published,
    mark_consultation_again,
    mark_frozen,
)
from server.store.database import Database
from server.store.responses import mark_tombstones_again
from server.store.tablets import erase_all_tablets
from server.usecases.conclude import title_of
from server.usecases.decide import forget_held
from server.usecases.release import place_in, release_answers
from server.usecases.run_session import check_released, close_in, mark_again, note


async def freeze(
    db: Database,
    live: Live,
    revisions: Revisions,
    key: bytes,
    consultation_id: str,
    *,
    by: str = "",
    at: int | None = None,
) -> None:
    """Closes every session, then every node, children before parents (privacy.md, rule 3), in one transaction.

    `at` is when, in seconds since 1970; now without it.
    Raises `not_found`, `frozen` when it was frozen before, or `not_released` when nobody knows whether it was.
    """
    async with db.writing(lasting=True) as tx:
        consultation = await find_consultation(tx, consultation_id, for_update=True)
        if consultation is None:
            raise DomainError("not_found")
        if consultation.frozen:
            raise DomainError("frozen")
        all_sessions = await sessions.list_sessions(tx, consultation_id)
        for session in all_sessions:
            check_released(session)
        for session in all_sessions:
            # A tablet without network may have let children answer before its session was opened.
            opened = replace(session, state=State.OPEN) if session.state == State.PREPARED else session
            if opened.state != State.CLOSED:
                await close_in(tx, revisions, key, consultation, opened)
                await note(tx, by, Did.SESSION_CLOSED, opened)
        await _close_nodes(tx, revisions, consultation)
        await erase_all_tablets(tx, consultation_id)
        for session in all_sessions:
            await forget_held(tx, key, session.id)
        await mark_frozen(tx, consultation_id, at or int(time.time()))
        await _mark_again(tx, consultation_id, [session.id for session in all_sessions])
        await insert_action(tx, by, Did.CONSULTATION_FROZEN, consultation.area, await title_of(tx, consultation))
    await db.forget_deleted()
    for topic in (consultation_id, *(session.id for session in all_sessions)):
        live.announce(topic)


async def _close_nodes(tx: AsyncConnection, revisions: Revisions, consultation: Consultation) -> None:
    """Children before parents."""
    known_areas = await areas.list_areas(tx)
    ledger = await _ledger(tx, revisions, consultation.id)
    nodes = await packets.list_waiting_nodes(tx, consultation.id)
    remaining = {place_in(known_areas, consultation.area, *node) for node in nodes}
    while remaining:
        place = parents_last(remaining)[0]
        for (poll, entry), added in (await packets.list_waiting(tx, consultation.id, place)).items():
            await release_answers(tx, consultation.id, poll, ledger[poll, entry], place, added)
        await packets.erase_waiting(tx, consultation.id, place)
        remaining.discard(place)
        if place.parent:
            remaining.add(place.parent)


async def _mark_again(tx: AsyncConnection, consultation_id: str, session_ids: Sequence[str]) -> None:
    """What came after a closing is in no journal: the freeze writes what it came to, whatever a backup knows."""
    await mark_consultation_again(tx, consultation_id)
    await mark_again(tx, session_ids)
    await mark_tombstones_again(tx, session_ids)
    await packets.mark_result_again(tx, consultation_id)


async def _ledger(tx: AsyncConnection, revisions: Revisions, consultation_id: str) -> dict[tuple[str, str], Question]:
    """Every entry by (poll, entry) as its newest revision asks it; sensitive if any revision asked it so."""
    found: dict[tuple[str, str], Question] = {}
    for published in await list_published(tx, consultation_id):
        revision = await revisions.find(published.id)
        for entry in revision.poll.ledger.values() if revision else ():
            newest = found.setdefault((published.poll, entry.id), entry)
            found[published.poll, entry.id] = replace(newest, sensitive=newest.sensitive or entry.sensitive)
    return found
