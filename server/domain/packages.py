"""Reads a poll package's `poll.json` part by part, and says where it is wrong. Knows the questions, not the poll."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.domain.errors import N_
from server.domain.questions import KINDS, TENTHS, MayShow, Option, Pair, Question, Text

LANGUAGES = ("sv", "fi")
"""Those that every text must have; a poll may have further ones for its children."""

MOST_FURTHER = 6
SCENES = {"invented-village": frozenset({"school", "forest", "river", "field", "shop", "homes"})}
"""The drawings that places lie in, with their zones."""

MAX_OPTIONS = 6
MAX_CHARS = 280
_ID = re.compile(r"[a-z][a-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_PURSES = [coins for coins in range(1, TENTHS + 1) if TENTHS % coins == 0]
_LEAST_OPTIONS = {"idea": 0, "this_or_that": 0}
MOST_LETTERS = 4000
_MOST_LISTED = 100
_LONGEST_PATH = 200
# Signs that no database or browser takes as text, and those that turn what follows the other way round.
_STRANGE = {"Cc", "Cs"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class PollError(ValueError):
    """What is wrong in a poll package, with the path to it: `questions[6].coins: …`.

    `message` is a text of the catalogues, to be filled with `values`.
    """

    def __init__(self, path: str, message: str, values: Mapping[str, object]) -> None:
        super().__init__(f"{path}: {message % values}")
        self.path = path
        self.message = message
        self.values = values


@dataclass(frozen=True)
class Part:
    """A value in a package and the path that leads to it; `further` are the languages its texts may have besides.

    Every reader raises PollError.
    """

    path: str
    value: Any
    further: tuple[str, ...] = ()

    def error(self, message: str, **values: object) -> PollError:
        return PollError(self.path[:_LONGEST_PATH] or "poll.json", message, values)

    def __getitem__(self, key: str) -> "Part":
        found = self.maybe(key)
        if found is None:
            raise Part(self._below(key), None).error(N_("is missing"))
        return found

    def maybe(self, key: str) -> "Part | None":
        return self.named().get(key)

    def named(self) -> Mapping[str, "Part"]:
        if not isinstance(self.value, dict):
            raise self.error(N_("must be an object"))
        return {str(key): Part(self._below(str(key)), value, self.further) for key, value in self.value.items()}

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def parts(self, most: int = _MOST_LISTED) -> list["Part"]:
        if not isinstance(self.value, list):
            raise self.error(N_("must be a list"))
        if len(self.value) > most:
            raise self.error(N_("must hold at most %(most)s entries"), most=most)
        return [Part(f"{self.path}[{number}]", value, self.further) for number, value in enumerate(self.value)]

    def string(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(N_("must be a text that is not empty"))
        if len(self.value) > MOST_LETTERS:
            raise self.error(N_("must have at most %(most)s letters"), most=MOST_LETTERS)
        if not is_plain(self.value):
            raise self.error(N_("must be plain text without control characters"))
        return self.value

    def id(self) -> str:
        if not isinstance(self.value, str) or not _ID.fullmatch(self.value):
            raise self.error(N_("must be an id of small letters, digits and _"))
        return self.value

    def number(self, least: int, most: int) -> int:
        if type(self.value) is not int or not least <= self.value <= most:
            raise self.error(N_("must be a whole number from %(least)s to %(most)s"), least=least, most=most)
        return self.value

    def flag(self, key: str) -> bool:
        found = self.maybe(key)
        if found is not None and not isinstance(found.value, bool):
            raise found.error(N_("must be true or false"))
        return bool(found and found.value)

    def text(self) -> Text:
        """In every language that must be there, and in those of the further ones that it is written in."""
        besides = {language: self.maybe(language) for language in self.further}
        return {language: self[language].string() for language in LANGUAGES} | {
            language: found.string() for language, found in besides.items() if found and found.value
        }

    def text_at(self, key: str) -> Text | None:
        found = self.maybe(key)
        return found.text() if found else None

    def ids(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """The ids listed at `key`, each known and named once; none when there is no such list."""
        found = self.maybe(key)
        listed = found.parts() if found else []
        return _different([(part, part.one_of(known)) for part in listed])

    def one_of(self, known: Collection[str]) -> str:
        if self.value not in list(known):
            raise self.error(N_("must be one of %(known)s"), known=", ".join(sorted(known)))
        return str(self.value)


def is_language(code: object) -> bool:
    """Whether it has the form of a language's code, as `en`."""
    return isinstance(code, str) and _LANGUAGE.fullmatch(code) is not None


