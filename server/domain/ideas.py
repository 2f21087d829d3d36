"""An idea: what a child drew or wrote, as a tablet sends it. Is it ours, and does it fit its revision?

Knows no storage, no picture format and no child.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.consultations import Poll
from server.domain.packages import is_language
from server.domain.responses import Rejected, read_json

MAX_BYTES = 200 * 1024
MAX_TEXT = 280
MAX_STROKES = 1000
MAX_POINTS = 12_000
COLOURS = 4
_MAX_NAME = 64
_NEEDED = {"proto", "session", "question", "lang", "grades", "may_show"}
_OPTIONAL = {"text", "strokes", "colours"}
# Letters joined into one emoji need these two; every other invisible character goes.
_JOINERS = "\u200c\u200d"

Point = tuple[float, float, float]
Stroke = Sequence[Point]


@dataclass(frozen=True)
class Idea:
    """`strokes` are points (x, y, pressure) in 0…1 without any time; `colours` has one number for each stroke."""

    question: str
    lang: str
    grades: tuple[int, ...]
    may_show: bool
    text: str | None
    strokes: tuple[Stroke, ...]
    colours: tuple[int, ...]


def read_content(body: bytes) -> dict[str, Any] | None:
    """The JSON object in a body, or None when there is none."""
    try:
        content = read_json(body.decode())
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def read_idea(content: Mapping[str, Any]) -> Idea:
    """Raises Rejected: `bad_body` when it is not our shape or is empty, `too_large` above the limits of this module."""
    if not content.keys() >= _NEEDED or content.keys() - _NEEDED - _OPTIONAL:
        raise Rejected("bad_body")
    question, lang, grades, may_show = (content[name] for name in ("question", "lang", "grades", "may_show"))
    if not _is_name(question) or not isinstance(may_show, bool) or not is_language(lang):
        raise Rejected("bad_body")
    if not isinstance(grades, list) or not all(type(grade) is int for grade in grades):
        raise Rejected("bad_body")
    text, strokes = _text(content.get("text")), _strokes(content.get("strokes", []))
    if not text and not strokes:
        raise Rejected("bad_body")
    colours = _colours(content.get("colours"), len(strokes))
    return Idea(question, lang, tuple(grades), may_show, text, strokes, colours)


def suits(poll: Poll, profile: str, idea: Idea) -> bool:
    """Whether children with this profile are asked for an idea here in this language, for writing if it has text."""
    question = poll.asked(profile).get(idea.question)
    if question is None or question.kind != "idea" or idea.lang not in poll.languages:
        return False
    asked = {way.id for way in question.inputs}
    return (not idea.strokes or "drawing" in asked) and (idea.text is None or "text" in asked)


def band(grades: Sequence[int]) -> str:
    """All that is kept of a child's age: `1-2`, `3-6`, or `1-6` for a group on both sides."""
    low, high = min(grades) <= 2, max(grades) >= 3
    return "1-6" if low and high else "1-2" if low else "3-6"


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_NAME and value.isprintable()


def _text(value: object) -> str | None:
    """What was written, without control and other invisible characters; None when nothing is left."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise Rejected("bad_body")
    if len(value) > MAX_TEXT:
        raise Rejected("too_large")
    kept = (sign for sign in value if sign in "\n" + _JOINERS or not unicodedata.category(sign).startswith("C"))
    return "".join(kept).strip() or None


def _strokes(value: object) -> tuple[Stroke, ...]:
    if not isinstance(value, list):
        raise Rejected("bad_body")
    if len(value) > MAX_STROKES:
        raise Rejected("too_large")
    strokes = tuple(_stroke(stroke) for stroke in value)
    if sum(map(len, strokes)) > MAX_POINTS:
        raise Rejected("too_large")
    return strokes


def _stroke(value: object) -> Stroke:
    if not isinstance(value, list) or not value or not all(map(_is_point, value)):
        raise Rejected("bad_body")
    return [(x, y, pressure) for x, y, pressure in value]


def _is_point(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(type(part) in (int, float) and 0 <= part <= 1 for part in value)
    )


def _colours(value: object, strokes: int) -> tuple[int, ...]:
    if value is None:
        return (0,) * strokes
    if not isinstance(value, list) or len(value) != strokes:
        raise Rejected("bad_body")
    if not all(type(colour) is int and 0 <= colour < COLOURS for colour in value):
        raise Rejected("bad_body")
    return tuple(value)
