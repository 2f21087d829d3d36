"""Writing what came of a consultation, as polls are written: field by field, and nobody overwrites what they never saw.

What is published is a copy: until it is published again nobody sees what is changed.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import draft_changes
from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.feedback import Content, day_of, published_since, read_feedback
from server.domain.feedback_drafts import add_part, list_answer_gaps, list_gaps
from server.live import Live
from server.store import drafts
from server.store.actions import insert_action
from server.store.consultations import Consultation, find_consultation, mark_consultation_again
from server.store.database import Database
from server.store.feedback import StoredFeedback, find_feedback, mark_published, mark_written
from server.usecases.conclude import title_of
from server.usecases.edit import Conflict, Wish, list_conflicts, weigh

Clock = Callable[[], int]

_MOST_CHARS = 200_000


async def save_feedback(
    db: Database,
    clock: Clock,
    consultation_id: str,
    wishes: Sequence[Wish],
    *,
    by: str,
    has_picture: Callable[[str], bool],
) -> list[Conflict]:
    """Like `save_poll`. Raises `bad_form` or `not_found`."""
    async with db.writing() as tx:
        await _find(tx, consultation_id)
        content = (await find_feedback(tx, consultation_id, for_update=True)).content
        done, left = weigh(content, wishes, lambda slot, value: slot.kind != "picture" or has_picture(value))
        if done:
            await _keep(tx, clock, consultation_id, content, done, by)
        return await list_conflicts(tx, _about(consultation_id), left)


async def change_feedback(db: Database, clock: Clock, consultation_id: str, do: str, path: str, *, by: str) -> str:
    """Adds (`add cards`, `add readers`), moves (`up`, `down`), removes or restores a part; returns where to look next.

    Raises `bad_form` or `not_found`.
    """
    async with db.writing() as tx:
        await _find(tx, consultation_id)
        content = (await find_feedback(tx, consultation_id, for_update=True)).content
        doing: dict[str, Callable[[], str | None]] = {
            "add": lambda: add_part(content, path, day_of(clock())),
            "up": lambda: draft_changes.move(content, path, -1),
            "down": lambda: draft_changes.move(content, path, 1),
            "remove": lambda: draft_changes.remove(content, path),
            "restore": lambda: draft_changes.restore(content, path),
        }
        if do not in doing:
            raise DomainError("bad_form", [("do", "unknown")])
        found = doing[do]() or path
        await _keep(tx, clock, consultation_id, content, [found], by)
    return found


def is_published(stored: StoredFeedback) -> bool:
    """Whether anybody sees exactly what is written now."""
    if stored.published is None:
        return False
    return replace(read_feedback(stored.content), answered=stored.published.answered) == stored.published


def seen_id(content: Mapping[str, object]) -> str:
    """Stands for feedback as it is written now."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


async def publish_feedback(
    db: Database,
    live: Live,
    clock: Clock,
    consultation_id: str,
    *,
    by: str,
    seen: str,
    pictures: Collection[str],
) -> None:
    """Lets anybody see what is written now. With decision, reasons, next step and cards it is the promised answer.

    An answer stays one. `seen` is the `seen_id` of what was looked at, `pictures` those there are. Raises `incomplete`
    with what is missing, `changed` when something else stands there by now, `not_frozen` for an answer while children
    may still be asked, `not_found`.
    """
    async with db.writing(lasting=True) as tx:
        consultation = await _find(tx, consultation_id)
        found = await find_feedback(tx, consultation_id, for_update=True)
        if seen_id(found.content) != seen:
            raise DomainError("changed")
        answered = found.published.answered if found.published else ""
        gaps, lacks = list_gaps(found.content, pictures), list_answer_gaps(found.content)
        if gaps or (lacks and answered):
            raise DomainError("incomplete", [(gap.path, gap.lack) for gap in [*gaps, *lacks]])
        if not lacks:
            if not consultation.frozen:
                raise DomainError("not_frozen")
            answered = answered or day_of(clock())
        since = published_since(found.published, read_feedback(found.content), day_of(clock()))
        published = {**draft_changes.shown(found.content), "answered": answered, "since": since}
        await mark_consultation_again(tx, consultation_id)
        await mark_written(tx, consultation_id, found.content)
        await mark_published(tx, consultation_id, published, clock())
        await insert_action(tx, by, Did.FEEDBACK_PUBLISHED, consultation.area, await title_of(tx, consultation))
    live.announce(consultation_id)


async def _find(tx: AsyncConnection, consultation_id: str) -> Consultation:
    found = await find_consultation(tx, consultation_id, for_update=True)
    if found is None:
        raise DomainError("not_found")
    return found


async def _keep(
    tx: AsyncConnection, clock: Clock, consultation_id: str, content: Content, paths: Sequence[str], by: str
) -> None:
    if len(json.dumps(content)) > _MOST_CHARS:
        raise DomainError("too_large")
    await mark_written(tx, consultation_id, content)
    await drafts.mark_edited(tx, _about(consultation_id), paths, clock(), by)


def _about(consultation_id: str) -> str:
    """What its edits are about: `edits` knows polls and consultations by id, and a consultation may bear a poll's."""
    return f"{consultation_id} feedback"
