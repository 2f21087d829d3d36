"""Sessions open and finish by their days."""

from contextlib import suppress

from server.domain.errors import DomainError
from server.domain.sessions import JOINABLE, check_days
from server.live import Live
from server.store import sessions
from server.store.database import Database
from server.usecases.run_session import find, find_unfrozen, finish, open_session


async def keep_days(db: Database, live: Live, today: str) -> None:
    """Opens the prepared sessions whose day has come, and finishes the open ones whose last day is over."""
    async with db.reading() as tx:
        due = await sessions.list_due_sessions(tx, today)
        overdue = await sessions.list_overdue_sessions(tx, today)
    for step, sessions_now in ((open_session, due), (finish, overdue)):
        for session in sessions_now:
            # Somebody may have been quicker; that keeps no other session waiting.
            with suppress(DomainError):
                await step(db, live, session.id)


async def keep_open(db: Database, live: Live, session_id: str, closes: str | None, *, today: str) -> None:
    """Sets the last day (ISO date) for new children, or the consultation's own. Raises `bad_form` or `wrong_state`."""
    async with db.writing(lasting=True) as tx:
        session = await find(tx, session_id, for_update=True)
        consultation = await find_unfrozen(tx, session.consultation)
        if session.state not in JOINABLE:
            raise DomainError("wrong_state")
        first = max(session.opens or today, today)
        await sessions.mark_closes(tx, session.id, check_days(consultation.facts, first, closes))
    live.announce(session_id)
