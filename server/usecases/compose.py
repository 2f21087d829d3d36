"""Making consultations: a poll is drafted, and what is complete becomes a revision."""

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from server.domain.consultations import parse_poll
from server.store.consultations import Consultation, insert_consultation, insert_revision
from server.store.database import Database
from server.store.drafts import Draft, insert_draft

_REVISION_LENGTH = 12


def revision_id(consultation: str, content: Mapping[str, Any]) -> str:
    """The first 48 bits of the SHA-256 of the consultation's id and the poll's canonical JSON, in hexadecimal."""
    canonical = json.dumps([consultation, content], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_REVISION_LENGTH]


async def publish(db: Database, area: str, content: Mapping[str, Any]) -> str:
    """Publishes a poll package's `poll.json` as a new consultation of `area`; returns the consultation's id."""
    poll = parse_poll(content)
    now = int(time.time())
    async with db.writing() as tx:
        await insert_consultation(tx, Consultation(poll.id, area, poll.title, poll.cover, frozen=False))
        await insert_draft(tx, Draft(poll.id, poll.id, 0, dict(content), now, ""))
        await insert_revision(tx, revision_id(poll.id, content), poll.id, content, now)
    return poll.id


async def start_draft(db: Database, area: str, content: Mapping[str, Any], *, by: str) -> tuple[str, str]:
    """A new unpublished consultation of `area` with one draft poll, both under fresh ids: (consultation, poll).

    `content` may be unfinished, its own id is replaced; `by` is the id of who begins.
    """
    consultation, poll = _fresh("c"), _fresh("p")
    title = {lang: str(content.get("title", {}).get(lang, "")) for lang in ("sv", "fi")}
    begun = Consultation(consultation, area, title, content.get("coverEmojiHex", ""), frozen=False)
    async with db.writing() as tx:
        await insert_consultation(tx, begun)
        await insert_draft(tx, Draft(poll, consultation, 0, {**content, "id": poll}, int(time.time()), by))
    return consultation, poll


def _fresh(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(6)}"
