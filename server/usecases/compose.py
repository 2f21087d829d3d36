"""Making consultations: one begins with a draft, gets more polls, and what is complete becomes a revision."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.consultations import parse_poll
from server.domain.drafts import as_facts
from server.domain.errors import DomainError
from server.domain.gaps import complete, list_fact_gaps, list_gaps
from server.domain.own_pictures import own_id
from server.domain.package_checks import pictures_of
from server.domain.packages import LANGUAGES
from server.store import drafts
from server.store.actions import insert_action
from server.store.consultations import (
    Consultation,
    find_consultation,
    insert_consultation,
    insert_revision,
    list_published,
    mark_consultation,
    mark_consultation_again,
)
from server.store.database import Database
from server.store.drafts import Draft
from server.store.pictures import mark_pictures_again

Clock = Callable[[], int]

_REVISION_LENGTH = 12
_MOST_POLLS = 20
_SAME = ("areas", "grades", "decider", "budgetEuro")


def revision_id(consultation: str, content: Mapping[str, Any]) -> str:
    """The first 48 bits of the SHA-256 of the consultation's id and the poll's canonical JSON, in hexadecimal."""
    canonical = json.dumps([consultation, content], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_REVISION_LENGTH]


async def publish(db: Database, area: str, content: Mapping[str, Any]) -> str:
    """Publishes a poll package's `poll.json` as a new consultation of `area`; returns the consultation's id."""
    poll = parse_poll(content)
    now = int(time.time())
    async with db.writing(lasting=True) as tx:
        await insert_consultation(tx, Consultation(poll.id, area, poll.title, poll.cover, frozen=False))
        await drafts.insert_draft(tx, Draft(poll.id, poll.id, 0, dict(content), now, ""))
        await insert_revision(tx, revision_id(poll.id, complete(dict(content))), poll.id, complete(dict(content)), now)
    return poll.id


async def start_draft(db: Database, area: str, content: Mapping[str, Any], *, by: str) -> tuple[str, str]:
    """A new unpublished consultation of `area` with one draft poll, both under fresh ids: (consultation, poll).

    `content` may be unfinished, its own id is replaced; `by` is the id of who begins.
    """
    async with db.writing() as tx:
        return await start_draft_in(tx, area, content, by=by)


async def start_draft_in(tx: AsyncConnection, area: str, content: Mapping[str, Any], *, by: str) -> tuple[str, str]:
    """As `start_draft`, within a transaction that the caller commits."""
    consultation = _fresh("c")
    title = {lang: str(content.get("title", {}).get(lang, "")) for lang in LANGUAGES}
    begun = Consultation(consultation, area, title, content.get("coverEmojiHex", ""), frozen=False)
    await insert_consultation(tx, begun)
    return consultation, await _add(tx, consultation, content, by, int(time.time()))


async def start_after_in(
    tx: AsyncConnection, before: Consultation, content: Mapping[str, Any], *, by: str
) -> tuple[str, str]:
    """As `start_draft_in`, in the same places, with the same grades and who decides as the consultation `before`."""
    begun, poll = await start_draft_in(tx, before.area, content, by=by)
    made = await find_consultation(tx, begun)
    assert made is not None
    await mark_consultation(
        tx, replace(made, facts={each: before.facts[each] for each in _SAME if each in before.facts})
    )
    return begun, poll


async def add_poll(db: Database, clock: Clock, consultation_id: str, content: Mapping[str, Any], *, by: str) -> str:
    """One more draft poll after the others; returns its id. Raises `not_found`, `frozen` or `bad_form`."""
    async with db.writing() as tx:
        return await add_poll_in(tx, clock, consultation_id, content, by=by)


async def add_poll_in(
    tx: AsyncConnection, clock: Clock, consultation_id: str, content: Mapping[str, Any], *, by: str
) -> str:
    """As `add_poll`, within a transaction that the caller commits."""
    await find_open(tx, consultation_id)
    if await drafts.count_drafts(tx, consultation_id) >= _MOST_POLLS:
        raise DomainError("bad_form", [("polls", "too_many")])
    return await _add(tx, consultation_id, content, by, clock())


async def remove_poll(db: Database, clock: Clock, poll: str, *, back: bool = False) -> None:
    """Takes a draft poll away, or `back` again. Raises `wrong_state` for one that was published."""
    async with db.writing() as tx:
        draft = await find_draft_in_open(tx, poll)
        if any(each.poll == draft.poll for each in await list_published(tx, draft.consultation)):
            raise DomainError("wrong_state")
        await drafts.mark_removed(tx, poll, None if back else clock())


async def move_poll(db: Database, poll: str, by: int) -> None:
    """Lets a poll change places with the next one shown (`by` 1) or the one before (-1)."""
    async with db.writing() as tx:
        draft = await find_draft_in_open(tx, poll)
        order = [each.poll for each in await drafts.list_drafts(tx, draft.consultation) if each.removed_at is None]
        at = order.index(poll) if poll in order else 0
        if 0 <= at + by < len(order):
            order.insert(at + by, order.pop(at))
        for position, each in enumerate(order):
            await drafts.mark_position(tx, each, position)


def seen_id(draft: Draft) -> str:
    """Stands for a draft as it is now."""
    return revision_id(draft.consultation, complete(draft.content))


async def publish_draft(db: Database, clock: Clock, poll: str, *, by: str, seen: str, pictures: Collection[str]) -> str:
    """Makes a draft the revision that new sessions use; returns the revision's id.

    `by` is the id of who publishes, `seen` the `seen_id` of what they looked at. The same draft published twice is one
    revision. Raises `incomplete` with what is missing, `changed` when the draft is another one by now, `frozen` or
    `not_found`.
    """
    async with db.writing(lasting=True) as tx:
        draft = await find_draft_in_open(tx, poll)
        consultation = await find_open(tx, draft.consultation)
        if seen_id(draft) != seen:
            raise DomainError("changed")
        facts = as_facts(consultation.title, consultation.facts)
        gaps = [*list_fact_gaps(facts), *list_gaps(draft.content, pictures)]
        if gaps:
            raise DomainError("incomplete", [(gap.path, gap.rule.code) for gap in gaps])
        newest = await list_published(tx, consultation.id)
        if not newest or newest[0].id != seen:
            content = complete(draft.content)
            await _mark_again(tx, draft)
            await insert_revision(tx, seen, consultation.id, content, clock())
            await mark_consultation(tx, replace(consultation, cover=content["coverEmojiHex"]))
            about = " / ".join(content["title"][lang] for lang in LANGUAGES)
            await insert_action(tx, by, Did.POLL_PUBLISHED, consultation.area, about)
    return seen


async def _mark_again(tx: AsyncConnection, draft: Draft) -> None:
    """Writes with what is published, for the journal, what is made without it: a backup may know none of it."""
    await mark_consultation_again(tx, draft.consultation)
    await drafts.mark_draft_again(tx, draft.poll)
    own = {own_id(name) for name in pictures_of(draft.content)}
    await mark_pictures_again(tx, {each for each in own if each})


async def find_open(tx: AsyncConnection, consultation_id: str) -> Consultation:
    """A consultation that may still change. Raises `not_found` or `frozen`."""
    consultation = await find_consultation(tx, consultation_id, for_update=True)
    if consultation is None:
        raise DomainError("not_found")
    if consultation.frozen:
        raise DomainError("frozen")
    return consultation


async def find_draft_in_open(tx: AsyncConnection, poll: str) -> Draft:
    """A draft of a consultation that may still change. Raises `not_found` or `frozen`."""
    draft = await drafts.find_draft(tx, poll, for_update=True)
    if draft is None:
        raise DomainError("not_found")
    await find_open(tx, draft.consultation)
    return draft


async def _add(tx: AsyncConnection, consultation: str, content: Mapping[str, Any], by: str, now: int) -> str:
    poll = _fresh("p")
    position = await drafts.count_drafts(tx, consultation)
    await drafts.insert_draft(tx, Draft(poll, consultation, position, {**content, "id": poll}, now, by))
    return poll


def _fresh(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(6)}"
