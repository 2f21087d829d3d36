"""A poll with a further language, in words that tell what they translate."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

ENGLISH: dict[str, Any] = {"id": "en", "text": {"sv": "Engelska", "fi": "Englanti"}}
_GROWN_UP = {"teacher", "guardianNotice", "gradeProfiles", "resultBands", "experience", "languages", "locales"}


def texts_for_children(content: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Every text that children meet, to be changed."""
    yield from _texts({name: part for name, part in content.items() if name not in _GROWN_UP})


def in_english(content: Mapping[str, Any], words: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The poll with an English column; `words` by the Swedish text, else one that names it."""
    # Ready polls say the same thing by the same object.
    made = {**json.loads(json.dumps(content)), "languages": [ENGLISH]}
    for text in texts_for_children(made):
        text["en"] = (words or {}).get(text["sv"], f"English for: {text['fi'][:20]}")
    return made


def _texts(part: Any) -> Iterator[dict[str, str]]:
    if isinstance(part, dict) and "sv" in part:
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)
