"""After a database went back: what it lacks comes from the journal, and what it still holds arrives late."""

import time
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.grants import tombstone
from server.domain.responses import read_response
from server.domain.sessions import Session, State
from server.live import Live
from server.store import leftovers, responses, sessions
from server.store.bulk import do
from server.store.consultations import Revisions, find_consultation
from server.store.database import Database
from server.store.erasing import erase_strays
from server.store.replay import Replayed, replay
from server.usecases.decide import forget_held
from server.usecases.keep import DAY_S, let_wait
from server.usecases.run_session import find, note


async def recover(db: Database, key: bytes, *, came_along: bool = False) -> Replayed:
    """Brings a database to this version and to where its journal says that it was, before anything else uses it.

    `came_along`: the journal was lost and came with the backup. Raises WrongVersion.
    """
    replayed = await replay(db, came_along=came_along)
    revisions = Revisions(db)
    async with db.writing() as tx:
        await erase_strays(tx)
        for session_id in await leftovers.list_sessions_left(tx):
            await _settle(tx, revisions, key, await find(tx, session_id))
        if replayed.applied:
            await leftovers.mark_uncounted_late(tx, int(time.time()) // DAY_S)
    await db.forget_deleted()
    return replayed


async def _settle(tx: AsyncConnection, revisions: Revisions, key: bytes, session: Session) -> None:
    """Of a session that is over no raw response stays, and of one that was counted nothing is held."""
    consultation = await find_consultation(tx, session.consultation)
    bodies = dict(await responses.list_bodies(tx, session.id))
    is_frozen = consultation is not None and consultation.frozen
    if session.state == State.DISCARDED or (session.is_trial and session.is_over):
        await responses.erase_uncounted(tx, session.id)
    elif session.is_over or is_frozen:
        marks = {tombstone(session.id, id_, key): body for id_, body in bodies.items()}
        new = await responses.insert_tombstones(tx, [(session.id, mark) for mark in marks])
        late = [read_response(marks[mark]) for _, mark in new]
        if late and not is_frozen:
            await let_wait(tx, revisions, session.id, late)
        if late:
            counts = (session.id, 0, len(late)) if is_frozen else (session.id, len(late), 0)
            await do(tx, responses.insert_commit(int(time.time()) // DAY_S, [counts]))
        await (forget_held if is_frozen else _forget_counted)(tx, key, session.id)
    await responses.erase_responses(tx, session.id)


async def _forget_counted(tx: AsyncConnection, key: bytes, session_id: str) -> None:
    held = await responses.list_held_reasons(tx, session_id)
    marks = {(session_id, tombstone(session_id, id_, key)): id_ for id_ in held}
    counted = await responses.list_tombstoned(tx, marks)
    await responses.erase_held(tx, session_id, [marks[mark] for mark in counted])


async def release(db: Database, live: Live, session_ids: Sequence[str], *, by: str) -> None:
    """Lets sessions go on of which an administrator knows that they were not closed. Raises `not_found`."""
    async with db.writing(lasting=True) as tx:
        for session_id in sorted(session_ids):
            session = await find(tx, session_id, for_update=True)
            if not session.released:
                await sessions.mark_released(tx, session_id)
                await sessions.mark_sessions_again(tx, [session_id])
                await note(tx, by, Did.SESSION_RELEASED, session)
    for session_id in session_ids:
        live.announce(session_id)
