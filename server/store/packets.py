"""Waiting answers, packets, and the figures derived from packets. Packets are only ever inserted."""

import json
import random
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import walls
from server.domain.packets import FilterKey, Place
from server.domain.questions import Cells
from server.domain.results import Figure
from server.store.database import upsert
from server.store.lasting import mark_only_what_stands
from server.store.schema import figures, packets, waiting

_FIGURES = 0x5479
"""Sets the advisory locks of figures apart."""


@dataclass(frozen=True)
class Packet:
    """The counts of at least five answers to one question from one place."""

    consultation: str
    poll: str
    question: str
    place: Place
    shown: int
    counts: Cells


async def insert_waiting(
    db: AsyncConnection, consultation: str, poll: str, question: str, place: Place, added: Sequence[Cells]
) -> None:
    """Lets answers (what each adds) wait at a node above the sessions, in an order that tells nothing."""
    if not added:
        return
    shuffled = random.SystemRandom().sample(added, len(added))
    at = {"consultation": consultation, "poll": poll, "question": question, **_at(place)}
    await db.execute(
        insert(waiting), [{**at, "key": secrets.token_hex(16), "cells": json.dumps(cells)} for cells in shuffled]
    )


async def list_waiting(db: AsyncConnection, consultation: str, place: Place) -> dict[tuple[str, str], list[Cells]]:
    """What each answer that waits at a node adds, by (poll, question)."""
    rows = await db.execute(
        select(waiting.c.poll, waiting.c.question, waiting.c.cells).where(
            waiting.c.consultation == consultation, *_is_at(place)
        )
    )
    found: dict[tuple[str, str], list[Cells]] = {}
    for poll, question, cells in rows:
        found.setdefault((poll, question), []).append(json.loads(cells))
    return found


async def list_waiting_nodes(db: AsyncConnection, consultation: str) -> list[tuple[str, str]]:
    """Every node of a consultation where answers wait: its area ('' for the consultation's own) and grades."""
    query = select(waiting.c.school, waiting.c.grades).where(waiting.c.consultation == consultation).distinct()
    return [(area, grades) for area, grades in await db.execute(query)]


async def erase_waiting(db: AsyncConnection, consultation: str, place: Place) -> None:
    await db.execute(delete(waiting).where(waiting.c.consultation == consultation, *_is_at(place)))


async def lock_figures(db: AsyncConnection, consultation: str) -> None:
    """Until this transaction ends nobody else adds to the figures of a consultation: every closing adds to those of
    the whole, and two that did so in different orders would wait for each other.
    """
    if db.dialect.name == "postgresql":
        await db.execute(select(func.pg_advisory_xact_lock(_FIGURES, func.hashtext(consultation))))


async def insert_packets(db: AsyncConnection, made: Iterable[Packet]) -> None:
    rows = [
        {
            "id": secrets.token_hex(16),
            "consultation": packet.consultation,
            "poll": packet.poll,
            "question": packet.question,
            **_at(packet.place),
            "session": packet.place.session,
            "language": packet.place.language,
            "shown": packet.shown,
            "counts": json.dumps(packet.counts),
        }
        for packet in made
    ]
    await db.execute(insert(packets), rows)


async def count_packets(db: AsyncConnection, consultation: str) -> dict[str, int]:
    """How many packets stand, by the session they came from; '' for those of grades, schools and above."""
    query = select(packets.c.session, func.count().label("number")).where(packets.c.consultation == consultation)
    return {row.session: row.number for row in await db.execute(query.group_by(packets.c.session))}


async def list_session_packets(db: AsyncConnection, consultation: str, session: str) -> dict[str, walls.Packet]:
    """The packets of one closed session, by ledger entry."""
    query = select(packets.c.question, packets.c.shown, packets.c.counts)
    query = query.where(packets.c.consultation == consultation, packets.c.session == session)
    return {entry: walls.Packet(shown, json.loads(counts)) for entry, shown, counts in await db.execute(query)}


async def mark_figures(
    db: AsyncConnection,
    consultation: str,
    poll: str,
    question: str,
    keys: Iterable[FilterKey],
    cells: Mapping[str, int],
) -> None:
    """Adds `cells` to the figures of every filter in `keys`, in SQL."""
    rows = [
        {
            "consultation": consultation,
            "poll": poll,
            "question": question,
            "school": area,
            "grades": grades,
            "language": language,
            "cell": cell,
            "number": number,
        }
        for area, grades, language in sorted(keys)
        for cell, number in sorted(cells.items())
    ]
    statement = upsert(db, figures)
    await db.execute(
        statement.on_conflict_do_update(
            index_elements=list(figures.primary_key),
            set_={"number": figures.c.number + statement.excluded.number},
        ),
        rows,
    )


async def list_figures(
    db: AsyncConnection, consultation: str, area: str, language: str, *, whole: bool = False
) -> list[Figure]:
    """The derived figures of one area ('' for all) and school language ('' for all), as a `whole` or also for every
    grades node.
    """
    query = select(figures.c.poll, figures.c.question, figures.c.grades, figures.c.cell, figures.c.number).where(
        figures.c.consultation == consultation, figures.c.school == area, figures.c.language == language
    )
    rows = await db.execute(query.where(figures.c.grades == "") if whole else query)
    return [Figure(*row) for row in rows]


async def mark_result_again(db: AsyncConnection, consultation: str) -> None:
    """After the freeze: the figures as they stand, and nothing that waits."""
    await mark_only_what_stands(db, figures, figures.c.consultation == consultation)
    await db.execute(delete(waiting).where(waiting.c.consultation == consultation))


def _at(place: Place) -> dict[str, str]:
    return {"school": place.area, "grades": place.grades}


def _is_at(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (waiting.c.school == place.area, waiting.c.grades == place.grades)