def list_further(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The further languages of a poll that was read before, also of a draft."""
    return tuple(each["id"] for each in content.get("languages", ()))


def read_whole(content: Mapping[str, Any]) -> tuple[Part, tuple[Option, ...]]:
    """A whole `poll.json`, ready to be read in all its languages; and its further ones, named in those of the staff."""
    part = Part("", dict(content))
    listed = part.maybe("languages")
    parts = listed.parts(MOST_FURTHER) if listed else []
    named = [Option(_language(one["id"]), "1F4AC", one["text"].text()) for one in parts]
    _different([(one, language.id) for one, language in zip(parts, named, strict=True)])
    return replace(part, further=tuple(language.id for language in named)), tuple(named)


def _language(part: Part) -> str:
    if not is_language(part.value) or part.value in LANGUAGES:
        raise part.error(N_("must be the code of a further language, such as en"))
    return str(part.value)


def read_option(part: Part) -> Option:
    return Option(part["id"].id(), part["emojiHex"].string(), part["text"].text())


def changed(part: Part, overrides: Part | None) -> Part:
    """A question with what a profile changes in it."""
    parts = {**part.named(), **(overrides.named() if overrides else {})}
    return Part(part.path, {name: one.value for name, one in parts.items()}, part.further)


def read_question(part: Part, youngest: int = 0) -> Question:
    """The question as a profile meets it whose youngest child is in grade `youngest`."""
    kind = part["kind"].one_of(KINDS)
    options = _options(part, _LEAST_OPTIONS.get(kind, 2))
    ids = [option.id for option in options]
    coins = _coins(part) if kind == "budget" else 0
    picture = part.maybe("emojiHex")
    question = Question(
        id=part["id"].id(),
        kind=kind,
        picture=picture.string() if picture else "",
        text=_filled(part["text"].text(), coins) or {},
        help=_filled(part.text_at("help"), coins),
        instruction=_filled(part.text_at("instruction"), coins) if kind != "idea" else None,
        options=options,
        max_select=_max_select(part, kind, len(options)),
        randomise=part.flag("randomise"),
        fixed_last=part.ids("fixedLast", ids),
        flip=part.flag("flipOrderForHalf"),
        sensitive=part.flag("sensitive"),
        wall=part.flag("wall"),
        coins=coins,
        pairs=_pairs(part) if kind == "this_or_that" else (),
        scene=_scene(part, ids) if kind == "place" else "",
    )
    return _idea(question, part, youngest) if kind == "idea" else question


def _filled(text: Text | None, coins: int) -> Text | None:
    return text and {language: written.replace("{coins}", str(coins)) for language, written in text.items()}


def _options(part: Part, least: int) -> tuple[Option, ...]:
    listed = part.maybe("options")
    parts = listed.parts() if listed else []
    if not least <= len(parts) <= MAX_OPTIONS:
        raise (listed or part).error(N_("must have %(least)s to %(most)s options"), least=least, most=MAX_OPTIONS)
    options = [(one, read_option(one)) for one in parts]
    _different([(one, option.id) for one, option in options])
    return tuple(option for _, option in options)


def _max_select(part: Part, kind: str, options: int) -> int:
    names = {"multi_choice": ("maxSelect", 1), "rank": ("maxRank", options)}
    if kind not in names:
        return 1
    name, usual = names[kind]
    found = part.maybe(name)
    return found.number(1, options) if found else usual


def _coins(part: Part) -> int:
    coins = part["coins"]
    if type(coins.value) is not int or coins.value not in _PURSES:
        raise coins.error(
            N_("must be one of %(known)s, so that a coin is whole tenths of a purse"),
            known=", ".join(map(str, _PURSES)),
        )
    return coins.value


def _pairs(part: Part) -> tuple[Pair, ...]:
    """Those of its pairs that `pairIds` names, or all."""
    listed = part["pairs"].parts()
    pairs = [(one, Pair(one["id"].id(), _options(one, 2))) for one in listed]
    for one, pair in pairs:
        if len(pair.options) > 2:
            raise one["options"].error(N_("must have 2 options"))
    ids = _different([(one, pair.id) for one, pair in pairs])
    wanted = part.ids("pairIds", ids) or ids
    if not wanted:
        raise part["pairs"].error(N_("must have a pair"))
    return tuple(pair for _, pair in pairs if pair.id in wanted)


def _scene(part: Part, ids: Collection[str]) -> str:
    scene = part["picture"].one_of(SCENES)
    for one, option in zip(part["options"].parts(), ids, strict=True):
        if option not in SCENES[scene]:
            raise one["id"].error(N_("is no zone of %(scene)s"), scene=scene)
    return scene


def _idea(question: Question, part: Part, youngest: int) -> Question:
    """With what is said around an idea; a profile with children too young to write has no input for text."""
    inputs = {one["id"].id(): one for one in part["inputs"].parts() if one.flag("enabled")}
    if "drawing" not in inputs:
        raise part["inputs"].error(N_("must have drawing enabled"))
    text, may_show = inputs.get("text"), part["mayShow"]
    text_from_grade = text["minGrade"].number(1, 6) if text else None
    writes = text_from_grade is not None and youngest >= text_from_grade
    names = ("drawing", "text") if writes else ("drawing",)
    return replace(
        question,
        instruction=part["instruction"]["+".join(names)].text(),
        inputs=tuple(read_option(inputs[name]) for name in names),
        text_from_grade=text_from_grade,
        max_chars=text["maxChars"].number(1, MAX_CHARS) if text else 0,
        stem=part.text_at("stem"),
        reminder=part["reminder"].text(),
        not_now=part["notNow"].text(),
        may_show=MayShow(may_show["text"].text(), may_show["yes"].text(), may_show["no"].text()),
    )


def is_plain(text: str) -> bool:
    """Whether a text holds only what can be kept and shown: no control characters, nothing that turns its direction."""
    return not any(
        letter in _TURNING or (unicodedata.category(letter) in _STRANGE and letter not in "\n\t") for letter in text
    )


def _different(found: Collection[tuple[Part, str]]) -> tuple[str, ...]:
    seen: list[str] = []
    for part, name in found:
        if name in seen:
            raise part.error(N_("%(name)s stands there twice"), name=name)
        seen.append(name)
    return tuple(seen)
