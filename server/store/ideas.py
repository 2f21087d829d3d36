"""What children drew and wrote, by an id that stands beside no response; `desk.py` is what a person sees of it."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Column, ColumnElement, case, delete, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.desk import SHOWN, WORRIES, State
from server.domain.grants import Grant
from server.domain.sessions import State as SessionState
from server.store.database import upsert
from server.store.schema import consultations, idea_counts, ideas, session_ideas, sessions, tablets

_GOES_ON = (SessionState.PREPARED, SessionState.OPEN, SessionState.CLOSING)


@dataclass(frozen=True)
class KeptIdea:
    """`grades` is a band (domain/ideas.py); `held` says why a moderator has to accept it first; `picture` is WebP."""

    id: str
    consultation: str
    poll: str
    question: str
    school: str
    grades: str
    lang: str
    may_show: bool
    held: str | None
    text: str | None
    picture: bytes | None


@dataclass(frozen=True)
class Standing:
    """Where a tablet's session stands when it delivers an idea; `is_over` is true after the freeze and of a discarded
    session; `arrived` counts ideas.
    """

    is_over: bool
    revoked: bool
    children: int | None
    arrived: int


async def find_standing(db: AsyncConnection, grant: Grant) -> Standing:
    """A freeze waits until this transaction ends, and so does whoever closes or discards the session."""
    query = select(consultations.c.frozen).where(consultations.c.id == grant.consultation)
    frozen = await db.scalar(query.with_for_update(read=True))
    await db.execute(select(sessions.c.id).where(sessions.c.id == grant.session).with_for_update(read=True))
    row = (
        await db.execute(
            select(
                select(tablets.c.revoked)
                .where(tablets.c.session == grant.session, tablets.c.grant_id == grant.grant)
                .scalar_subquery(),
                select(sessions.c.children).where(sessions.c.id == grant.session).scalar_subquery(),
                select(sessions.c.state).where(sessions.c.id == grant.session).scalar_subquery(),
                func.coalesce(
                    select(idea_counts.c.arrived).where(idea_counts.c.session == grant.session).scalar_subquery(),
                    literal(0),
                ),
            )
        )
    ).one()
    revoked, children, state, arrived = row
    is_over = frozen or state == SessionState.DISCARDED.value
    return Standing(bool(is_over), bool(revoked), children, int(arrived))


async def insert_idea(db: AsyncConnection, session: str, idea: KeptIdea) -> None:
    """Keeps an idea, counts it for its session's cap, and remembers where it is from until the session closes; under an
    id that is kept already nothing changes.
    """
    keeping = upsert(db, ideas).values(**vars(idea)).on_conflict_do_nothing().returning(ideas.c.id)
    if (await db.execute(keeping)).first() is None:
        return
    counting = upsert(db, idea_counts).values(session=session, arrived=1)
    await db.execute(
        counting.on_conflict_do_update(
            index_elements=[idea_counts.c.session], set_={"arrived": idea_counts.c.arrived + 1}
        )
    )
    from_here = select(sessions.c.id, literal(idea.id)).where(sessions.c.id == session, sessions.c.state.in_(_GOES_ON))
    await db.execute(insert(session_ideas).from_select(["session", "idea"], from_here))


async def forget_senders(db: AsyncConnection, session_id: str) -> None:
    """From now on nobody can tell which ideas the session sent."""
    await db.execute(delete(session_ideas).where(session_ideas.c.session == session_id))


async def erase_ideas_of_session(db: AsyncConnection, session_id: str) -> int:
    """Erases what a session that is not closed sent, but no worry; returns how many."""
    sent = select(session_ideas.c.idea).where(session_ideas.c.session == session_id)
    found = select(ideas.c.id).where(ideas.c.id.in_(sent), ideas.c.state.not_in(WORRIES))
    gone = list((await db.execute(found)).scalars())
    # By their ids: in a database that went back, nothing else may say where they are from.
    await db.execute(delete(ideas).where(ideas.c.id.in_(gone)))
    await db.execute(delete(idea_counts).where(idea_counts.c.session == session_id))
    await forget_senders(db, session_id)
    return len(gone)


async def find_idea(db: AsyncConnection, idea_id: str) -> KeptIdea | None:
    columns = [ideas.c[each.name] for each in fields(KeptIdea)]
    row = (await db.execute(select(*columns).where(ideas.c.id == idea_id))).mappings().first()
    return KeptIdea(**row) if row else None


@dataclass(frozen=True)
class ShownIdea:
    """What anybody may see of an idea, with what a person covered: its language, never its school or grades.

    `theme` is the id of its theme or None.
    """

    id: str
    lang: str
    text: str | None
    has_picture: bool
    theme: str | None


async def list_shown_ideas(db: AsyncConnection, consultation_id: str) -> list[ShownIdea]:
    """Those that a person let others see, and whose maker does."""
    columns = (ideas.c.id, ideas.c.lang, _shown(ideas.c.text, ideas.c.covered_text).label("text"))
    has_picture = ideas.c.picture.is_not(None).label("has_picture")
    query = select(*columns, has_picture, ideas.c.theme).where(*_is_public(consultation_id)).order_by(ideas.c.id)
    return [ShownIdea(**row) for row in (await db.execute(query)).mappings()]


async def find_shown_picture(db: AsyncConnection, consultation_id: str, idea_id: str) -> bytes | None:
    """The drawing of one of `list_shown_ideas` as WebP, once the consultation's results are public."""
    query = select(_shown(ideas.c.picture, ideas.c.covered_picture)).join(
        consultations, consultations.c.id == ideas.c.consultation
    )
    found = await db.scalar(
        query.where(*_is_public(consultation_id), ideas.c.id == idea_id, consultations.c.public.is_not(None))
    )
    return bytes(found) if found else None


def _is_public(consultation_id: str) -> tuple[ColumnElement[bool], ...]:
    return ideas.c.consultation == consultation_id, ideas.c.state.in_(SHOWN), ideas.c.may_show


def _shown(made: Column[Any], covered: Column[Any]) -> ColumnElement[Any]:
    return case((ideas.c.state == State.COVERED, func.coalesce(covered, made)), else_=made)
