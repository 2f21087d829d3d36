"""Themes that ideas belong to."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.desk import READ
from server.domain.themes import State, Theme
from server.store.schema import ideas, themes


async def list_themes(db: AsyncConnection, consultation_id: str) -> list[Theme]:
    """In the order in which they were made."""
    query = select(themes).where(themes.c.consultation == consultation_id).order_by(themes.c.id)
    return [_theme(row) for row in await db.execute(query)]


async def find_theme(db: AsyncConnection, consultation_id: str, theme_id: str) -> Theme | None:
    row = (await db.execute(select(themes).where(themes.c.id == theme_id))).first()
    return _theme(row) if row and row.consultation == consultation_id else None


async def count_ideas_by_theme(db: AsyncConnection, consultation_id: str) -> dict[str, int]:
    """How many ideas want each theme, also those that are not for others to see."""
    query = select(ideas.c.theme, func.count()).where(ideas.c.consultation == consultation_id, ideas.c.state.in_(READ))
    rows = await db.execute(query.where(ideas.c.theme.is_not(None)).group_by(ideas.c.theme))
    return {row[0]: row[1] for row in rows}


async def insert_theme(db: AsyncConnection, theme: Theme, at: int) -> None:
    row = {"id": theme.id, "consultation": theme.consultation, **_columns(theme), "changed_at": at}
    await db.execute(insert(themes).values(row))


async def mark_theme(db: AsyncConnection, theme: Theme, at: int) -> None:
    """Keeps a theme as it is now."""
    await db.execute(update(themes).where(themes.c.id == theme.id).values({**_columns(theme), "changed_at": at}))


async def erase_theme(db: AsyncConnection, theme_id: str) -> None:
    """Deletes a theme; its ideas have none then."""
    await db.execute(update(ideas).where(ideas.c.theme == theme_id).values(theme=None))
    await db.execute(delete(themes).where(themes.c.id == theme_id))


def _columns(theme: Theme) -> dict[str, Any]:
    return {
        "name_sv": theme.name["sv"],
        "name_fi": theme.name["fi"],
        "picture": theme.picture,
        "state": theme.state.value,
        "because_sv": theme.because["sv"],
        "because_fi": theme.because["fi"],
        "cost": theme.cost,
        "owner": theme.owner,
    }


def _theme(row: Any) -> Theme:
    name, because = {"sv": row.name_sv, "fi": row.name_fi}, {"sv": row.because_sv, "fi": row.because_fi}
    return Theme(row.id, row.consultation, name, row.picture, State(row.state), because, row.cost, row.owner)
