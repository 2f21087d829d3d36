"""Polls that are being made, and who changed which of their fields last."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.database import upsert
from server.store.lasting import mark_as_it_stands
from server.store.schema import drafts, edits, staff


@dataclass(frozen=True)
class Draft:
    """A poll as it stands on the workbench; `content` is its `poll.json`, which may be unfinished.

    Times are seconds since 1970; `removed_at` is set while it is taken away and can come back.
    """

    poll: str
    consultation: str
    position: int
    content: dict[str, Any]
    changed_at: int
    changed_by: str
    removed_at: int | None = None


@dataclass(frozen=True)
class Edit:
    """Who changed something last, by name, and when."""

    name: str
    changed_at: int


async def insert_draft(db: AsyncConnection, draft: Draft) -> None:
    await db.execute(insert(drafts).values({**vars(draft), "content": _json(draft.content)}))


async def find_draft(db: AsyncConnection, poll: str, *, for_update: bool = False) -> Draft | None:
    query = select(drafts).where(drafts.c.poll == poll)
    row = (await db.execute(query.with_for_update() if for_update else query)).first()
    return _draft(row) if row else None


async def find_consultation_of(db: AsyncConnection, poll: str) -> str | None:
    """The consultation a poll belongs to, published or not."""
    return (await db.execute(select(drafts.c.consultation).where(drafts.c.poll == poll))).scalars().first()


async def list_drafts(db: AsyncConnection, consultation: str) -> list[Draft]:
    """The polls of a consultation in their order, also those that were taken away."""
    query = select(drafts).where(drafts.c.consultation == consultation)
    return [_draft(row) for row in await db.execute(query.order_by(drafts.c.position, drafts.c.poll))]


async def count_drafts(db: AsyncConnection, consultation: str) -> int:
    query = select(func.count()).select_from(drafts).where(drafts.c.consultation == consultation)
    return int((await db.execute(query)).scalar_one())


async def mark_changed(db: AsyncConnection, poll: str, content: Mapping[str, Any], at: int, by: str) -> None:
    changed = {"content": _json(content), "changed_at": at, "changed_by": by}
    await db.execute(update(drafts).where(drafts.c.poll == poll).values(changed))


async def mark_removed(db: AsyncConnection, poll: str, at: int | None) -> None:
    """Takes a poll away, or brings it back with None."""
    await db.execute(update(drafts).where(drafts.c.poll == poll).values(removed_at=at))


async def mark_position(db: AsyncConnection, poll: str, position: int) -> None:
    await db.execute(update(drafts).where(drafts.c.poll == poll).values(position=position))


async def mark_draft_again(db: AsyncConnection, poll: str) -> None:
    """Writes it as it stands, for a database that never knew it."""
    await mark_as_it_stands(db, drafts, drafts.c.poll == poll)


async def mark_edited(db: AsyncConnection, about: str, paths: Iterable[str], at: int, by: str) -> None:
    """Notes who changed these fields of a poll or consultation last."""
    rows = [{"about": about, "path": path, "changed_at": at, "changed_by": by} for path in paths]
    if rows:
        new = upsert(db, edits).values(rows)
        changed = {"changed_at": new.excluded.changed_at, "changed_by": new.excluded.changed_by}
        await db.execute(new.on_conflict_do_update(index_elements=["about", "path"], set_=changed))


async def find_edit(db: AsyncConnection, about: str, path: str) -> Edit | None:
    query = select(staff.c.name, edits.c.changed_at).outerjoin_from(edits, staff, staff.c.id == edits.c.changed_by)
    row = (await db.execute(query.where(edits.c.about == about, edits.c.path == path))).first()
    return Edit(row.name or "", row.changed_at) if row else None


def _draft(row: Any) -> Draft:
    return Draft(
        row.poll,
        row.consultation,
        row.position,
        json.loads(row.content),
        row.changed_at,
        row.changed_by,
        row.removed_at,
    )


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
