"""What changes the build of a draft: parts come, go, come back and change places. What was taken away stays marked.

Knows no fields and no database.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.domain.consultations import MINI, MOST_PROFILES
from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES, MAX_OPTIONS, MOST_FURTHER, list_further
from server.domain.questions import KINDS

Content = dict[str, Any]
Suggest = Callable[[Mapping[str, str]], str]
"""A picture for a text in each language, or an empty text."""

REMOVED = "removed"
MOST_QUESTIONS = 30
MOST_LINES = 10
_USUAL_MINUTES = 8
_YOUNG = 2
_YOUNG_PURSE = 5
_MINI_QUESTIONS = 3
_USUAL_PICTURE = "1F4AC"
_FACES = (
    ("not_good", "1F641", {"sv": "Inte så bra", "fi": "Ei kovin hyvä"}),
    ("between", "1F610", {"sv": "Mittemellan", "fi": "Siltä väliltä"}),
    ("good", "1F642", {"sv": "Bra", "fi": "Hyvä"}),
)


def shown(content: Content) -> Content:
    """The draft without what was taken away."""
    kept: Content = _without_removed(content)
    ids = {question["id"] for question in kept.get("questions", ())}
    for profile in kept.get("gradeProfiles", ()):
        profile["questionIds"] = [each for each in profile.get("questionIds", ()) if each in ids]
        overrides = profile.get("overrides", {})
        profile["overrides"] = {each: change for each, change in overrides.items() if each in ids and change}
    for question in kept.get("questions", ()):
        options = {option["id"] for option in question.get("options", ())}
        if "fixedLast" in question:
            question["fixedLast"] = [each for each in question["fixedLast"] if each in options]
        for most in ("maxSelect", "maxRank"):
            if options and most in question:
                question[most] = min(question[most], len(options))
    return kept


def _without_removed(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_removed(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_without_removed(each) for each in part if not (isinstance(each, dict) and each.get(REMOVED))]
    return part


def add_question(
    content: Content,
    kind: str,
    text: Mapping[str, str],
    labels: Sequence[Mapping[str, str]],
    usual: Mapping[str, Any],
    suggest: Suggest,
) -> str:
    """A new question before the exit check, asked in every profile that it suits; returns its id.

    `usual` is what questions of this kind say alike, `labels` are its options, or its pairs one after another.
    Raises `bad_form`.
    """
    questions = content["questions"]
    if kind not in KINDS or len(questions) >= MOST_QUESTIONS:
        raise DomainError("bad_form", [("kind", "unknown" if kind not in KINDS else "too_many")])
    if len(labels) > (2 * MAX_OPTIONS if kind == "this_or_that" else MAX_OPTIONS):
        raise DomainError("bad_form", [("options", "too_many")])
    question: Content = copy.deepcopy({"text": {}, "emojiHex": _USUAL_PICTURE, **usual})
    question |= {"id": _fresh("q", questions), "kind": kind}
    if any(text.values()):
        question["text"] = dict(text)
    question["text"] = {lang: question["text"].get(lang, "") for lang in LANGUAGES}
    _fill(question, labels, suggest)
    exits = [at for at, each in enumerate(questions) if each["id"] == "exit"]
    questions.insert(exits[0] if exits else len(questions), question)
    _ask(content, question)
    return str(question["id"])


def _fill(question: Content, labels: Sequence[Mapping[str, str]], suggest: Suggest) -> None:
    """Options or pairs with these labels; two empty ones where a kind has no usual ones."""
    kind = question["kind"]
    if kind in ("idea", "place", "yes_maybe_no"):
        return
    if kind == "smiley" and not labels:
        question["options"] = [{"id": name, "emojiHex": face, "text": dict(said)} for name, face, said in _FACES]
        return
    options: list[Content] = []
    for label in labels or ({}, {}):
        options.append(_option(_fresh("o", options), label, suggest))
    if kind == "this_or_that":
        if len(options) % 2:
            options.append(_option(_fresh("o", options), {}, suggest))
        pairs = zip(options[::2], options[1::2], strict=True)
        question["pairs"] = [{"id": f"p{at}", "options": list(pair)} for at, pair in enumerate(pairs, 1)]
    else:
        question["options"] = options


def _option(name: str, label: Mapping[str, str], suggest: Suggest) -> Content:
    return {"id": name, "emojiHex": suggest(label), "text": {lang: label.get(lang, "") for lang in LANGUAGES}}


def _ask(content: Content, question: Content) -> None:
    """Ranking is for those who read; a young child has five coins; two minutes hold three questions."""
    order = [each["id"] for each in content["questions"]]
    for profile in content.get("gradeProfiles", ()):
        is_young = min(profile.get("grades") or [1]) <= _YOUNG
        asked = profile.setdefault("questionIds", [])
        is_full = profile["id"] == MINI and len({*asked} - {"exit"}) >= _MINI_QUESTIONS
        if (
            is_full
            or (profile["id"] == MINI and question["kind"] == "idea")
            or (question["kind"] == "rank" and is_young)
        ):
            continue
        profile["questionIds"] = [each for each in order if each in {*asked, question["id"]}]
        if question["kind"] == "budget" and is_young:
            profile.setdefault("overrides", {}).setdefault(question["id"], {})["coins"] = _YOUNG_PURSE


def add_part(content: Content, path: str) -> str:
    """One more empty option, pair, line or profile in the list at `path`; returns its path. Raises `bad_form`."""
    names = path.split(".")
    parts = _list_at(content, names)
    here = [part for part in parts if not part.get(REMOVED)]
    most = {"options": MAX_OPTIONS, "pairs": MAX_OPTIONS, "gradeProfiles": MOST_PROFILES}.get(names[-1], MOST_LINES)
    if names[-1] not in ("options", "pairs", "lines", "before", "during", "after", "gradeProfiles"):
        raise _unknown(path)
    if len(here) >= most:
        raise DomainError("bad_form", [(path, "too_many")])
    empty: Content = dict.fromkeys(LANGUAGES, "")
    if names[-1] == "options":
        name = _fresh("o", parts)
        parts.append(_option(name, {}, lambda _text: ""))
    elif names[-1] == "pairs":
        name = _fresh("p", parts)
        parts.append({"id": name, "options": [_option(each, {}, lambda _text: "") for each in ("o1", "o2")]})
    elif names[-1] == "gradeProfiles":
        name = _fresh("g", parts)
        asked = [each["id"] for each in content["questions"] if not each.get(REMOVED)]
        usual = {"targetMinutes": _USUAL_MINUTES, "overrides": dict[str, Any]()}
        parts.append({"id": name, "grades": [], "label": empty, "questionIds": asked, **usual})
    else:
        name = str(len(parts))
        parts.append({**empty, "emojiHex": _USUAL_PICTURE} if names[-1] == "lines" else empty)
    return f"{path}.{name}"


def move(content: Content, path: str, by: int) -> None:
    """Changes places with the next part shown (`by` 1) or the one before (-1); at the end nothing happens."""
    parts, at = _find(content, path)
    to = at + by
    while 0 <= to < len(parts) and parts[to].get(REMOVED):
        to += by
    if 0 <= to < len(parts):
        parts.insert(to, parts.pop(at))
    _follow(content)


def place(content: Content, path: str, at: str) -> None:
    """Takes the place of the part at `at`, which makes room. Raises `bad_form` unless both stand in one list."""
    parts, whence = _find(content, path)
    others, to = _find(content, at)
    if parts is not others:
        raise _unknown(at)
    parts.insert(to, parts.pop(whence))
    _follow(content)


def _follow(content: Content) -> None:
    """Every profile asks in the order of the questions."""
    order = [each.get("id") for each in content.get("questions", ())]
    for profile in content.get("gradeProfiles", ()):
        profile["questionIds"] = [each for each in order if each in profile.get("questionIds", ())]


def duplicate(content: Content, path: str) -> str:
    """The same question again, below; returns its id. Raises `bad_form`."""
    questions, at = _find(content, path)
    if path.split(".")[0] != "questions" or path.count(".") != 1 or len(questions) >= MOST_QUESTIONS:
        raise DomainError("bad_form", [(path, "too_many")])
    twin = {**copy.deepcopy(questions[at]), "id": _fresh("q", questions)}
    twin.pop(REMOVED, None)
    questions.insert(at + 1, twin)
    for profile in content.get("gradeProfiles", ()):
        overrides = profile.get("overrides", {})
        if questions[at]["id"] in overrides:
            overrides[twin["id"]] = copy.deepcopy(overrides[questions[at]["id"]])
        if questions[at]["id"] in profile.get("questionIds", ()):
            asked = {*profile["questionIds"], twin["id"]}
            profile["questionIds"] = [each["id"] for each in questions if each["id"] in asked]
    return str(twin["id"])


def remove(content: Content, path: str) -> None:
    parts, at = _find(content, path)
    parts[at][REMOVED] = True


def restore(content: Content, path: str) -> None:
    parts, at = _find(content, path)
    parts[at].pop(REMOVED, None)


def add_language(content: Content, code: str, name: Mapping[str, str]) -> None:
    """One more language for the children, whose `name` staff read. Raises `bad_form` when there are too many."""
    if code in list_further(content):
        return
    if len(list_further(content)) >= MOST_FURTHER:
        raise DomainError("bad_form", [("languages", "too_many")])
    content["languages"] = [*content.get("languages", ()), {"id": code, "text": dict(name)}]


def remove_language(content: Content, code: str) -> None:
    """Children are not offered it any more; what was written in it comes back with it."""
    content["languages"] = [each for each in content.get("languages", ()) if each["id"] != code]
    if not content["languages"]:
        del content["languages"]


def _find(content: Content, path: str) -> tuple[list[Content], int]:
    """The list a part stands in, and where. Raises `bad_form`."""
    *names, last = path.split(".")
    parts = _list_at(content, names)
    for at, part in enumerate(parts):
        if str(part.get("id", at)) == last:
            return parts, at
    raise _unknown(path)


def _list_at(content: Content, names: Sequence[str]) -> list[Content]:
    """A list of parts that may change. Raises `bad_form`."""
    found: Any = content if names and names[0] in _MOVABLE else None
    for name in names:
        if isinstance(found, list):
            found = next((part for part in found if part.get("id") == name), None)
        else:
            found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list) or not all(isinstance(part, dict) for part in found):
        raise _unknown(".".join(names))
    return found


_MOVABLE = {"cards", "readers", "questions", "introduction", "assent", "thanks", "teacher", "gradeProfiles"}


def _unknown(path: str) -> DomainError:
    return DomainError("bad_form", [(path[:200], "unknown")])


def _fresh(letter: str, parts: Sequence[Mapping[str, Any]]) -> str:
    taken = {part.get("id") for part in parts}
    return next(name for number in range(1, len(parts) + 2) if (name := f"{letter}{number}") not in taken)
