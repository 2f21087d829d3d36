"""Making consultations: a poll package becomes a consultation with a frozen revision."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from server.domain.consultations import parse_poll
from server.store.consultations import Consultation, insert_consultation, insert_revision
from server.store.database import Database

_REVISION_LENGTH = 12


def revision_id(content: Mapping[str, Any]) -> str:
    """The first 48 bits of the SHA-256 of the poll's canonical JSON, in hexadecimal."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_REVISION_LENGTH]


async def publish(db: Database, area: str, content: Mapping[str, Any]) -> str:
    """Publishes a poll package's `poll.json` as a new consultation of `area`; returns the consultation's id."""
    poll = parse_poll(content)
    async with db.writing() as tx:
        await insert_consultation(tx, Consultation(poll.id, area, poll.title, poll.cover, frozen=False))
        await insert_revision(tx, revision_id(content), poll.id, content)
    return poll.id
