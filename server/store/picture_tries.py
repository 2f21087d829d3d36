"""How many children saw a picture of a poll and understood it: sums only, of no child and no day."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.picture_tries import Tried
from server.store.database import upsert
from server.store.schema import picture_tries


async def add_try(db: AsyncConnection, poll: str, key: str, picture: str, *, understood: bool) -> None:
    """Adds one child's choice, in SQL."""
    about = {"poll": poll, "key": key, "picture": picture}
    new = upsert(db, picture_tries).values(**about, saw=1, understood=int(understood))
    summed = {name: picture_tries.c[name] + new.excluded[name] for name in ("saw", "understood")}
    await db.execute(new.on_conflict_do_update(index_elements=[*about], set_=summed))


async def list_tries(db: AsyncConnection, poll: str) -> dict[tuple[str, str], Tried]:
    """By place in the poll and picture: another picture begins anew."""
    rows = await db.execute(select(picture_tries).where(picture_tries.c.poll == poll))
    return {(row.key, row.picture): Tried(row.saw, row.understood) for row in rows}
