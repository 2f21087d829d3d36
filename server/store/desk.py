"""Ideas as the moderator's desk sees them: never their school, never all their pictures at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.desk import READ, State, Verdict
from server.store.database import JOURNALED
from server.store.lasting import mark_as_it_stands
from server.store.schema import consultations, ideas, staff


@dataclass(frozen=True)
class DeskIdea:
    """`decider` and `second` are names; `covered_text` is None while no word is covered; `at` in seconds since 1970."""

    id: str
    consultation: str
    grades: str
    lang: str
    may_show: bool
    held: str | None
    text: str | None
    has_picture: bool
    covered_text: str | None
    has_cover: bool
    theme: str | None
    verdict: Verdict
    decider: str | None
    second: str | None
    at: int | None

    @property
    def said(self) -> str | None:
        """Its words, with what is covered of them."""
        return self.text if self.covered_text is None else self.covered_text


@dataclass(frozen=True)
class Waiting:
    """What waits for a person."""

    ideas: int
    worries: int


async def find_desk_idea(
    db: AsyncConnection, consultation_id: str, idea_id: str, *, for_update: bool = False
) -> DeskIdea | None:
    query = _seen().where(ideas.c.id == idea_id, ideas.c.consultation == consultation_id)
    row = (await db.execute(query.with_for_update(of=ideas) if for_update else query)).first()
    return _idea(row) if row else None


async def list_waiting_ideas(
    db: AsyncConnection, consultation_id: str, person: str, after: str, most: int
) -> list[DeskIdea]:
    """The next ones that this member of staff can decide about, from behind the id `after` and round to it again."""
    waits = select(ideas.c.id).where(ideas.c.consultation == consultation_id, _waits_for(person)).order_by(ideas.c.id)
    ids = list((await db.execute(waits.where(ideas.c.id > after).limit(most))).scalars())
    if len(ids) < most:
        ids += (await db.execute(waits.where(ideas.c.id <= after).limit(most - len(ids)))).scalars()
    found = {row.id: _idea(row) for row in await db.execute(_seen().where(ideas.c.id.in_(ids)))}
    return [found[each] for each in ids]


async def list_desk_ideas(
    db: AsyncConnection,
    consultation_id: str,
    states: Collection[State],
    *,
    theme: str | None = None,
    after: str = "",
    most: int,
) -> list[DeskIdea]:
    """The first ones behind the id `after` in one of `states`: of the theme with this id, without any for an empty
    text, all for None.
    """
    wanted = select(ideas.c.id).where(
        ideas.c.consultation == consultation_id, ideas.c.state.in_(states), ideas.c.id > after
    )
    if theme is not None:
        wanted = wanted.where(ideas.c.theme == theme if theme else ideas.c.theme.is_(None))
    # From the index alone: in the table every drawing lies on the way.
    ids = (await db.execute(wanted.order_by(ideas.c.id).limit(most))).scalars().all()
    return [_idea(row) for row in await db.execute(_seen().where(ideas.c.id.in_(ids)))]


async def count_states(db: AsyncConnection, consultation_id: str) -> dict[State, int]:
    query = select(ideas.c.state, func.count()).where(ideas.c.consultation == consultation_id).group_by(ideas.c.state)
    return {State(row[0]): row[1] for row in await db.execute(query)}


async def count_waiting_for(db: AsyncConnection, consultation_id: str, person: str) -> int:
    """How many ideas this member of staff can decide about."""
    query = select(func.count()).where(ideas.c.consultation == consultation_id, _waits_for(person))
    return int((await db.execute(query)).scalar_one())


async def count_waiting(db: AsyncConnection) -> dict[str, Waiting]:
    """What waits for anybody, by consultation where something does."""
    waits = (State.NEW, State.DOUBTED, State.WORRY)
    query = select(ideas.c.consultation, ideas.c.state, func.count()).where(ideas.c.state.in_(waits))
    found: dict[str, Waiting] = {}
    for consultation, state, number in await db.execute(query.group_by(ideas.c.consultation, ideas.c.state)):
        so_far = found.get(consultation, Waiting(0, 0))
        is_worry = state == State.WORRY
        found[consultation] = Waiting(
            so_far.ideas + (0 if is_worry else number), so_far.worries + (number if is_worry else 0)
        )
    return found


async def find_desk_picture(
    db: AsyncConnection, consultation_id: str, idea_id: str, *, covered: bool = False
) -> tuple[State, bytes] | None:
    """The drawing as it came, or as it is covered, and the state of its idea."""
    column = ideas.c.covered_picture if covered else ideas.c.picture
    query = select(ideas.c.state, column).where(ideas.c.id == idea_id, ideas.c.consultation == consultation_id)
    row = (await db.execute(query)).first()
    return (State(row[0]), bytes(row[1])) if row and row[1] else None


async def find_school_of(db: AsyncConnection, idea_id: str) -> str | None:
    """The area an idea came from: only for a worry, and only with a line in the log."""
    return (await db.execute(select(ideas.c.school).where(ideas.c.id == idea_id))).scalars().first()


async def mark_decided(
    db: AsyncConnection, idea_id: str, verdict: Verdict, at: int, text: str | None = None, picture: bytes | None = None
) -> None:
    """Keeps how an idea stands; `text` and `picture` are what is covered of it."""
    written = {
        "state": verdict.state.value,
        "reason": verdict.reason,
        "decided_by": verdict.by,
        "second_by": verdict.second,
        "decided_at": at,
        "covered_text": text,
        "covered_picture": picture,
    }
    if verdict.state not in READ:
        written["theme"] = None
    marking = update(ideas).where(ideas.c.id == idea_id)
    if text or picture:
        # What is left of a child's words is in no journal: that knows only that they must not be shown as they were.
        await db.execute(marking.values(state=State.NEW.value))
        marking = marking.execution_options(**{JOURNALED: False})
    await db.execute(marking.values(written))


async def mark_themed(db: AsyncConnection, consultation_id: str, idea_ids: Collection[str], theme: str | None) -> int:
    """Puts ideas under a theme, or under none; returns how many. One that must not stand there stays as it is."""
    where = (ideas.c.consultation == consultation_id, ideas.c.id.in_(idea_ids), ideas.c.state.in_(READ))
    return (await db.execute(update(ideas).where(*where).values(theme=theme))).rowcount


async def list_spent_ideas(
    db: AsyncConnection, decided_before: int, frozen_before: int
) -> tuple[Sequence[str], Sequence[str]]:
    """Whose content is to be deleted: hidden or handed over before the one time; consultations frozen before the other.

    Times are in seconds since 1970. Ids of ideas, and of consultations that still have ideas.
    """
    is_spent = and_(ideas.c.state.in_((State.HIDDEN, State.HANDED)), ideas.c.decided_at < decided_before)
    spent = (await db.execute(select(ideas.c.id).where(is_spent))).scalars().all()
    over = select(consultations.c.id).where(consultations.c.frozen, consultations.c.frozen_at < frozen_before)
    has_ideas = select(ideas.c.id).where(ideas.c.consultation == consultations.c.id).exists()
    return spent, (await db.execute(over.where(has_ideas))).scalars().all()


async def erase_content(db: AsyncConnection, idea_ids: Collection[str]) -> None:
    """Leaves the id, which keeps the same idea from coming in again, and the consultation."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("text", "picture", "covered_text", "covered_picture", "theme", "reason", "held", "decided_by", "second_by")
    )
    empty = dict.fromkeys(("school", "grades", "lang", "question", "poll"), "")
    gone = {**nothing, **empty, "may_show": False, "decided_at": None, "state": State.ERASED.value}
    await db.execute(update(ideas).where(ideas.c.id.in_(idea_ids)).values(gone))
    # A database that went back to before they came must not take them in again.
    await mark_as_it_stands(db, ideas, ideas.c.id.in_(idea_ids))


