"""Which pictures a Swedish or Finnish word may mean, the likeliest first.

Our own words (`server/pictures/words.tsv`) go before Unicode's names and keywords (`names.tsv`).
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True)
class Named:
    """A picture and what it is called, by language; `terms` are (cost, phrase) pairs, the first ones the likeliest."""

    hexcode: str
    name: Mapping[str, str]
    terms: Mapping[str, Sequence[tuple[float, str]]]


@dataclass(frozen=True)
class _Index:
    """What the pictures of each word cost, with its dots and rings and without; of each stem; the words in order."""

    dotted: Mapping[str, Mapping[str, float]]
    words: Mapping[str, Mapping[str, float]]
    stems: Mapping[str, Mapping[str, float]]
    sorted: Sequence[str]


def search(query: str, lang: str) -> list[str]:
    """The pictures that `query` may mean in this language (`sv`, `fi`), the likeliest first; none for an empty one."""
    return _rank(query, lang, _index(lang))


def picture_name(hexcode: str, lang: str) -> str | None:
    """What a searchable picture is called."""
    found = _pictures().get(hexcode)
    return found.name[lang] if found else None


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
    for picture, cost in index.words.get(_plain(" ".join(words)), {}).items() if len(words) > 1 else ():
        found[picture] = [*[0.0] * (len(telling) - 1), min(cost, *found[picture])]
    order = {picture: (-len(costs), sum(costs)) for picture, costs in found.items()}
    return sorted(order, key=order.__getitem__)


def _matches(word: str, lang: str, index: _Index) -> dict[str, float]:
    """Every picture with a word that this one may stand for, and what it costs."""
    found: dict[str, float] = {}
    plain = _plain(word)
    _add(found, index.dotted.get(word, {}), _DOTTED)
    _add(found, index.words.get(plain, {}), _SAME)
    _add(found, index.stems.get(stem(plain, lang), {}), _STEM)
    for longer in _beginning_with(plain, index.sorted):
        _add(found, index.words[longer], _START)
    if not found and len(plain) >= _LEAST_GUESSED:
        for meant in _nearly(plain, index.words):
            _add(found, index.words[meant], _TYPO)
        for meant in _nearly(stem(plain, lang), index.stems):
            _add(found, index.stems[meant], _TYPO + _STEM)
    if not found and len(plain) >= _LEAST_GUESSED:
        for part in _parts_of(plain, index):
            _add(found, index.words[part], _COMPOUND)
    return found


def _add(found: dict[str, float], pictures: Mapping[str, float], cost: float) -> None:
    for picture, own in pictures.items():
        found[picture] = min(found.get(picture, own + cost), own + cost)


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
    return unicodedata.normalize("NFD", words).encode("ascii", "ignore").decode()


@cache
def _pictures() -> dict[str, Named]:
    """Every searchable picture by its name, in the order of our own list and then of OpenMoji."""
    own = {row[0]: row[1:] for row in _rows("words.tsv")}
    others = {row[0]: row[1:] for row in _rows("names.tsv")}
    return {hexcode: _named(hexcode, own.get(hexcode), others.get(hexcode)) for hexcode in {**own, **others}}


def _rows(name: str) -> list[list[str]]:
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _named(hexcode: str, own: Sequence[str] | None, other: Sequence[str] | None) -> Named:
    """Named by Unicode where it has a name, else by the first of our own words."""
    names, terms = {}, {}
    for number, lang in enumerate(_LANGUAGES):
        said = own[number].split(", ") if own else []
        names[lang] = other[number] if other else said[0]
        keywords = other[number + 2].split("|") if other else []
        terms[lang] = [
            *((_OWN + _LATER * place, word) for place, word in enumerate(said)),
            *([(float(_NAME), other[number])] if other else []),
            *((_KEYWORD + _LATER * place, word) for place, word in enumerate(keywords)),
        ]
    return Named(hexcode, names, terms)


@cache
def _index(lang: str) -> _Index:
    return _build(((hexcode, named.terms[lang]) for hexcode, named in _pictures().items()), lang)


def _build(pictures: Iterable[tuple[str, Collection[tuple[float, str]]]], lang: str) -> _Index:
    """A word inside a phrase costs a little more than the same word alone."""
    dotted: dict[str, dict[str, float]] = defaultdict(dict)
    for picture, terms in pictures:
        for cost, phrase in terms:
            parts = _words(phrase)
            _add(dotted[" ".join(parts)], {picture: cost}, 0)
            for part in parts if len(parts) > 1 else ():
                _add(dotted[part], {picture: cost}, _INSIDE)
    words: dict[str, dict[str, float]] = defaultdict(dict)
    for word, found in dotted.items():
        _add(words[_plain(word)], found, 0)
    stems: dict[str, dict[str, float]] = defaultdict(dict)
    for word, found in words.items():
        _add(stems[stem(word, lang)], found, 0)
    return _Index(dotted, words, stems, sorted(words))
