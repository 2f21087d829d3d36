"""Writing in the workshop: fields are compared and set in one transaction; nobody overwrites what they never saw."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import draft_changes
from server.domain.actions import Did
from server.domain.draft_changes import Suggest
from server.domain.drafts import Content, Slot, as_facts, cleaned, find_slot, short_text
from server.domain.errors import DomainError
from server.domain.packages import list_further
from server.store import areas, drafts
from server.store.actions import insert_action
from server.store.consultations import mark_consultation
from server.store.database import Database
from server.store.drafts import Edit
from server.store.shelf import find_common
from server.usecases.compose import Clock, find_draft_in_open, find_open

_MOST_CHARS = 400_000


@dataclass(frozen=True)
class Wish:
    """A field as somebody wants it, and as it stood when they saw it."""

    path: str
    value: str
    was: str


@dataclass(frozen=True)
class Conflict:
    """A field that somebody else changed first; `theirs` stands, `mine` was not written."""

    path: str
    theirs: str
    mine: str
    edit: Edit | None


async def save_poll(
    db: Database, clock: Clock, poll: str, wishes: Sequence[Wish], *, by: str, has_picture: Callable[[str], bool]
) -> list[Conflict]:
    """Writes every wish whose field still is what was seen, and returns the others.

    Raises `bad_form` naming each field that takes no such value; then nothing is written. Also `not_found`, `frozen`.
    """
    async with db.writing() as tx:
        draft = await find_draft_in_open(tx, poll)
        done, left = weigh(draft.content, wishes, lambda slot, value: slot.kind != "picture" or has_picture(value))
        if done:
            await _keep(tx, poll, draft.content, clock(), by, done)
        return await list_conflicts(tx, poll, left)


async def save_facts(
    db: Database, clock: Clock, consultation_id: str, wishes: Sequence[Wish], *, by: str
) -> list[Conflict]:
    """Like `save_poll`, for what a consultation is about. Raises `bad_form`, `not_found` or `frozen`."""
    async with db.writing() as tx:
        consultation = await find_open(tx, consultation_id)
        known = await areas.list_areas(tx)
        here = {area for area in known if consultation.area in areas.list_path_in(known, area)}
        facts = as_facts(consultation.title, consultation.facts)
        done, left = weigh(facts, wishes, lambda slot, _value: not slot.path.startswith("areas.") or slot.key in here)
        if done:
            title = facts.pop("title")
            if not any(title.values()):
                raise DomainError("bad_form", [("title.sv", "missing")])
            await mark_consultation(tx, replace(consultation, title=title, facts={**consultation.facts, **facts}))
            await drafts.mark_edited(tx, consultation_id, done, clock(), by)
        return await list_conflicts(tx, consultation_id, left)


async def add_question(
    db: Database,
    clock: Clock,
    poll: str,
    kind: str,
    text: Mapping[str, str],
    labels: Sequence[Mapping[str, str]],
    *,
    by: str,
    suggest: Suggest,
) -> str:
    """A new question with these options; returns its id. Raises `bad_form`, `not_found` or `frozen`."""
    usual = find_common()["kinds"].get(kind, {})
    said = {lang: short_text(f"text.{lang}", written) for lang, written in text.items()}
    named = [{lang: short_text(f"options.{lang}", written) for lang, written in label.items()} for label in labels]
    async with db.writing() as tx:
        draft = await find_draft_in_open(tx, poll)
        question = draft_changes.add_question(draft.content, kind, said, named, usual, suggest)
        await _keep(tx, poll, draft.content, clock(), by, [f"questions.{question}"])
    return question


async def change(db: Database, clock: Clock, poll: str, do: str, path: str, *, by: str) -> str:
    """Adds, moves (`up`, `down`, `place`: to where another stands, `path` being both), duplicates, removes or restores
    the part at `path`; returns where to look next.

    Raises `bad_form`, `not_found` or `frozen`.
    """
    async with db.writing() as tx:
        draft = await find_draft_in_open(tx, poll)
        content = draft.content
        path, _, at = path.partition(" ")
        doing: dict[str, Callable[[], str | None]] = {
            "add": lambda: draft_changes.add_part(content, path),
            "up": lambda: draft_changes.move(content, path, -1),
            "down": lambda: draft_changes.move(content, path, 1),
            "place": lambda: draft_changes.place(content, path, at),
            "duplicate": lambda: f"questions.{draft_changes.duplicate(content, path)}",
            "remove": lambda: draft_changes.remove(content, path),
            "restore": lambda: draft_changes.restore(content, path),
        }
        if do not in doing:
            raise DomainError("bad_form", [("do", "unknown")])
        found = doing[do]() or path
        await _keep(tx, poll, content, clock(), by, [found])
    return found


async def add_language(db: Database, clock: Clock, poll: str, code: str, name: Mapping[str, str], *, by: str) -> None:
    """One more column of texts, never needed to publish. Raises `bad_form`, `not_found` or `frozen`."""
    await _change_languages(db, clock, poll, lambda content: draft_changes.add_language(content, code, name), by=by)


async def remove_language(db: Database, clock: Clock, poll: str, code: str, *, by: str) -> None:
    """Takes a column away; its texts stay, for when it comes back. Raises `not_found` or `frozen`."""
    await _change_languages(db, clock, poll, lambda content: draft_changes.remove_language(content, code), by=by)


async def _change_languages(
    db: Database, clock: Clock, poll: str, change: Callable[[Content], None], *, by: str
) -> None:
    async with db.writing() as tx:
        draft = await find_draft_in_open(tx, poll)
        before = list_further(draft.content)
        change(draft.content)
        after = list_further(draft.content)
        if after == before:
            return
        await _keep(tx, poll, draft.content, clock(), by, ["languages"])
        consultation = await find_open(tx, draft.consultation)
        did = Did.LANGUAGE_ADDED if len(after) > len(before) else Did.LANGUAGE_REMOVED
        await insert_action(
            tx, by, did, consultation.area, f"{draft.content['title']['sv']}: {', '.join({*after} ^ {*before})}"
        )


def weigh(
    content: Content, wishes: Sequence[Wish], fits: Callable[[Slot, str], bool]
) -> tuple[list[str], list[tuple[Wish, str]]]:
    """Writes into `content` what may be written: the paths, and the wishes that came second with what stands.

    Raises `bad_form` naming each field that takes no such value.
    """
    wrong: list[tuple[str, str]] = []
    done: list[str] = []
    left: list[tuple[Wish, str]] = []
    for wish in wishes:
        try:
            slot = find_slot(content, wish.path)
            value = slot.written(wish.value)
        except DomainError as error:
            wrong += error.details
            continue
        stands = slot.value
        if value == stands:
            continue
        if value and not fits(slot, value):
            wrong.append((wish.path, "unknown"))
        elif stands != (cleaned(wish.was) if slot.kind == "text" else wish.was):
            left.append((wish, stands))
        else:
            slot.write(value)
            done.append(wish.path)
    if wrong:
        raise DomainError("bad_form", wrong)
    return done, left


async def _keep(
    tx: AsyncConnection, poll: str, content: Mapping[str, Any], now: int, by: str, paths: Sequence[str]
) -> None:
    if len(json.dumps(content)) > _MOST_CHARS:
        raise DomainError("too_large")
    await drafts.mark_changed(tx, poll, content, now, by)
    await drafts.mark_edited(tx, poll, paths, now, by)


async def list_conflicts(tx: AsyncConnection, about: str, left: Sequence[tuple[Wish, str]]) -> list[Conflict]:
    """The wishes about a poll or consultation that came second, with who came first."""
    return [
        Conflict(wish.path, theirs, wish.value, await drafts.find_edit(tx, about, wish.path)) for wish, theirs in left
    ]
