"""A poll, consultation or feedback that is being written: its fields by path, and what may be written into each.

A path names its way by ids, as `questions.q1.options.home.text.sv`. Knows no rules of good polls and no database.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.domain.errors import DomainError
from server.domain.feedback import Done, empty_feedback
from server.domain.packages import LANGUAGES, MAX_OPTIONS, list_further
from server.domain.questions import TENTHS
from server.domain.sessions import GRADES

Content = dict[str, Any]

ON = "on"
PURSES = tuple(coins for coins in range(1, TENTHS + 1) if TENTHS % coins == 0)
FACT_TEXTS = ("title", "purpose", "decider", "canChange")
FACT_DATES = ("begins", "ends", "feedbackBy")
_FACTS = {*FACT_TEXTS, *FACT_DATES, "areas", "grades"}
_DATES = {*FACT_DATES, "meeting", "decidedOn", "day"}
_ONE_LANGUAGE = {"name", "caseNumber"}
"""Texts that are the same for every reader."""

_CHILDREN_READ = {"title", "subtitle", "introduction", "assent", "practice", "questions", "thanks", "stopDialog"}
_CHILDREN_MEET = _CHILDREN_READ | {"coverEmojiHex"}
_PARTS = _CHILDREN_MEET | {"teacher", "guardianNotice", "gradeProfiles"}
_OPTIONAL = {"help", "instruction", "stem", "purpose", "decider", "canChange"}
_PICTURES = {"emojiHex", "coverEmojiHex"}
_FLAGS = {"sensitive", "wall", "randomise", "flipOrderForHalf", "enabled"}
_MEMBERS = {
    "questionIds": {("gradeProfiles", 4)},
    "grades": {("gradeProfiles", 4), ("grades", 2)},
    "pairIds": {("gradeProfiles", 6)},
    "fixedLast": {("questions", 4)},
    "areas": {("areas", 2)},
}
"""Lists whose members are fields: where such a list stands, by the path's first name and length."""
_NUMBERS: dict[str, tuple[int, ...]] = {
    "coins": PURSES,
    "maxSelect": tuple(range(1, MAX_OPTIONS + 1)),
    "maxRank": tuple(range(1, MAX_OPTIONS + 1)),
    "targetMinutes": tuple(range(1, 61)),
    "minGrade": tuple(GRADES),
}
_MOST_CHARS = {
    "guardianNotice": 3000,
    "teacher": 600,
    "cards": 200,
    **dict.fromkeys(("purpose", "canChange", "decision", "reasons", "cannot", "next"), 1500),
}
_USUAL_CHARS = 300
_NAME = re.compile(r"[A-Za-z0-9_+-]{1,40}")
_MOST_NAMES = 8
# A text must not turn the reading direction of what stands around it, nor carry what no one sees.
_UNSEEN = {*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200B, 0x2060, 0xFEFF}


@dataclass(frozen=True)
class Slot:
    """One field: where it stands, and how it is read and written as a form's text."""

    path: str
    kind: str
    holder: Any
    key: str
    content: Content

    @property
    def value(self) -> str:
        """A flag or member is `on` or empty."""
        if self.kind == "member":
            return ON if self._member in self._members() else ""
        found = self.holder.get(self.key)
        if self.kind == "flag":
            return ON if found is True else ""
        return "" if found is None else str(found)

    def written(self, value: str) -> str:
        """What would stand there for this input. Raises `bad_form` naming the path and what is wrong."""
        if self.kind == "text":
            return short_text(self.path, value)
        if self.kind == "picture" and not (value == "" or _NAME.fullmatch(value)):
            raise self._error("unknown")
        if self.kind == "number" and value not in ("", *map(str, _NUMBERS[self.key])):
            raise self._error("number")
        if self.kind == "date" and not _is_date(value):
            raise self._error("date")
        if self.kind == "choice" and value not in list(Done):
            raise self._error("unknown")
        return (ON if value else "") if self.kind in ("flag", "member") else value

    def write(self, value: str) -> None:
        """Writes what `written` gave."""
        if self.kind == "member":
            self._set_member(bool(value))
        elif self.kind == "flag":
            self.holder[self.key] = value == ON
        elif self.kind == "number":
            self.holder.pop(self.key, None)
            if value:
                self.holder[self.key] = int(value)
        else:
            self.holder[self.key] = value

    def _error(self, what: str) -> DomainError:
        return DomainError("bad_form", [(self.path, what)])

    @property
    def _list(self) -> str:
        return self.path.split(".")[-2]

    @property
    def _member(self) -> Any:
        return int(self.key) if self._list == "grades" else self.key

    def _known(self) -> list[Any]:
        """What may be a member, in its order."""
        if self._list == "grades":
            return list(GRADES)
        if self._list == "questionIds":
            return [each["id"] for each in self.content.get("questions", ())]
        if self._list == "pairIds":
            question = self.path.split(".")[-3]
            return [pair["id"] for pair in _of_id(self.content["questions"], question).get("pairs", ())]
        if self._list == "fixedLast":
            return [option["id"] for option in self.holder.get("options", ())]
        return [*self.holder.get("areas", ()), self.key]

    def _members(self) -> list[Any]:
        found = self.holder.get(self._list)
        everything = self._known() if self._list == "pairIds" else []
        return list(everything if found is None else found)

    def _set_member(self, is_in: bool) -> None:
        wanted = [each for each in self._members() if each != self._member] + ([self._member] if is_in else [])
        known = list(dict.fromkeys(self._known()))
        if self._member not in known:
            raise self._error("unknown")
        self.holder[self._list] = [each for each in known if each in wanted]
        if self._list == "pairIds" and self.holder[self._list] == known:
            del self.holder[self._list]


