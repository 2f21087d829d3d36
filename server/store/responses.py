"""Responses that have arrived: while a session is open, held, late, and the tombstones of counted ones."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.deliveries import read_pair
from server.domain.sessions import TRIAL_ID, State
from server.store.bulk import Bulk, Work, do
from server.store.database import JOURNALED, upsert
from server.store.lasting import mark_as_it_stands, mark_only_what_stands
from server.store.schema import held, participation, responses, sessions, tombstones


@dataclass(frozen=True)
class Standing:
    """Where a session stands when a group of responses is judged."""

    state: State
    children: int | None
    arrived: int
    held: int
    released: bool


_LIST_STANDINGS = Bulk(
    """
    SELECT sessions.id, sessions.state, sessions.children, consultations.frozen, sessions.released,
           (SELECT COALESCE(SUM(arrived), 0) FROM participation WHERE participation.session = sessions.id),
           (SELECT COUNT(*) FROM held WHERE held.session = sessions.id)
      FROM {rows} AS item
      JOIN sessions ON sessions.id = item.value ->> 0
      JOIN consultations ON consultations.id = sessions.consultation
    """,
    postgresql="ORDER BY sessions.id FOR SHARE OF consultations, sessions",
)
_KEEP = """
    INSERT INTO responses (session, id, body)
    SELECT item.value ->> 0, item.value ->> 1, item.value ->> 2 FROM {rows} AS item
     WHERE NOT EXISTS (SELECT 1 FROM held WHERE held.session = item.value ->> 0 AND held.id = item.value ->> 1)
    ON CONFLICT DO NOTHING
"""
_INSERT_NEW = Bulk(_KEEP)
_INSERT_RESPONSES = Bulk(_KEEP + " RETURNING session, id")
_INSERT_HELD = Bulk("""
    INSERT INTO held (session, id, reason, body)
    SELECT item.value ->> 0, item.value ->> 1, item.value ->> 2, item.value ->> 3 FROM {rows} AS item WHERE true
    ON CONFLICT DO NOTHING
""")
_LIST_HELD = Bulk("""
    SELECT held.session, held.id, held.reason
      FROM {rows} AS item JOIN held ON held.session = item.value ->> 0 AND held.id = item.value ->> 1
""")
_INSERT_TOMBSTONES = Bulk("""
    INSERT INTO tombstones (session, mark)
    SELECT item.value ->> 0, item.value ->> 1 FROM {rows} AS item WHERE true
    ON CONFLICT DO NOTHING RETURNING session, mark
""")
_ADD_PARTICIPATION = Bulk("""
    INSERT INTO participation (session, day, arrived, late)
    SELECT item.value ->> 0, :day, CAST(item.value ->> 1 AS INTEGER), CAST(item.value ->> 2 AS INTEGER)
      FROM {rows} AS item WHERE true
    ON CONFLICT (session, day) DO UPDATE SET arrived = participation.arrived + excluded.arrived,
                                             late = participation.late + excluded.late
""")
_LIST_COMMITS = Bulk("""
    SELECT item.value ->> 0 FROM {rows} AS item
      JOIN commits ON commits.seq = CAST(item.value ->> 1 AS INTEGER) AND commits.tag = item.value ->> 2
""")
_INSERT_COMMIT = Bulk("INSERT INTO commits (tag) SELECT item.value ->> 0 FROM {rows} AS item RETURNING seq")


def insert_new(rows: Collection[tuple[str, str, str]]) -> Work[bool]:
    """Keeps (session, id, body) rows; returns whether every one was really new. Cheaper than naming them."""
    [(number,)] = yield from _INSERT_NEW.run(rows)
    return bool(number == len(rows))


def insert_responses(rows: Iterable[tuple[str, str, str]]) -> Work[set[tuple[str, str]]]:
    """Keeps (session, id, body) rows; returns the (session, id) pairs that were really new."""
    new = yield from _INSERT_RESPONSES.run(rows)
    return {(session, response_id) for session, response_id in new}


async def insert_held(db: AsyncConnection, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Keeps (session, id, reason, body) rows for a moderator to decide."""
    await do(db, _INSERT_HELD.run(rows))


