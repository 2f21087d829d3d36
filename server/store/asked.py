"""Whom a consultation asked, summed in SQL over its sessions, however many. Knows no response."""

from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.questions import ANSWERED_IN
from server.domain.results import RECEIVED
from server.domain.sessions import TRIAL_ID, State
from server.store.schema import figures, sessions


@dataclass(frozen=True)
class Asked:
    """The sessions of one area and class in one state, without trials; `grades` is '' where they count in the school.

    `expected` sums the children of those that told a number, `untold` counts the others.
    """

    area: str
    grades: str
    state: str
    sessions: int
    expected: int
    untold: int


async def list_asked(db: AsyncConnection, consultation: str) -> list[Asked]:
    node = (sessions.c.area, sessions.c.grades, sessions.c.counts_in_school, sessions.c.state)
    expected = func.coalesce(func.sum(sessions.c.children), 0)
    untold = func.sum(case((sessions.c.children.is_(None), 1), else_=0))
    query = select(*node, func.count(), expected, untold).where(sessions.c.consultation == consultation)
    query = query.where(~sessions.c.id.startswith(TRIAL_ID, autoescape=True), sessions.c.state != State.DISCARDED.value)
    rows = await db.execute(query.group_by(*node))
    return [
        Asked(area, "" if in_school else grades, state, number, children, unknown)
        for area, grades, in_school, state, number, children, unknown in rows
    ]


async def list_answered(db: AsyncConnection, consultation: str) -> list[tuple[str, str, int]]:
    """How many children's answers were counted: (area, grades, number) of every node and poll; '' stands for all.

    Each child that answered is in the ledger with the language it answered in.
    """
    query = select(figures.c.school, figures.c.grades, figures.c.number).where(
        figures.c.consultation == consultation,
        figures.c.question == ANSWERED_IN.id,
        figures.c.language == "",
        figures.c.cell == RECEIVED,
    )
    return [(area, grades, number) for area, grades, number in await db.execute(query)]
