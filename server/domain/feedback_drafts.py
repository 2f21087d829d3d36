"""Feedback while it is written: new parts of it, and what is missing before it is shown and before it is an answer.

Knows no fields and no database.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.domain.draft_changes import shown
from server.domain.errors import DomainError
from server.domain.feedback import Content, Done
from server.domain.packages import LANGUAGES

MOST_PARTS = {"readers": 20, "cards": 12}
_TEXTS = ("decision", "reasons", "cannot", "next")
_ANSWERS = ("decision", "reasons", "next")


class Lack(StrEnum):
    """What a field lacks."""

    EMPTY = "empty"
    SWEDISH = "sv"
    FINNISH = "fi"
    PICTURE = "picture"
    CARDS = "cards"


@dataclass(frozen=True)
class Gap:
    """A field by its path, or the list of cards, and what it lacks."""

    path: str
    lack: Lack


def add_part(content: Content, name: str, today: str) -> str:
    """One more empty reader or card (`readers`, `cards`), of today; returns its path. Raises `bad_form`."""
    if name not in MOST_PARTS:
        raise DomainError("bad_form", [(name[:200], "unknown")])
    if len(shown(content)[name]) >= MOST_PARTS[name]:
        raise DomainError("bad_form", [(name, "too_many")])
    part: Content = {"id": f"{name[0]}{len(content[name]) + 1}", "day": today}
    if name == "cards":
        part |= {"emojiHex": "", "said": _no_text(), "did": _no_text(), "state": Done.IN_PROGRESS.value}
    else:
        part |= {"name": "", "role": _no_text()}
    content[name].append(part)
    return f"{name}.{part['id']}"


def list_gaps(content: Content, known: Collection[str]) -> list[Gap]:
    """What is missing before anything of it may be shown; `known` are the pictures there are."""
    found = shown(content)
    gaps = [Gap(f"{reader}.{name}", Lack.EMPTY) for reader, name in _empty(found["readers"], "readers", "name", "day")]
    gaps += [gap for each in found["readers"] for gap in _both(each["role"], f"readers.{each['id']}.role")]
    if any(found["decision"].values()) and not found["decidedOn"]:
        gaps.append(Gap("decidedOn", Lack.EMPTY))
    gaps += [gap for name in _TEXTS if any(found[name].values()) for gap in _both(found[name], name)]
    for card in found["cards"]:
        path = f"cards.{card['id']}"
        if card["emojiHex"] not in known:
            gaps.append(Gap(f"{path}.emojiHex", Lack.PICTURE))
        gaps += [gap for name in ("said", "did") for gap in _both(card[name], f"{path}.{name}")]
    return gaps + [Gap(f"{card}.day", Lack.EMPTY) for card, _name in _empty(found["cards"], "cards", "day")]


def list_answer_gaps(content: Content) -> list[Gap]:
    """What is missing besides before it is the answer that the children were promised."""
    found = shown(content)
    gaps = [Gap(f"{name}.{LANGUAGES[0]}", Lack.EMPTY) for name in _ANSWERS if not any(found[name].values())]
    return gaps if found["cards"] else [*gaps, Gap("cards", Lack.CARDS)]


def _no_text() -> dict[str, str]:
    return dict.fromkeys(LANGUAGES, "")


def _empty(parts: Collection[Mapping[str, Any]], root: str, *names: str) -> Iterator[tuple[str, str]]:
    return ((f"{root}.{part['id']}", name) for part in parts for name in names if not part[name])


def _both(text: Mapping[str, str], path: str) -> Iterator[Gap]:
    return (Gap(f"{path}.{lang}", Lack(lang)) for lang in LANGUAGES if not text[lang])