async def insert_tombstones(db: AsyncConnection, rows: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Keeps (session, HMAC of id) pairs; returns those that were really new."""
    return {(session, mark) for session, mark in await do(db, _INSERT_TOMBSTONES.run(rows))}


def insert_commit(day: int, added: Iterable[tuple[str, int, int]]) -> Work[str]:
    """Ends a group: adds its (session, arrived, late) numbers to the day's counts, in SQL, and returns the random tag
    of its commit, `seq.tag`.
    """
    tag = secrets.token_hex(4)
    yield from _ADD_PARTICIPATION.run(added, day=day)
    [(seq,)] = yield from _INSERT_COMMIT.run([(tag,)])
    return f"{seq}.{tag}"


def list_commits(pairs: Collection[str]) -> Work[set[str]]:
    """Which of these `seq.tag` name commits that this database has seen."""
    read = [(pair, *found) for pair in pairs if (found := read_pair(pair))]
    return {pair for (pair,) in (yield from _LIST_COMMITS.run(read))} if read else set()


def list_standings(session_ids: Collection[str]) -> Work[dict[str, Standing]]:
    """The standing of each known session; nobody changes it before this transaction ends, but others may deliver."""
    rows = yield from _LIST_STANDINGS.run([(session,) for session in session_ids])
    return {
        session: Standing(_standing(State(state), bool(frozen)), children, arrived, waiting_for_word, bool(released))
        for session, state, children, frozen, released, arrived, waiting_for_word in rows
    }


def _standing(state: State, frozen: bool) -> State:
    return State.FROZEN if frozen and state != State.DISCARDED else state


def list_held(ids: Collection[tuple[str, str]]) -> Work[dict[tuple[str, str], str]]:
    """Why each of these (session, id) pairs is held; those that are not held are left out."""
    rows = yield from _LIST_HELD.run(ids)
    return {(session, response_id): reason for session, response_id, reason in rows}


async def list_stored(db: AsyncConnection, ids: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (session, id) pairs stand as raw responses."""
    rows = await db.execute(
        select(responses.c.session, responses.c.id).where(tuple_(responses.c.session, responses.c.id).in_(ids))
    )
    return {(session, response_id) for session, response_id in rows}


async def list_tombstoned(db: AsyncConnection, marks: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (session, HMAC of id) pairs were counted and erased."""
    rows = await db.execute(
        select(tombstones.c.session, tombstones.c.mark).where(
            tuple_(tombstones.c.session, tombstones.c.mark).in_(marks)
        )
    )
    return {(session, mark) for session, mark in rows}


async def list_bodies(db: AsyncConnection, session: str) -> list[tuple[str, str]]:
    """(id, body) of every response of a session that has not closed."""
    rows = await db.execute(select(responses.c.id, responses.c.body).where(responses.c.session == session))
    return [(response_id, body) for response_id, body in rows]


async def count_arrived(db: AsyncConnection, session_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """(arrived, late) numbers by session; sessions without any are left out."""
    rows = await db.execute(
        select(participation.c.session, func.sum(participation.c.arrived), func.sum(participation.c.late))
        .where(participation.c.session.in_(session_ids))
        .group_by(participation.c.session)
    )
    return {session: (arrived, late) for session, arrived, late in rows}


async def count_arrived_by_place(db: AsyncConnection) -> dict[tuple[str, str], int]:
    """How many responses arrived in time, by consultation and area, without trials."""
    place = (sessions.c.consultation, sessions.c.area)
    query = select(*place, func.sum(participation.c.arrived)).join(sessions, sessions.c.id == participation.c.session)
    query = query.where(~sessions.c.id.startswith(TRIAL_ID, autoescape=True))
    rows = await db.execute(query.group_by(*place))
    return {(consultation, area): arrived for consultation, area, arrived in rows}


async def count_held(db: AsyncConnection, session: str) -> dict[str, int]:
    """How many responses are held, by reason."""
    rows = await db.execute(
        select(held.c.reason, func.count()).where(held.c.session == session).group_by(held.c.reason)
    )
    return {reason: int(number) for reason, number in rows}


async def count_undecided(db: AsyncConnection, session: str) -> dict[str, int]:
    """How many held responses nobody has decided on, by reason."""
    query = select(held.c.reason, func.count()).where(held.c.session == session, held.c.body != "")
    return {reason: int(number) for reason, number in await db.execute(query.group_by(held.c.reason))}


async def list_undecided(db: AsyncConnection, session: str, reason: str) -> list[tuple[str, str]]:
    """(id, body) of what is held for a reason and not decided on."""
    query = select(held.c.id, held.c.body).where(_undecided(session, reason))
    return [(response_id, body) for response_id, body in await db.execute(query)]


async def erase_undecided_bodies(db: AsyncConnection, session: str, reason: str) -> None:
    """They are left out for good: their reason and number stay."""
    await db.execute(update(held).where(_undecided(session, reason)).values(body=""))


async def mark_unfit(db: AsyncConnection, session: str, ids: Collection[str]) -> None:
    """They are held because they do not fit, whatever they were held for before."""
    await db.execute(update(held).where(held.c.session == session, held.c.id.in_(ids)).values(reason="unfit"))


async def erase_held(db: AsyncConnection, session: str, ids: Collection[str]) -> None:
    """They are held no longer."""
    await db.execute(delete(held).where(held.c.session == session, held.c.id.in_(ids)))


def _undecided(session: str, reason: str) -> ColumnElement[bool]:
    return and_(held.c.session == session, held.c.reason == reason, held.c.body != "")


async def list_held_reasons(db: AsyncConnection, session: str) -> dict[str, str]:
    """Why each response is held, by its id; by its HMAC after the freeze."""
    rows = await db.execute(select(held.c.id, held.c.reason).where(held.c.session == session))
    return {row.id: row.reason for row in rows}


async def mark_held_over(db: AsyncConnection, session: str, reasons: Mapping[str, str]) -> None:
    """Keeps, of what was held at the freeze, why and how many, by HMAC of the id: that much is for the journal too."""
    rows = [{"session": session, "id": mark, "reason": reason, "body": ""} for mark, reason in reasons.items()]
    if rows:
        new = upsert(db, held).on_conflict_do_nothing().execution_options(**{JOURNALED: True})
        await db.execute(new, rows)


async def erase_uncounted(db: AsyncConnection, session: str) -> None:
    """What of a trial or a discarded session no one else keeps: its held responses and its participation."""
    await db.execute(delete(held).where(held.c.session == session))
    await db.execute(delete(participation).where(participation.c.session == session))


async def mark_participation_again(db: AsyncConnection, session_ids: Collection[str]) -> None:
    """Writes the counts of these sessions as they stand, and nothing beside them."""
    await mark_only_what_stands(db, participation, participation.c.session.in_(session_ids))


async def mark_tombstones_again(db: AsyncConnection, session_ids: Collection[str]) -> None:
    """Writes them as they stand, for a database that lacks some."""
    await mark_as_it_stands(db, tombstones, tombstones.c.session.in_(session_ids))


async def erase_responses(db: AsyncConnection, session: str) -> None:
    await db.execute(delete(responses).where(responses.c.session == session))
