"""What becomes of held responses: a person decides by reason, all or none, before the freeze; nobody sees an answer."""

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.grants import tombstone
from server.domain.responses import Response, is_id, read_response, suits
from server.domain.sessions import Session, State
from server.live import Live
from server.store import responses
from server.store.bulk import do
from server.store.consultations import Revisions
from server.store.database import Database
from server.usecases.keep import DAY_S, let_wait
from server.usecases.run_session import find, find_unfrozen, note

Clock = Callable[[], int]
COUNTABLE = frozenset({"over_cap", "revoked"})
"""Why a response can be held that yet fits what was asked."""

_Held = tuple[str, str, Response]


async def include(
    db: Database, live: Live, revisions: Revisions, clock: Clock, key: bytes, session_id: str, reason: str, *, by: str
) -> None:
    """Counts every response held for `reason` as if it had just arrived; one that does not fit is held as `unfit`.

    Raises `not_found`, `frozen`, or `bad_form` for a reason that cannot be counted.
    """
    if reason not in COUNTABLE:
        raise DomainError("bad_form", [("reason", "unknown")])
    async with db.writing() as tx:
        session = await _find(tx, session_id)
        revision = await revisions.find(session.revision)
        found = [
            (id_, body, read_response(body)) for id_, body in await responses.list_undecided(tx, session_id, reason)
        ]
        fitting = [
            one
            for one in found
            if revision and one[2].revision == revision.id and suits(revision.poll, session.profile, one[2])
        ]
        fitting_ids = {one[0] for one in fitting}
        await responses.mark_unfit(tx, session_id, [id_ for id_, _, _ in found if id_ not in fitting_ids])
        await responses.erase_held(tx, session_id, fitting_ids)
        await _count(tx, revisions, key, session, fitting)
        await do(tx, responses.insert_commit(clock() // DAY_S, [(session_id, len(fitting), 0)]))
        await note(tx, by, Did.HELD_INCLUDED, session)
    await _tell(db, live, session)


async def leave_out(db: Database, live: Live, session_id: str, reason: str, *, by: str) -> None:
    """Erases what is held for `reason`: only its number stays. Raises `not_found` or `frozen`."""
    async with db.writing() as tx:
        session = await _find(tx, session_id)
        await responses.erase_undecided_bodies(tx, session_id, reason)
        await note(tx, by, Did.HELD_LEFT_OUT, session)
    await _tell(db, live, session)


async def forget_held(tx: AsyncConnection, key: bytes, session_id: str) -> None:
    """After the freeze nobody can decide any more: of what is held its reasons and number stay, and no id."""
    held = await responses.list_held_reasons(tx, session_id)
    marks = {id_: tombstone(session_id, id_, key) for id_ in held if is_id(id_)}
    counted = await responses.list_tombstoned(tx, [(session_id, mark) for mark in marks.values()])
    left = {mark: held[id_] for id_, mark in marks.items() if (session_id, mark) not in counted}
    await responses.mark_held_over(tx, session_id, left)
    await responses.erase_held(tx, session_id, [*marks])


async def _count(
    tx: AsyncConnection, revisions: Revisions, key: bytes, session: Session, found: Sequence[_Held]
) -> None:
    """Before closing beside the others; after it one level up, like what arrives late."""
    if session.state != State.CLOSED:
        await do(tx, responses.insert_responses([(session.id, id_, body) for id_, body, _ in found]))
        return
    await responses.insert_tombstones(tx, [(session.id, tombstone(session.id, id_, key)) for id_, _, _ in found])
    await let_wait(tx, revisions, session.id, [response for _, _, response in found])


async def _find(tx: AsyncConnection, session_id: str) -> Session:
    session = await find(tx, session_id, for_update=True)
    await find_unfrozen(tx, session.consultation)
    return session


async def _tell(db: Database, live: Live, session: Session) -> None:
    await db.forget_deleted()
    live.announce(session.id)
    live.announce(session.consultation)
