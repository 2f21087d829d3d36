"""Themes of ideas: named, sorted into, and made into the question of the next poll."""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import draft_changes
from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES
from server.domain.themes import (
    ASKED,
    MOST_THEMES,
    SUM_PICTURE,
    TITLE,
    State,
    Theme,
    check_options,
    read_euros,
    read_theme,
    sum_line,
)
from server.store import desk, themes
from server.store.actions import insert_action
from server.store.consultations import Consultation, find_consultation, mark_consultation
from server.store.database import Database
from server.store.shelf import find_common, find_empty_poll
from server.usecases.compose import Clock, add_poll_in, start_after_in

BUDGET = "budgetEuro"
"""The fact of a consultation that says how much money there really is, in euros."""


async def add_theme(
    db: Database, clock: Clock, consultation_id: str, given: Mapping[str, str], *, has_picture: Callable[[str], bool]
) -> str:
    """A new theme from a form's fields; returns its id. Raises `bad_form` or `not_found`."""
    # What was made first stands first.
    theme = f"t{clock():x}{secrets.token_hex(3)}"
    async with db.writing() as tx:
        await _consultation(tx, consultation_id)
        if len(await themes.list_themes(tx, consultation_id)) >= MOST_THEMES:
            raise DomainError("bad_form", [("name_sv", "too_many")])
        made = _checked(read_theme(theme, consultation_id, {"state": State.NEW, **given}), has_picture)
        await themes.insert_theme(tx, made, clock())
    return theme


async def change_theme(
    db: Database,
    clock: Clock,
    consultation_id: str,
    theme_id: str,
    given: Mapping[str, str],
    *,
    by: str,
    has_picture: Callable[[str], bool],
) -> None:
    """Writes a theme anew from a form's fields. Raises `bad_form` or `not_found`."""
    async with db.writing() as tx:
        consultation = await _consultation(tx, consultation_id)
        if await themes.find_theme(tx, consultation_id, theme_id) is None:
            raise DomainError("not_found")
        await themes.mark_theme(tx, _checked(read_theme(theme_id, consultation_id, given), has_picture), clock())
        await _note(tx, by, Did.THEME_CHANGED, consultation)


async def remove_theme(db: Database, consultation_id: str, theme_id: str, *, by: str) -> None:
    """Takes a theme away and leaves its ideas without one. Raises `not_found`."""
    async with db.writing() as tx:
        consultation = await _consultation(tx, consultation_id)
        if await themes.find_theme(tx, consultation_id, theme_id) is None:
            raise DomainError("not_found")
        await themes.erase_theme(tx, theme_id)
        await _note(tx, by, Did.THEME_REMOVED, consultation)


async def sort_ideas(db: Database, consultation_id: str, idea_ids: Collection[str], theme_id: str) -> int:
    """Puts ideas under a theme, under none for an empty id; returns how many. Raises `not_found`."""
    async with db.writing() as tx:
        await _consultation(tx, consultation_id)
        if theme_id and await themes.find_theme(tx, consultation_id, theme_id) is None:
            raise DomainError("not_found")
        return await desk.mark_themed(tx, consultation_id, idea_ids, theme_id or None)


async def set_sum(db: Database, consultation_id: str, written: str) -> None:
    """Says how much money there really is; nothing for an empty text. Raises `bad_form` or `not_found`."""
    euros = read_euros(written)
    async with db.writing() as tx:
        consultation = await _consultation(tx, consultation_id)
        await mark_consultation(tx, replace(consultation, facts={**consultation.facts, BUDGET: euros}))


async def put_to_vote(
    db: Database, clock: Clock, consultation_id: str, kind: str, theme_ids: Sequence[str], *, by: str
) -> str:
    """A new draft poll whose one question has these themes as options, under their own ids; returns the poll's id.

    After the freeze it belongs to a consultation of its own. Raises `bad_form` or `not_found`.
    """
    check_options(kind, len(theme_ids))
    async with db.writing() as tx:
        consultation = await _consultation(tx, consultation_id)
        known = {theme.id: theme for theme in await themes.list_themes(tx, consultation_id)}
        if len(set(theme_ids)) < len(theme_ids) or not set(theme_ids) <= known.keys():
            raise DomainError("bad_form", [("theme", "unknown")])
        chosen = [known[theme] for theme in theme_ids]
        content = _poll(kind, chosen, consultation.facts.get(BUDGET))
        if consultation.frozen:
            _, poll = await start_after_in(tx, consultation, content, by=by)
        else:
            poll = await add_poll_in(tx, clock, consultation_id, content, by=by)
        for theme in chosen:
            await themes.mark_theme(tx, replace(theme, state=State.VOTE), clock())
        await _note(tx, by, Did.THEMES_PUT_TO_VOTE, consultation)
    return poll


def _poll(kind: str, chosen: Sequence[Theme], euros: int | None) -> dict[str, Any]:
    content = find_empty_poll()
    content |= {"title": dict(TITLE), "coverEmojiHex": chosen[0].picture}
    if euros:
        content["introduction"]["lines"].append({"emojiHex": SUM_PICTURE, **sum_line(euros)})
    labels = [theme.name for theme in chosen]
    usual = find_common()["kinds"][kind]
    question = draft_changes.add_question(content, kind, ASKED[kind], labels, usual, lambda _label: "")
    made = next(each for each in content["questions"] if each["id"] == question)
    made["options"] = [{"id": each.id, "emojiHex": each.picture, "text": dict(each.name)} for each in chosen]
    if "maxRank" in made:
        made["maxRank"] = len(chosen)
    return content


def _checked(theme: Theme, has_picture: Callable[[str], bool]) -> Theme:
    if not has_picture(theme.picture):
        raise DomainError("bad_form", [("picture", "missing" if not theme.picture else "unknown")])
    return theme


async def _consultation(tx: AsyncConnection, consultation_id: str) -> Consultation:
    consultation = await find_consultation(tx, consultation_id, for_update=True)
    if consultation is None:
        raise DomainError("not_found")
    return consultation


async def _note(tx: AsyncConnection, by: str, did: Did, consultation: Consultation) -> None:
    await insert_action(tx, by, did, consultation.area, " / ".join(consultation.title[lang] for lang in LANGUAGES))
