"""The end of a consultation or of a whole area: everything that names it is erased, and nothing brings it back."""

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.seals import Seals
from server.store.actions import insert_action
from server.store.areas import list_areas, list_below_in
from server.store.consultations import find_consultation
from server.store.database import Database
from server.store.erasing import erase_areas, erase_consultation, list_consultations_of, list_guests

DAY_S = 86_400


async def erase(db: Database, seals: Seals, consultation_id: str, now: int) -> None:
    """Erases a consultation with its packets; `now` in seconds since 1970. What its tablets still deliver is answered
    `gone`. No server may run: it remembers polls. Raises `not_found`.
    """
    async with db.writing(lasting=True) as tx:
        consultation = await find_consultation(tx, consultation_id)
        if consultation is None:
            raise DomainError("not_found")
        await erase_consultation(tx, consultation_id, now // DAY_S)
        title = consultation.title[(await list_areas(tx))[consultation.area].language]
        await insert_action(tx, "", Did.CONSULTATION_ERASED, consultation.area, title)
    seals.destroy(consultation_id)
    await db.forget_deleted()


async def leave(db: Database, seals: Seals, area_id: str, now: int) -> None:
    """Erases an area and all below it: consultations, places, pictures, log, and the people who have no role elsewhere.

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
            await erase_consultation(tx, consultation, now // DAY_S)
        await erase_areas(tx, below)
    for consultation in own:
        seals.destroy(consultation)
    await db.forget_deleted()
