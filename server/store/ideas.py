"""What children drew and wrote, by an id that stands beside no response. Only stored: nobody is shown any of it yet."""

from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.grants import Grant
from server.store.database import upsert
from server.store.schema import consultations, idea_counts, ideas, sessions, tablets


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
    """Where a tablet's session stands when it delivers an idea; `arrived` counts ideas."""

    frozen: bool
    revoked: bool
    children: int | None
    arrived: int


async def find_standing(db: AsyncConnection, grant: Grant) -> Standing:
    """A freeze waits until this transaction ends."""
    query = select(consultations.c.frozen).where(consultations.c.id == grant.consultation)
    frozen = await db.scalar(query.with_for_update(read=True))
    row = (
        await db.execute(
            select(
                select(tablets.c.revoked)
                .where(tablets.c.session == grant.session, tablets.c.grant_id == grant.grant)
                .scalar_subquery(),
                select(sessions.c.children).where(sessions.c.id == grant.session).scalar_subquery(),
                func.coalesce(
                    select(idea_counts.c.arrived).where(idea_counts.c.session == grant.session).scalar_subquery(),
                    literal(0),
                ),
            )
        )
    ).one()
    revoked, children, arrived = row
    return Standing(bool(frozen), bool(revoked), children, int(arrived))


async def insert_idea(db: AsyncConnection, session: str, idea: KeptIdea) -> None:
    """Keeps an idea and counts it for its session's cap; under an id that is kept already nothing changes."""
    keeping = upsert(db, ideas).values(**vars(idea)).on_conflict_do_nothing().returning(ideas.c.id)
    if (await db.execute(keeping)).first() is None:
        return
    counting = upsert(db, idea_counts).values(session=session, arrived=1)
    await db.execute(
        counting.on_conflict_do_update(
            index_elements=[idea_counts.c.session], set_={"arrived": idea_counts.c.arrived + 1}
        )
    )


async def find_idea(db: AsyncConnection, idea_id: str) -> KeptIdea | None:
    row = (await db.execute(select(ideas).where(ideas.c.id == idea_id))).mappings().first()
    return KeptIdea(**row) if row else None
