"""The end of a consultation or of a whole area: everything that names it is erased, and nothing brings it back."""

import asyncio
import time

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.seals import Seals
from server.store.actions import insert_action
from server.store.areas import list_areas, list_below_in
from server.store.consultations import Revisions, find_consultation
from server.store.database import Database
from server.store.erasing import (
    erase_areas,
    erase_consultation,
    erase_some,
    list_consultations_of,
    list_erasing,
    list_guests,
    mark_erased,
)

DAY_S = 86_400
_REST = 3
"""While classes answer, how long erasing rests after each step, in times the step took."""


async def erase(db: Database, seals: Seals, consultation_id: str, now: int) -> None:
    """Erases a consultation with its packets, where no server runs. Raises `not_found`."""
    await begin_erasing(db, seals, consultation_id, now)
    await _erase_rows(db, consultation_id, rest=0)
    await db.forget_deleted()


async def begin_erasing(db: Database, seals: Seals, consultation_id: str, now: int) -> None:
    """From here on nobody finds a consultation, and its rows go (decisions/0026); `now` in seconds since 1970. What its
    tablets still deliver is answered `gone` as soon as their session went. Begun again it is begun. Raises `not_found`.
    """
    async with db.writing(lasting=True) as tx:
        consultation = await find_consultation(tx, consultation_id, for_update=True)
        if consultation:
            await mark_erased(tx, consultation_id, now // DAY_S)
            title = consultation.title[(await list_areas(tx))[consultation.area].language]
            await insert_action(tx, "", Did.CONSULTATION_ERASED, consultation.area, title)
        elif consultation_id not in await list_erasing(tx):
            raise DomainError("not_found")
    seals.destroy(consultation_id)


async def go_on_erasing(db: Database, seals: Seals, revisions: Revisions) -> None:
    """Erases what is left of those that are being erased, beside classes that answer."""
    async with db.reading() as tx:
        erasing = await list_erasing(tx)
    for consultation_id in erasing:
        await _erase_rows(db, consultation_id, rest=_REST)
        revisions.forget(consultation_id)
        seals.destroy(consultation_id)
    if erasing:
        await db.forget_deleted()


async def _erase_rows(db: Database, consultation_id: str, *, rest: int) -> None:
    await _erase_most(db, consultation_id, rest)
    async with db.writing(lasting=True) as tx:
        await erase_consultation(tx, consultation_id)


async def _erase_most(db: Database, consultation_id: str, rest: int = 0) -> None:
    """In short steps, which no journal needs: the last one, which is in it, erases whatever a database still has."""
    is_more = True
    while is_more:
        began = time.monotonic()
        async with db.writing(beside=True) as tx:
            is_more = await erase_some(tx, consultation_id)
        await asyncio.sleep(rest * (time.monotonic() - began))


async def leave(db: Database, seals: Seals, area_id: str, now: int) -> None:
    """Erases an area and all below it: consultations, places, pictures, log, and the people who have no role elsewhere.
    No server may run. What breaks off is finished by the same call.

    Raises `not_found`, or `area_used` naming the consultations of areas above that have sessions here.
    """
    async with db.writing(lasting=True) as tx:
        known = await list_areas(tx)
        if area_id not in known:
            raise DomainError("not_found")
        below = list_below_in(known, [area_id])
        if guests := await list_guests(tx, below):
            raise DomainError("area_used", [(consultation, "erase_first") for consultation in guests])
        own = await list_consultations_of(tx, below)
        for consultation in own:
            await mark_erased(tx, consultation, now // DAY_S)
    for consultation in own:
        seals.destroy(consultation)
        await _erase_most(db, consultation)
    async with db.writing(lasting=True) as tx:
        for consultation in own:
            await erase_consultation(tx, consultation)
        await erase_areas(tx, below)
    await db.forget_deleted()
