"""Whether children understand a picture without words: what they choose among, and what their choices say."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.draft_changes import Content, shown

MEANINGS = 4
"""Among how many meanings a child chooses."""

MOST_AT_ONCE = 12
"""How many pictures one child sees."""

_ALIKE = ("yes_maybe_no", "place")
"""Kinds whose pictures are the same in every poll."""

NEEDED = 5
"""How many children must have seen a picture before anything is said of it."""

ENOUGH_PERCENT = 80
"""The aim of docs/pilot.md: for a child who cannot read the picture is the text."""


@dataclass(frozen=True)
class Pictured:
    """A picture that stands for a meaning; `key` is its place in the poll: `q1.home`, `q9.p1.outdoors`."""

    key: str
    picture: str
    text: Mapping[str, str]

    @property
    def question(self) -> str:
        return self.key.partition(".")[0]


@dataclass(frozen=True)
class Tried:
    """How many children saw a picture, and how many of them took it for what it means."""

    saw: int = 0
    understood: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.understood / self.saw) if self.saw else 0

    @property
    def is_doubtful(self) -> bool:
        """Too few understood it; of fewer than `NEEDED` children nothing is said."""
        return self.saw >= NEEDED and 100 * self.understood < ENOUGH_PERCENT * self.saw


def list_pictured(content: Content) -> list[Pictured]:
    """Every option of a draft that has a picture of its own and a text, in its order."""
    questions = [each for each in shown(content).get("questions", ()) if each["id"] != "exit"]
    return [
        Pictured(f"{question['id']}.{path}", option["emojiHex"], option["text"])
        for question in questions
        if question["kind"] not in _ALIKE
        for path, option in _options(question)
        if option.get("emojiHex") and isinstance(option.get("text"), dict)
    ]


def meanings(known: Sequence[Pictured], one: Pictured, lang: str, rng: random.Random) -> list[Pictured]:
    """`one` among others with other words, in an order that tells nothing: those of its own question come first."""
    others = {each.text[lang]: each for each in known if each.text.get(lang) and each.picture != one.picture}
    others.pop(one.text[lang], None)
    near = [each for each in others.values() if each.question == one.question]
    far = [each for each in others.values() if each.question != one.question]
    picked = [*rng.sample(near, len(near)), *rng.sample(far, len(far))][: MEANINGS - 1]
    return rng.sample([one, *picked], len(picked) + 1)


def pick(known: Sequence[Pictured], lang: str, rng: random.Random) -> list[Pictured]:
    """The pictures for one child, by chance: those that have words in this language."""
    there = [each for each in known if each.text.get(lang)]
    return rng.sample(there, min(len(there), MOST_AT_ONCE))


def _options(question: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for option in question.get("options", ()):
        yield option["id"], option
    for pair in question.get("pairs", ()):
        for option in pair.get("options", ()):
            yield f"{pair['id']}.{option['id']}", option
