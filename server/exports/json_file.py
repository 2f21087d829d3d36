"""Results as JSON: the answer of the results API (docs/contracts.md), and the same as a file."""

import json
from typing import Any

from server.domain.results import Result
from server.exports.rows import Record
from server.usecases.report import Results


def as_json(found: Results) -> dict[str, Any]:
    """What the API answers."""
    return {
        "consultation": found.consultation.id,
        "frozen": found.consultation.frozen,
        "where": dict(found.where),
        "questions": [_written(result) for result in found.results],
    }


def write_json(record: Record, _lang: str) -> bytes:
    """What was asked for, byte by byte as the API answers it."""
    return dump(as_json(record.levels[0]))


def dump(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _written(result: Result) -> dict[str, Any]:
    return {
        "id": result.question.id,
        "poll": result.poll,
        "kind": result.question.kind,
        "shown": result.shown,
        "received": result.received,
        "skipped": result.skipped,
        "counts": result.counts,
    }
