"""Sounds by the key of what they say: the generated voice's, and a consultation's own recordings, which go first."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.sounds import FORMATS, Sound, sound_digest
from server.store.schema import sounds

GENERATED = ""
"""Stands where a recording names its consultation."""


@dataclass(frozen=True)
class StoredSound:
    """A sound file as a tablet checks it; `name` comes from its content."""

    name: str
    sha256: str
    bytes: int
    recorded: bool


async def insert_sound(db: AsyncConnection, consultation: str, key: str, sound: Sound) -> None:
    """Keeps every format, in place of what was there."""
    await erase_sound(db, consultation, key)
    for format_name, body in sound.bodies.items():
        digest = sound_digest(body)
        await db.execute(
            insert(sounds).values(
                consultation=consultation,
                key=key,
                format=format_name,
                name=f"{digest[:20]}.{FORMATS[format_name].suffix}",
                sha256=digest,
                bytes=len(body),
                body=body,
            )
        )


async def erase_sound(db: AsyncConnection, consultation: str, key: str) -> None:
    await db.execute(delete(sounds).where(sounds.c.consultation == consultation, sounds.c.key == key))


async def list_sounds(
    db: AsyncConnection, consultation: str, keys: Collection[str], format_name: str
) -> dict[str, StoredSound]:
    """The sound of each key that has one: the consultation's recording, else the generated voice."""
    found = (sounds.c.consultation, sounds.c.key, sounds.c.name, sounds.c.sha256, sounds.c.bytes)
    query = select(*found).where(
        sounds.c.consultation.in_({GENERATED, consultation}), sounds.c.key.in_(keys), sounds.c.format == format_name
    )
    # Generated ones come first, so that recordings take their place.
    rows = await db.execute(query.order_by(sounds.c.consultation, sounds.c.key))
    return {row.key: StoredSound(row.name, row.sha256, row.bytes, row.consultation != GENERATED) for row in rows}


async def find_sound(db: AsyncConnection, name: str) -> bytes | None:
    """The file with this name, whoever made it."""
    return (await db.execute(select(sounds.c.body).where(sounds.c.name == name).limit(1))).scalars().first()
