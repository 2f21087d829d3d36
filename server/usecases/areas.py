"""The tree of areas: adding below what one administers, renaming, and removing what nothing belongs to yet.

`by` is the administrator who does it, None on the server's command line.
"""

import secrets

from server.domain.actions import Did
from server.domain.areas import BELOW, MOST_NAME, TOP, Kind
from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES
from server.domain.people import Action, Person
from server.domain.questions import Text
from server.store.actions import insert_action
from server.store.areas import Area, count_area_uses, erase_area, find_area, insert_area, list_area_path, mark_area
from server.store.database import Database


async def add_area(db: Database, by: Person | None, parent: str | None, kind: str, name: Text, language: str) -> str:
    """Adds a place, municipality or joint consultation below `parent`; returns its id.

    Only the command line adds at the top. Raises `not_found`, `not_allowed`, or `bad_form` naming the field.
    """
    name = _check(name, language)
    if kind not in list(Kind):
        raise DomainError("bad_form", [("kind", "missing")])
    area = Area("a-" + secrets.token_hex(5), parent, kind, name, language)
    async with db.writing(lasting=True) as tx:
        above = await find_area(tx, parent) if parent else None
        if parent and above is None:
            raise DomainError("not_found")
        path = await list_area_path(tx, parent or "")
        if by and not by.may(Action.ADMINISTER, path):
            raise DomainError("not_allowed")
        if kind not in (BELOW.get(Kind(above.kind), ()) if above else TOP):
            raise DomainError("bad_form", [("kind", "missing")])
        await insert_area(tx, area)
        await insert_action(tx, by.id if by else "", Did.AREA_ADDED, area.id, _both(name))
    return area.id


async def change_area(db: Database, by: Person, area_id: str, name: Text, language: str) -> None:
    """Renames an area or changes its language. Raises `not_found`, or `bad_form` naming the field."""
    name = _check(name, language)
    async with db.writing(lasting=True) as tx:
        area = await find_area(tx, area_id)
        if area is None:
            raise DomainError("not_found")
        await mark_area(tx, Area(area.id, area.parent, area.kind, name, language))
        await insert_action(tx, by.id, Did.AREA_CHANGED, area.id, _both(name))


async def remove_area(db: Database, by: Person, area_id: str) -> None:
    """Removes an area added by mistake. Raises `not_found`, or `area_used` when anything belongs to it."""
    async with db.writing(lasting=True) as tx:
        area = await find_area(tx, area_id)
        if area is None:
            raise DomainError("not_found")
        if area.parent is None or await count_area_uses(tx, area_id):
            raise DomainError("area_used")
        await erase_area(tx, area_id)
        await insert_action(tx, by.id, Did.AREA_REMOVED, area.parent, _both(area.name))


def _check(name: Text, language: str) -> Text:
    """The name with one language's in place of a missing other one."""
    given = {lang: name.get(lang, "").strip() for lang in LANGUAGES}
    either = next((text for text in given.values() if text), "")
    problems = [("name", "missing")] if not either else []
    problems += [
        (f"name_{lang}", "too_long" if len(text) > MOST_NAME else "wrong")
        for lang, text in given.items()
        if len(text) > MOST_NAME or (text and not text.isprintable())
    ]
    if language not in LANGUAGES:
        problems.append(("language", "missing"))
    if problems:
        raise DomainError("bad_form", problems)
    return {lang: text or either for lang, text in given.items()}


def _both(name: Text) -> str:
    return " / ".join(dict.fromkeys(name.values()))
