"""Which pictures a Swedish or Finnish word may mean, the likeliest first.

Our own words (`server/pictures/words.tsv`) go before Unicode's names and keywords (`names.tsv`).
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path

from server.domain.stems import stem

_FOLDER = Path(__file__).parent.parent / "pictures"
_LANGUAGES = ("sv", "fi")
_WORD = re.compile(r"\w+")
_SMALL_WORDS = {
    "sv": frozenset(["att", "den", "det", "en", "ett", "i", "med", "och", "om", "på", "som", "till"]),
    "fi": frozenset(["ja", "on", "se", "tai"]),
}
MAX_QUERY = 100
"""The most letters of a query that are read."""

_MOST_WORDS = 6
_LEAST_GUESSED = 4

# What a match costs: its quality, and where the word stands. One letter wrong and half a word are the last resort.
_OWN, _NAME, _KEYWORD = 0, 2, 8
_DOTTED, _SAME, _STEM, _START, _TYPO, _COMPOUND = 0, 0.3, 1, 5, 20, 30
_INSIDE = 0.5
_LATER = 0.01
_BETWEEN = ", "


_Row = Sequence[str]
"""A line of one of our lists: what a picture is called in each language, then its keywords."""


@dataclass(frozen=True)
class _Index:
    """What the pictures of each word cost; which words are meant without dots and rings; by a stem; those in order."""

    dotted: Mapping[str, Mapping[str, float]]
    words: Mapping[str, Sequence[str]]
    stems: Mapping[str, Sequence[str]]
    sorted: Sequence[str]


def search(query: str, lang: str) -> list[str]:
    """The pictures that `query` may mean in this language (`sv`, `fi`), the likeliest first; none for an empty one."""
    return _rank(query, lang, _index(lang))


def picture_name(hexcode: str, lang: str) -> str | None:
    """What a searchable picture is called."""
    own, other = _pictures().get(hexcode, (None, None))
    number = _LANGUAGES.index(lang)
    return other[number] if other else own[number].split(_BETWEEN)[0] if own else None


def search_texts(query: str, lang: str, texts: Mapping[str, str]) -> list[str]:
    """The keys of those `texts` that the query may mean, by the same rules: people's own pictures by their words."""
    return _rank(query, lang, _build(((key, [(float(_NAME), text)]) for key, text in texts.items()), lang))


def _rank(query: str, lang: str, index: _Index) -> list[str]:
    """Pictures that fit every word of the query before those that fit some; the cheapest first."""
    words = _words(query[:MAX_QUERY])[:_MOST_WORDS]
    telling = [word for word in words if word not in _SMALL_WORDS[lang]] or words
    found: dict[str, list[float]] = defaultdict(list)
    for word in telling:
        for picture, cost in _matches(word, lang, index).items():
            found[picture].append(cost)
    phrase: dict[str, float] = {}
    if len(words) > 1:
        _take(phrase, index, _plain(" ".join(words)), 0)
    for picture, cost in phrase.items():
        found[picture] = [*[0.0] * (len(telling) - 1), min(cost, *found[picture])]
    order = {picture: (-len(costs), sum(costs)) for picture, costs in found.items()}
    return sorted(order, key=order.__getitem__)


def _matches(word: str, lang: str, index: _Index) -> dict[str, float]:
    """Every picture with a word that this one may stand for, and what it costs."""
    found: dict[str, float] = {}
    plain = _plain(word)
    _add(found, index.dotted.get(word, {}), _DOTTED)
    _take(found, index, plain, _SAME)
    for same in index.stems.get(stem(plain, lang), ()):
        _take(found, index, same, _STEM)
    for longer in _beginning_with(plain, index.sorted):
        _take(found, index, longer, _START)
    if not found and len(plain) >= _LEAST_GUESSED:
        for meant in _nearly(plain, index.words):
            _take(found, index, meant, _TYPO)
        for near in _nearly(stem(plain, lang), index.stems):
            for meant in index.stems[near]:
                _take(found, index, meant, _TYPO + _STEM)
    if not found and len(plain) >= _LEAST_GUESSED:
        for part in _parts_of(plain, index):
            _take(found, index, part, _COMPOUND)
    return found


def _add(found: dict[str, float], pictures: Mapping[str, float], cost: float) -> None:
    for picture, own in pictures.items():
        found[picture] = min(found.get(picture, own + cost), own + cost)


