"""What of a consultation goes into a poll package: its newest poll, own pictures, people's recordings."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.questions import Text
from server.store.schema import pictures, revisions, sounds


@dataclass(frozen=True)
class Picture:
    """A WebP file and what can be seen on it."""

    body: bytes
    alt: Text


async def find_newest_content(db: AsyncConnection, consultation: str) -> dict[str, Any] | None:
    """The `poll.json` of the revision that new sessions use."""
    query = select(revisions.c.content).where(revisions.c.consultation == consultation)
    found = (await db.execute(query.order_by(revisions.c.number.desc()))).scalars().first()
    return dict(json.loads(found)) if found else None


async def list_pictures_by_id(
    db: AsyncConnection, ids: Collection[str], area_path: Sequence[str]
) -> dict[str, Picture]:
    """Own pictures by id, described as the first area of the path does that keeps them, else as any does."""
    rows = (await db.execute(select(pictures).where(pictures.c.id.in_(ids)))).all()
    nearest = sorted(rows, key=lambda row: -area_path.index(row.area) if row.area in area_path else -len(area_path))
    return {row.id: Picture(row.body, {"sv": row.alt_sv, "fi": row.alt_fi}) for row in nearest}


async def list_recordings(db: AsyncConnection, consultation: str, format_name: str) -> dict[str, bytes]:
    """The sounds that people recorded for a consultation, by the keys of their texts."""
    query = select(sounds.c.key, sounds.c.body).where(
        sounds.c.consultation == consultation, sounds.c.format == format_name
    )
    return {row.key: row.body for row in await db.execute(query.order_by(sounds.c.key))}
