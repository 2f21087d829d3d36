"""How hard a text is to read and what makes it hard: words, sentences, LIX, negations. Knows no poll."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"\{\w+\}|[^\W\d_]+(?:[-'’][^\W\d_]+)*|\d+")
# Looks at a row of signs once, from its first: otherwise a text of full stops alone takes the square of its length.
_SENTENCE_ENDS = re.compile(r"(?<![.!?:…])[.!?:…]+(?=\s|$|[”\"])")
_LONG = 7
_ENOUGH_WORDS = 20

_NEGATIONS = {
    "sv": frozenset(["inte", "inga", "ingen", "inget", "ingenting", "aldrig", "ej", "icke", "utan"]),
    "fi": frozenset(["ei", "en", "et", "emme", "ette", "eivät", "älä", "älkää", "ilman"]),
}


def words(text: str) -> list[str]:
    """The words of a text; a number is a word, and so is what stands for one, as `{coins}`."""
    return _WORD.findall(text)


def lix(texts: Iterable[str]) -> int | None:
    """Words per sentence plus the percentage of words longer than six letters (C. H. Björnsson, Läsbarhet, 1968).

    None below 20 words, where one long word more or less would decide.
    """
    count = long = sentences = 0
    for text in texts:
        found = words(text)
        count += len(found)
        long += sum(len(word) >= _LONG for word in found)
        sentences += max(1, len(_SENTENCE_ENDS.findall(text))) if found else 0
    return round(count / sentences + 100 * long / count) if count >= _ENOUGH_WORDS else None


def negations(text: str, lang: str) -> tuple[str, ...]:
    """The words that turn a sentence of that language round, as they stand in the text."""
    return tuple(word for word in words(text) if word.casefold() in _NEGATIONS.get(lang, frozenset()))