def _take(found: dict[str, float], index: _Index, plain: str, cost: float) -> None:
    """The pictures of a word without dots and rings."""
    for word in index.words.get(plain, ()):
        _add(found, index.dotted[word], cost)


def _beginning_with(start: str, words: Sequence[str]) -> Iterator[str]:
    at = bisect_left(words, start)
    while at < len(words) and words[at].startswith(start):
        yield words[at]
        at += 1


def _parts_of(token: str, index: _Index) -> list[str]:
    """The longest known words that a compound ends or begins with: `skolbibliotek` is a library."""
    ends = (token[at:] for at in range(1, len(token) - _LEAST_GUESSED + 1))
    starts = (token[:at] for at in range(len(token) - 1, _LEAST_GUESSED - 1, -1))
    found = (next((part for part in parts if part in index.words), None) for parts in (ends, starts))
    return [part for part in found if part]


def _nearly(typed: str, words: Iterable[str]) -> Iterator[str]:
    """Those one edit away: one edit leaves the beginning or the end as it is, which is quickly seen."""
    half = len(typed) // 2
    beginning, end = typed[: max(0, half - 1)], typed[half + 1 :]
    return (word for word in words if (word.startswith(beginning) or word.endswith(end)) and one_edit(typed, word))


def one_edit(typed: str, word: str) -> bool:
    """Whether one letter is missing, too much, another one, or two neighbours have changed places."""
    if abs(len(typed) - len(word)) > 1 or typed == word:
        return False
    at = 0
    while at < min(len(typed), len(word)) and typed[at] == word[at]:
        at += 1
    rest, other = typed[at:], word[at:]
    if len(rest) == len(other):
        return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    return rest[1:] == other if len(rest) > len(other) else rest == other[1:]


def _words(text: str) -> list[str]:
    """Words in Latin letters or digits, which is all our lists hold."""
    return [word for word in _WORD.findall(unicodedata.normalize("NFC", text.casefold())) if _plain(word)]


def _plain(words: str) -> str:
    """Without dots and rings, so that `akergarden` finds what `åkergården` finds."""
    return words if words.isascii() else unicodedata.normalize("NFD", words).encode("ascii", "ignore").decode()


@cache
def _pictures() -> dict[str, tuple[_Row | None, _Row | None]]:
    """What every searchable picture is called by us and by Unicode, in the order of our own list, then of OpenMoji."""
    own, others = _rows("words.tsv"), _rows("names.tsv")
    return {hexcode: (own.get(hexcode), others.get(hexcode)) for hexcode in {**own, **others}}


def _rows(name: str) -> dict[str, _Row]:
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {hexcode: row for hexcode, *row in rows}


def _terms(own: _Row | None, other: _Row | None, number: int) -> Iterator[tuple[float, str]]:
    """What a picture is called in the language of this number, and what that costs: the likeliest first."""
    for place, word in enumerate(own[number].split(_BETWEEN) if own else ()):
        yield _OWN + _LATER * place, word
    if other:
        yield _NAME, other[number]
        for place, word in enumerate(other[number + len(_LANGUAGES)].split("|")):
            yield _KEYWORD + _LATER * place, word


@cache
def _index(lang: str) -> _Index:
    """Takes some thirty milliseconds; most processes never search."""
    number = _LANGUAGES.index(lang)
    return _build(((hexcode, _terms(*rows, number)) for hexcode, rows in _pictures().items()), lang)


def _build(pictures: Iterable[tuple[str, Iterable[tuple[float, str]]]], lang: str) -> _Index:
    """A word inside a phrase costs a little more than the same word alone."""
    dotted: dict[str, dict[str, float]] = {}

    def note(word: str, picture: str, cost: float) -> None:
        costs = dotted.setdefault(word, {})
        if cost < costs.get(picture, inf):
            costs[picture] = cost

    for picture, terms in pictures:
        for cost, phrase in terms:
            parts = _words(phrase)
            note(" ".join(parts), picture, cost)
            for part in parts if len(parts) > 1 else ():
                note(part, picture, cost + _INSIDE)
    words: dict[str, list[str]] = {}
    for word in dotted:
        words.setdefault(_plain(word), []).append(word)
    stems: dict[str, list[str]] = {}
    for word in words:
        stems.setdefault(stem(word, lang), []).append(word)
    return _Index(dotted, words, stems, sorted(words))
