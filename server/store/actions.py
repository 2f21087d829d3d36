"""The log of what staff did: who, what, where, when, and about what. Nothing about a child or an answer."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import BY_CARD
from server.store.schema import actions, staff

KEPT_S = 2 * 365 * 86_400
"""How long an action stands in the log, in seconds."""


@dataclass(frozen=True)
class Done:
    """One action; `at` in seconds since 1970, `who` a name, `BY_CARD` or empty (the server), `about` a text."""

    id: int
    at: int
    who: str
    what: str
    area: str
    about: str


async def insert_action(db: AsyncConnection, by: str, what: str, where: str, about: str = "") -> None:
    """Notes an action in the transaction that does it, and forgets what is older than `KEPT_S`.

    `by` is the id of a member of staff, `BY_CARD`, or empty for the server itself; `what` a word of
    `domain/actions.py`; `where` an area's id; `about` a short text that names no child.
    """
    now = int(time.time())
    await db.execute(delete(actions).where(actions.c.at < now - KEPT_S))
    await db.execute(insert(actions).values(at=now, staff=by, what=what, area=where, about=about))


async def list_actions(
    db: AsyncConnection,
    areas: Collection[str],
    *,
    what: str = "",
    who: str = "",
    before: int | None = None,
    most: int,
) -> list[Done]:
    """The newest actions in these areas; `who` is the id of a member of staff, `before` an action's id."""
    query = (
        select(
            actions.c.id, actions.c.at, actions.c.staff, staff.c.name, actions.c.what, actions.c.area, actions.c.about
        )
        .join_from(actions, staff, actions.c.staff == staff.c.id, isouter=True)
        .where(actions.c.area.in_(areas))
        .order_by(actions.c.id.desc())
        .limit(most)
    )
    if what:
        query = query.where(actions.c.what == what)
    if who:
        query = query.where(actions.c.staff == who)
    if before is not None:
        query = query.where(actions.c.id < before)
    return [
        Done(row.id, row.at, row.name or (BY_CARD if row.staff == BY_CARD else ""), row.what, row.area, row.about)
        for row in await db.execute(query)
    ]


async def list_actors(db: AsyncConnection, areas: Collection[str]) -> list[tuple[str, str]]:
    """(id, name) of everyone who did something in these areas, by name."""
    query = (
        select(staff.c.id, staff.c.name)
        .join_from(actions, staff, actions.c.staff == staff.c.id)
        .where(actions.c.area.in_(areas))
        .distinct()
    )
    return [(row.id, row.name) for row in await db.execute(query.order_by(staff.c.name))]
