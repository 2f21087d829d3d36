"""The tablets of an open session, by colour and shape; forgotten at closing and stored beside no response."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.sessions import TRIAL_ID, State, mark_for
from server.store.bulk import Bulk, Work
from server.store.lasting import mark_as_it_stands
from server.store.schema import sessions, tablets


@dataclass(frozen=True)
class Tablet:
    """`ready` is `no`, `yes`, or `keeps` when it also keeps what it holds; `pending` is how many responses it last said
    it still holds; `settled` that it said "none" after it was told that no new children come; `heard_at` is in seconds
    since 1970.
    """

    number: int
    ready: str
    turn: str
    pending: int
    settled: bool
    revoked: bool
    heard_at: int

    @property
    def colour(self) -> str:
        return mark_for(self.number)[0]

    @property
    def shape(self) -> str:
        return mark_for(self.number)[1]


@dataclass(frozen=True)
class TabletReport:
    """What one sync request said of its tablet; without a `turn` it was not the tablet that spoke."""

    session: str
    grant: str
    ready: str
    turn: str
    pending: int


async def insert_tablet(db: AsyncConnection, session: str, grant: str, now: int) -> int:
    """Gives the next number of the session to a tablet that joins."""
    next_number = select(func.coalesce(func.max(tablets.c.number) + 1, 0)).where(tablets.c.session == session)
    result = await db.execute(
        insert(tablets)
        .values(
            session=session,
            grant_id=grant,
            number=next_number.scalar_subquery(),
            ready="no",
            turn="idle",
            pending=0,
            told="",
            settled=False,
            revoked=False,
            heard_at=now,
        )
        .returning(tablets.c.number)
    )
    return int(result.scalar_one())


async def list_tablets(db: AsyncConnection, session: str) -> list[Tablet]:
    rows = await db.execute(select(tablets).where(tablets.c.session == session).order_by(tablets.c.number))
    return [
        Tablet(row.number, row.ready, row.turn, row.pending, row.settled, row.revoked, row.heard_at) for row in rows
    ]


async def mark_revoked(db: AsyncConnection, session: str, number: int) -> None:
    known = (tablets.c.session == session, tablets.c.number == number)
    await db.execute(update(tablets).where(*known).values(revoked=True))
    # A database that went back to before it joined must hold what it delivers all the same.
    await mark_as_it_stands(db, tablets, *known)


_MARK_HEARD = Bulk("""
    UPDATE tablets SET ready = item.value ->> 2, turn = item.value ->> 3,
           pending = CAST(item.value ->> 4 AS INTEGER), heard_at = :now,
           told = (SELECT state FROM sessions WHERE sessions.id = tablets.session),
           settled = (tablets.told = 'closing' AND item.value ->> 3 = 'idle' AND CAST(item.value ->> 4 AS INTEGER) = 0)
      FROM {rows} AS item
     WHERE tablets.session = item.value ->> 0 AND tablets.grant_id = item.value ->> 1 AND item.value ->> 3 <> ''
""")
_LIST_NEWS = Bulk("""
    SELECT tablets.session, tablets.grant_id, tablets.revoked
      FROM {rows} AS item JOIN tablets ON tablets.session = item.value ->> 0 AND tablets.grant_id = item.value ->> 1
     WHERE tablets.revoked OR tablets.told = 'closing' OR tablets.heard_at <= :long_ago
        OR (tablets.ready, tablets.turn, tablets.pending)
           <> (item.value ->> 2, item.value ->> 3, CAST(item.value ->> 4 AS INTEGER))
""")
_MINUTE_S = 60


def mark_heard(reports: Iterable[TabletReport], now: int) -> Work[dict[tuple[str, str], bool]]:
    """Keeps the last report of each tablet and that it was told its session's state; returns the (session, grant) pairs
    of those of which a page may show something new, and whether they are revoked: every revoked one is among them.
    """
    rows = [(r.session, r.grant, r.ready, r.turn, r.pending) for r in reports]
    news = yield from _LIST_NEWS.run(rows, long_ago=now - _MINUTE_S)
    yield from _MARK_HEARD.run(rows, now=now)
    return {(session, grant): bool(revoked) for session, grant, revoked in news}


async def erase_tablets(db: AsyncConnection, session: str, *, all_of_them: bool = False) -> None:
    """Forgets the tablets of a session. Unless `all_of_them` go, revoked ones stay, for what those deliver late must
    still be held, and those that hold answers, for the freeze warns of them.
    """
    known = tablets.c.session == session
    spared = or_(tablets.c.revoked, tablets.c.pending > 0)
    await db.execute(delete(tablets).where(known if all_of_them else and_(known, ~spared)))


async def erase_all_tablets(db: AsyncConnection, consultation: str) -> None:
    """Forgets the tablets of every session: after the freeze nothing depends on them."""
    here = select(sessions.c.id).where(sessions.c.consultation == consultation)
    await db.execute(delete(tablets).where(tablets.c.session.in_(here)))


@dataclass(frozen=True)
class Holding:
    """A session whose tablets may still hold answers: how many have not said that they hold none, and at least how
    many answers they hold.
    """

    session: str
    area: str
    grades: str
    tablets: int
    pending: int


async def list_holding(db: AsyncConnection, consultation: str) -> list[Holding]:
    """The sessions of a consultation, without trials, of which answers would come too late if it were frozen now."""
    of = (sessions.c.id, sessions.c.area, sessions.c.grades)
    query = select(*of, func.count(), func.sum(tablets.c.pending)).join(tablets, tablets.c.session == sessions.c.id)
    silent = and_(~tablets.c.settled, sessions.c.state != State.CLOSED.value)
    query = query.where(sessions.c.consultation == consultation, or_(tablets.c.pending > 0, silent), ~tablets.c.revoked)
    query = query.where(~sessions.c.id.startswith(TRIAL_ID, autoescape=True))
    return [Holding(*row) for row in await db.execute(query.group_by(*of).order_by(*of[1:], sessions.c.id))]