async def erase_ideas(db: AsyncConnection, consultation_ids: Collection[str]) -> None:
    """Of these consultations nothing is left: after their freeze no idea is kept anew."""
    await db.execute(ideas.delete().where(ideas.c.consultation.in_(consultation_ids)))


def _seen() -> Select[Any]:
    first, second = staff.alias(), staff.alias()
    names = ("id", "consultation", "grades", "lang", "may_show", "held", "text", "covered_text", "theme", "state")
    columns = [ideas.c[name] for name in (*names, "reason", "decided_by", "second_by", "decided_at")]
    has = (ideas.c.picture.is_not(None).label("has_picture"), ideas.c.covered_picture.is_not(None).label("has_cover"))
    joined = ideas.outerjoin(first, first.c.id == ideas.c.decided_by).outerjoin(
        second, second.c.id == ideas.c.second_by
    )
    said = (first.c.name.label("decider"), second.c.name.label("second"))
    return select(*columns, *has, *said).select_from(joined).order_by(ideas.c.id)


def _waits_for(person: str) -> ColumnElement[bool]:
    is_doubted = and_(ideas.c.state == State.DOUBTED, ideas.c.decided_by != person)
    return or_(ideas.c.state == State.NEW, is_doubted)


def _idea(row: Any) -> DeskIdea:
    return DeskIdea(
        id=row.id,
        consultation=row.consultation,
        grades=row.grades,
        lang=row.lang,
        may_show=row.may_show,
        held=row.held,
        text=row.text,
        has_picture=row.has_picture,
        covered_text=row.covered_text,
        has_cover=row.has_cover,
        theme=row.theme,
        verdict=Verdict(State(row.state), row.reason, row.decided_by, row.second_by),
        decider=row.decider,
        second=row.second,
        at=row.decided_at,
    )
