"""Sessions: one group working through one poll."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.sessions import JOINABLE, Session, State, grades_key, read_grades
from server.store.lasting import mark_as_it_stands
from server.store.schema import consultations, sessions


async def insert_session(db: AsyncConnection, session: Session) -> None:
    await db.execute(
        insert(sessions).values(
            id=session.id,
            consultation=session.consultation,
            area=session.area,
            grades=grades_key(session.grades),
            counts_in_school=session.counts_in_school,
            revision=session.revision,
            profile=session.profile,
            state=session.state.value,
            pictures=_written(session.pictures),
            link=session.link,
            children=session.children,
            opens=session.opens,
            closes=session.closes,
            card=session.card,
            released=session.released,
        )
    )


async def find_session(db: AsyncConnection, session_id: str, *, for_update: bool = False) -> Session | None:
    if for_update:
        await lock_sessions(db, [session_id])
    found = await _list(db, select(sessions).where(sessions.c.id == session_id))
    return found[0] if found else None


async def lock_sessions(db: AsyncConnection, session_ids: Collection[str]) -> None:
    """Until this transaction ends nothing else is delivered to these sessions, or joins or closes them, and none of
    their consultations is frozen. Whoever locks several takes them in this order, so that none waits for another.
    """
    if db.dialect.name != "postgresql":
        return
    known = sessions.c.id.in_(session_ids)
    theirs = select(consultations.c.id).where(consultations.c.id.in_(select(sessions.c.consultation).where(known)))
    await db.execute(theirs.order_by(consultations.c.id).with_for_update(read=True))
    await db.execute(select(sessions.c.id).where(known).order_by(sessions.c.id).with_for_update())


async def find_session_by_link(db: AsyncConnection, link: str) -> Session | None:
    found = await _list(db, select(sessions).where(sessions.c.link == link))
    return found[0] if found else None


async def list_sessions_by_pictures(
    db: AsyncConnection, pictures: tuple[str, ...], school: str | None
) -> list[Session]:
    """The joinable sessions with this picture code, of one school or of all."""
    query = select(sessions).where(sessions.c.pictures == _written(pictures), sessions.c.state.in_(JOINABLE))
    return await _list(db, query.where(sessions.c.area == school) if school else query)


async def list_codes(db: AsyncConnection, school: str) -> set[tuple[str, ...]]:
    """The picture codes in use at a school."""
    rows = await db.execute(
        select(sessions.c.pictures).where(sessions.c.area == school, sessions.c.pictures.is_not(None))
    )
    return {tuple(code.split()) for (code,) in rows}


async def list_unclosed_sessions(db: AsyncConnection) -> list[Session]:
    """Those of every consultation that are prepared, open or closing, in the order of `list_sessions`."""
    over = (State.CLOSED.value, State.DISCARDED.value, State.FROZEN.value)
    query = select(sessions).where(sessions.c.state.not_in(over))
    return await _list(db, query.order_by(sessions.c.area, sessions.c.grades, sessions.c.id))


async def list_closed_sessions(db: AsyncConnection, areas: Collection[str], most: int) -> list[Session]:
    """At most so many closed sessions of these areas, in the order of `list_sessions`."""
    query = select(sessions).where(sessions.c.area.in_(areas), sessions.c.state == State.CLOSED.value)
    return await _list(db, query.order_by(sessions.c.area, sessions.c.grades, sessions.c.id).limit(most))


async def list_sessions(db: AsyncConnection, consultation_id: str) -> list[Session]:
    """Those of a consultation; one that was discarded is none of them."""
    query = select(sessions).where(
        sessions.c.consultation == consultation_id, sessions.c.state != State.DISCARDED.value
    )
    return await _list(db, query.order_by(sessions.c.area, sessions.c.grades, sessions.c.id))


async def list_due_sessions(db: AsyncConnection, today: str) -> list[Session]:
    """Prepared sessions whose opening day (ISO date) has come."""
    return await _list(db, select(sessions).where(sessions.c.state == State.PREPARED, sessions.c.opens <= today))


async def list_overdue_sessions(db: AsyncConnection, today: str) -> list[Session]:
    """Open sessions whose last day (ISO date) is over."""
    return await _list(db, select(sessions).where(sessions.c.state == State.OPEN, sessions.c.closes < today))


async def list_unreleased_sessions(db: AsyncConnection) -> list[Session]:
    """Those of consultations that are not frozen which wait for a person's word after a restore, by consultation."""
    query = (
        select(sessions)
        .join_from(sessions, consultations, sessions.c.consultation == consultations.c.id)
        .where(~sessions.c.released, sessions.c.state != State.DISCARDED.value, ~consultations.c.frozen)
    )
    return await _list(db, query.order_by(sessions.c.consultation, sessions.c.area, sessions.c.grades, sessions.c.id))


async def mark_closes(db: AsyncConnection, session_id: str, day: str | None) -> None:
    """Sets the last day (ISO date) for new children."""
    await db.execute(update(sessions).where(sessions.c.id == session_id).values(closes=day))


async def mark_card(db: AsyncConnection, session_id: str, number: int) -> None:
    """Only the class card of this number is good from now on."""
    await db.execute(update(sessions).where(sessions.c.id == session_id).values(card=number))


async def mark_state(db: AsyncConnection, session_id: str, state: State) -> None:
    """A session nobody can join any more gives its picture code back."""
    change = update(sessions).where(sessions.c.id == session_id).values(state=state.value)
    await db.execute(change if state in JOINABLE else change.values(pictures=None))


async def mark_released(db: AsyncConnection, session_id: str) -> None:
    await db.execute(update(sessions).where(sessions.c.id == session_id).values(released=True))


async def mark_sessions_again(db: AsyncConnection, session_ids: Collection[str]) -> None:
    """Writes them as they stand, for a database that never knew them."""
    await mark_as_it_stands(db, sessions, sessions.c.id.in_(session_ids))


def _written(pictures: tuple[str, ...] | None) -> str | None:
    return " ".join(pictures) if pictures else None


async def _list(db: AsyncConnection, query: Select[Any]) -> list[Session]:
    return [_session(row) for row in await db.execute(query)]


def _session(row: Any) -> Session:
    return Session(
        id=row.id,
        consultation=row.consultation,
        area=row.area,
        grades=read_grades(row.grades),
        counts_in_school=row.counts_in_school,
        revision=row.revision,
        profile=row.profile,
        state=State(row.state),
        pictures=tuple(row.pictures.split()) if row.pictures else None,
        link=row.link,
        children=row.children,
        opens=row.opens,
        closes=row.closes,
        card=row.card,
        released=row.released,
    )


async def count_sessions_by_area(db: AsyncConnection) -> dict[str, tuple[int, int]]:
    """How many sessions each area has had, and how many of them children can answer now."""
    running = func.sum(case((sessions.c.state == State.OPEN.value, 1), else_=0))
    query = select(sessions.c.area, func.count(), running).group_by(sessions.c.area)
    return {row[0]: (row[1], row[2]) for row in await db.execute(query)}
