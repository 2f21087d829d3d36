"""How much there is of everything that needs a person's eye, in the whole installation: for the metrics."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.desk import State
from server.domain.sessions import State as SessionState
from server.store.schema import held, ideas, sessions, tablets


@dataclass(frozen=True)
class Tally:
    """`sessions` by state; those `unreleased` wait for an administrator after a restore; `silent` tablets hold answers
    and were not heard for long; `held` waits for a decision.
    """

    sessions: dict[str, int]
    unreleased: int
    silent: int
    held: int
    ideas: int
    worries: int


async def count_all(db: AsyncConnection, heard_before: int) -> Tally:
    """`heard_before` in seconds since 1970: a tablet that was heard later is not silent."""
    states = select(sessions.c.state, func.count()).group_by(sessions.c.state)
    over = (SessionState.CLOSED.value, SessionState.DISCARDED.value)
    unreleased = select(func.count()).where(~sessions.c.released, sessions.c.state.not_in(over))
    silent = select(func.count()).where(tablets.c.pending > 0, ~tablets.c.revoked, tablets.c.heard_at < heard_before)
    by_state = select(ideas.c.state, func.count()).group_by(ideas.c.state)
    waiting = {row[0]: row[1] for row in await db.execute(by_state)}
    return Tally(
        sessions={row[0]: row[1] for row in await db.execute(states)},
        unreleased=(await db.execute(unreleased)).scalar_one(),
        silent=(await db.execute(silent)).scalar_one(),
        held=(await db.execute(select(func.count()).where(held.c.body != ""))).scalar_one(),
        ideas=waiting.get(State.NEW, 0) + waiting.get(State.DOUBTED, 0),
        worries=waiting.get(State.WORRY, 0),
    )
