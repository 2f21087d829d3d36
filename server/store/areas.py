"""Areas: joint consultation, municipality, school or other place, a tree."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.questions import Text
from server.store.schema import areas, consultations, holidays, pictures, roles, sessions


@dataclass(frozen=True)
class Area:
    """`language` is the language of the school (or of the municipality's majority)."""

    id: str
    parent: str | None
    kind: str
    name: Text
    language: str


async def insert_area(db: AsyncConnection, area: Area) -> None:
    await db.execute(
        insert(areas).values(
            id=area.id,
            parent=area.parent,
            kind=area.kind,
            name_sv=area.name["sv"],
            name_fi=area.name["fi"],
            language=area.language,
        )
    )


async def list_areas(db: AsyncConnection) -> dict[str, Area]:
    """Every area by id."""
    return _by_id(await db.execute(select(areas)))


_area = select(areas).where(areas.c.id == bindparam("area")).cte(recursive=True)
_LIST_ABOVE = select(_area.union(select(areas).where(areas.c.id == _area.c.parent)))
"""Building it anew each time took longer than asking."""


async def list_areas_above(db: AsyncConnection, area_id: str) -> dict[str, Area]:
    """The area and all above it by id: in a country there are thousands beside them."""
    return _by_id(await db.execute(_LIST_ABOVE, {"area": area_id}))


def _by_id(rows: Iterable[Any]) -> dict[str, Area]:
    return {
        row.id: Area(row.id, row.parent, row.kind, {"sv": row.name_sv, "fi": row.name_fi}, row.language) for row in rows
    }


async def mark_area(db: AsyncConnection, area: Area) -> None:
    """Gives it this name and language."""
    named = {"name_sv": area.name["sv"], "name_fi": area.name["fi"], "language": area.language}
    await db.execute(update(areas).where(areas.c.id == area.id).values(**named))


async def erase_area(db: AsyncConnection, area_id: str) -> None:
    await db.execute(delete(holidays).where(holidays.c.area == area_id))
    await db.execute(delete(areas).where(areas.c.id == area_id))


async def count_area_uses(db: AsyncConnection, area_id: str) -> int:
    """How many kinds of things name the area: areas below, roles, consultations, sessions, pictures."""
    uses = [areas.c.parent, roles.c.area, consultations.c.area, sessions.c.area, pictures.c.area]
    found = [(await db.execute(select(use).where(use == area_id).limit(1))).first() for use in uses]
    return sum(row is not None for row in found)


async def find_area(db: AsyncConnection, area_id: str) -> Area | None:
    return _by_id(await db.execute(select(areas).where(areas.c.id == area_id))).get(area_id)


async def list_area_path(db: AsyncConnection, area_id: str) -> list[str]:
    """The area and all above it, nearest first; empty when there is no such area."""
    return list_path_in(await list_areas_above(db, area_id), area_id)


def list_path_in(known: Mapping[str, Area], area_id: str) -> list[str]:
    """Like `list_area_path`, among areas that were read already."""
    path: list[str] = []
    step: str | None = area_id
    while step is not None and step in known and step not in path:
        path.append(step)
        step = known[step].parent
    return path


def list_path_down_in(known: Mapping[str, Area], top: str, area_id: str) -> tuple[str, ...]:
    """From `top` down to an area at or below it."""
    path = list_path_in(known, area_id)
    return tuple(reversed(path[: path.index(top) + 1]))


def list_below_in(known: Mapping[str, Area], tops: Collection[str]) -> list[str]:
    """The ids of these areas and all below them."""
    return [area for area in known if not set(list_path_in(known, area)).isdisjoint(tops)]
