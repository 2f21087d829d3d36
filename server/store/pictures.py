"""Photos and drawings of people's own, each kept once for every area that uses it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.questions import Text
from server.store.database import upsert
from server.store.lasting import mark_as_it_stands
from server.store.schema import drafts, pictures, revisions


@dataclass(frozen=True)
class OwnPicture:
    """`id` comes from the content; `alt` says in each language what can be seen."""

    id: str
    area: str
    alt: Text


async def insert_picture(db: AsyncConnection, picture: OwnPicture, body: bytes) -> None:
    """Keeps a WebP file; the same one again in the same area gets the newer words."""
    words = {"alt_sv": picture.alt["sv"], "alt_fi": picture.alt["fi"]}
    row = upsert(db, pictures).values(id=picture.id, area=picture.area, body=body, **words)
    await db.execute(row.on_conflict_do_update(index_elements=["id", "area"], set_=words))


async def list_pictures(db: AsyncConnection, areas: Collection[str]) -> list[OwnPicture]:
    """The pictures of these areas."""
    found = select(pictures.c.id, pictures.c.area, pictures.c.alt_sv, pictures.c.alt_fi)
    rows = await db.execute(found.where(pictures.c.area.in_(areas)).order_by(pictures.c.alt_sv, pictures.c.id))
    return [OwnPicture(row.id, row.area, {"sv": row.alt_sv, "fi": row.alt_fi}) for row in rows]


async def find_picture(db: AsyncConnection, picture_id: str) -> bytes | None:
    """The file, whichever area keeps it."""
    return (await db.execute(select(pictures.c.body).where(pictures.c.id == picture_id).limit(1))).scalars().first()


async def is_picture_used(db: AsyncConnection, hexcode: str) -> bool:
    """Whether a poll shows this picture: a published one, or one that is being made."""
    for table in (revisions, drafts):
        if await db.scalar(select(table.c.content).where(table.c.content.contains(f'"{hexcode}"')).limit(1)):
            return True
    return False


async def mark_pictures_again(db: AsyncConnection, ids: Collection[str]) -> None:
    """Writes them as they stand, for a database that never knew them."""
    await mark_as_it_stands(db, pictures, pictures.c.id.in_(ids))


async def erase_picture(db: AsyncConnection, area: str, picture_id: str) -> None:
    await db.execute(delete(pictures).where(pictures.c.area == area, pictures.c.id == picture_id))