def find_slot(content: Content, path: str) -> Slot:
    """The field at `path`; texts that may be missing are made room for. Raises `bad_form` for any other path."""
    names = path.split(".")
    unknown = DomainError("bad_form", [(path[:200], "unknown")])
    roots = _PARTS if "gradeProfiles" in content else empty_feedback() if "cards" in content else _FACTS
    if len(names) > _MOST_NAMES or names[0] not in roots or not all(map(_NAME.fullmatch, names)):
        raise unknown
    holder: Any = content
    is_member = len(names) > 1 and (names[0], len(names)) in _MEMBERS.get(names[-2], ())
    for name in names[: -2 if is_member else -1]:
        holder = _step(holder, name, content)
        if not isinstance(holder, dict | list):
            raise unknown
    kind = "member" if is_member else _kind(holder, names[-1], list_languages(content, path))
    if kind is None or not isinstance(holder, dict) or (names[-2:-1] == ["grades"] and not _is_grade(names[-1])):
        raise unknown
    return Slot(path, kind, holder, names[-1], content)


def list_languages(content: Content, path: str) -> tuple[str, ...]:
    """The languages that a text at `path` is written in: further ones where children read it."""
    return (*LANGUAGES, *(list_further(content) if path.split(".")[0] in _CHILDREN_READ else ()))


def _step(holder: Any, name: str, content: Content) -> Any:
    if isinstance(holder, list):
        return _of_id(holder, name) or (holder[int(name)] if _is_index(holder, name) else None)
    if name in holder:
        return holder[name]
    is_override = any(holder is profile.get("overrides") for profile in content.get("gradeProfiles", ()))
    if name in _OPTIONAL or (is_override and _of_id(content.get("questions", []), name)):
        holder[name] = {}
        return holder[name]
    return None


def _kind(holder: Any, name: str, languages: Collection[str]) -> str | None:
    """The kind of a field, None when there is no such field."""
    if not isinstance(holder, dict):
        return None
    if name in languages:
        return "text" if not holder or any(lang in holder for lang in LANGUAGES) else None
    is_known = name in holder or "kind" in holder
    if name in _PICTURES:
        return "picture" if is_known or "text" in holder or any(lang in holder for lang in LANGUAGES) else None
    if name in _NUMBERS:
        return "number" if is_known or not holder else None
    if name in _FLAGS:
        return "flag" if is_known else None
    if name in _ONE_LANGUAGE or name == "state":
        return ("choice" if name == "state" else "text") if name in holder else None
    return "date" if name in _DATES and name in holder else None


def _of_id(parts: list[Any], name: str) -> Any:
    return next((part for part in parts if isinstance(part, dict) and part.get("id") == name), {})


def _is_index(parts: list[Any], name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 4 and int(name) < len(parts)


def _is_grade(name: str) -> bool:
    return name in map(str, GRADES)


def _is_date(value: str) -> bool:
    try:
        return value == "" or date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def as_facts(title: Mapping[str, str], facts: Mapping[str, Any]) -> Content:
    """What a consultation is about, for whom and when, with every field there is; its title stands there too."""
    texts = {name: {lang: facts.get(name, {}).get(lang, "") for lang in LANGUAGES} for name in FACT_TEXTS}
    dates = {name: facts.get(name, "") for name in FACT_DATES}
    lists = {name: list(facts.get(name, ())) for name in ("areas", "grades")}
    return {**texts, **dates, **lists, "title": dict(title)}


def most_chars(path: str) -> int:
    """How many characters the text at `path` may have."""
    return _MOST_CHARS.get(path.split(".")[0], _USUAL_CHARS)


def short_text(path: str, text: str) -> str:
    """The text cleaned. Raises `bad_form` naming `path` when it is too long for what a child reads."""
    short = cleaned(text)
    if len(short) > most_chars(path):
        raise DomainError("bad_form", [(path, "too_long")])
    return short


def cleaned(text: str) -> str:
    """One line's or paragraph's text: composed letters, no control characters, nothing that turns its direction."""
    kept = (letter for letter in unicodedata.normalize("NFC", text.replace("\r\n", "\n")) if not _is_unseen(letter))
    return "".join(kept).strip()


def _is_unseen(letter: str) -> bool:
    return letter != "\n" and (unicodedata.category(letter) == "Cc" or ord(letter) in _UNSEEN)
