"""What is written and published about what came of a consultation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.feedback import Feedback, empty_feedback, read_feedback
from server.store.database import upsert
from server.store.schema import feedback, revisions


@dataclass(frozen=True)
class StoredFeedback:
    """`content` is as it is written now; `published` is what anybody may see, since `published_at` (seconds)."""

    content: dict[str, Any]
    published: Feedback | None = None
    published_at: int | None = None


async def find_feedback(db: AsyncConnection, consultation: str, *, for_update: bool = False) -> StoredFeedback:
    """The feedback of a consultation; an empty one where nobody has written any."""
    query = select(feedback).where(feedback.c.consultation == consultation)
    row = (await db.execute(query.with_for_update() if for_update else query)).first()
    if row is None:
        return StoredFeedback(empty_feedback())
    content = json.loads(row.content)
    published = read_feedback(json.loads(row.published)) if row.published else None
    return StoredFeedback(content, published and await _linked(db, published, content), row.published_at)


async def _linked(db: AsyncConnection, published: Feedback, content: Mapping[str, Any]) -> Feedback:
    """With the follow-ups that stand there now, as far as these are published themselves."""
    begun = {card["id"]: card["followUp"] for card in content["cards"] if "followUp" in card}
    if not begun:
        return published
    query = select(revisions.c.consultation).where(revisions.c.consultation.in_(begun.values()))
    asked = set((await db.execute(query)).scalars())
    found = {card: consultation for card, consultation in begun.items() if consultation in asked}
    return replace(published, cards=tuple(replace(card, follow_up=found.get(card.id, "")) for card in published.cards))


async def list_published_feedback(db: AsyncConnection) -> dict[str, Feedback]:
    """What is published, by consultation."""
    query = select(feedback.c.consultation, feedback.c.published).where(feedback.c.published.is_not(None))
    return {row.consultation: read_feedback(json.loads(row.published)) for row in await db.execute(query)}


async def mark_written(db: AsyncConnection, consultation: str, content: Mapping[str, Any]) -> None:
    """Keeps what is written now."""
    new = upsert(db, feedback).values(consultation=consultation, content=_json(content))
    kept = {"content": new.excluded.content}
    await db.execute(new.on_conflict_do_update(index_elements=["consultation"], set_=kept))


async def mark_published(db: AsyncConnection, consultation: str, content: Mapping[str, Any], at: int) -> None:
    """Lets anybody see `content` from now on; it must have been written."""
    published = {"published": _json(content), "published_at": at}
    await db.execute(update(feedback).where(feedback.c.consultation == consultation).values(published))


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
