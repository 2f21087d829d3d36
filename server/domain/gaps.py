"""What is missing before a draft can be published, place by place, and the draft as it is then published."""

from collections.abc import Collection, Iterator
from typing import Any

from server.domain.consultations import parse_poll
from server.domain.draft_changes import shown
from server.domain.drafts import FACT_TEXTS
from server.domain.findings import Finding, Rule, Severity
from server.domain.lint import lint
from server.domain.packages import LANGUAGES, PollError, list_further

Content = dict[str, Any]

_OPTIONAL = ("help", "instruction", "stem")
# What the rules of lint.py do not read, because no child does.
_GROWN_UP = ("teacher", "guardianNotice", "gradeProfiles")
_ELLIPSIS = "…"
_ANY_PICTURE = "1F4AC"


def complete(content: Content) -> Content:
    """What is published: without the parts taken away and without optional texts that nobody wrote."""
    return dict(_pruned(shown(content)))


def review(content: Content, known: Collection[str], *, strictly: bool = True) -> list[Finding]:
    """Everything that can be said against a draft, what blocks first; `known` are the pictures there are.

    `strictly` also lets the reader of published polls try it, which takes as long as all the rest.
    """
    found = complete(content)
    findings = [*lint(found, pictures=known), *_grown_up(found)]
    if strictly and not any(each.rule.severity == Severity.BLOCKS for each in findings):
        findings += _unreadable(found)
    return sorted(findings, key=lambda each: list(Severity).index(each.rule.severity))


def list_gaps(content: Content, known: Collection[str]) -> list[Finding]:
    """What blocks publishing."""
    return [each for each in review(content, known) if each.rule.severity == Severity.BLOCKS]


def list_fact_gaps(facts: Content) -> list[Finding]:
    """What of a consultation is said in one language only."""
    found = ((name, facts[name]) for name in FACT_TEXTS)
    return [
        Finding(Rule.TRANSLATION_MISSING, name, lang=lang)
        for name, text in found
        for lang in LANGUAGES
        if any(text.values()) and not text[lang]
    ]


def filled(content: Content, known: Collection[str]) -> Content:
    """The draft made playable for a look: what is missing stands in the other language or as three dots.

    In a further language it is always three dots: one language is never mixed with another for who reads no other.
    """
    return dict(_filled(complete(content), known, list_further(content)))


def _pruned(part: Any) -> Any:
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if key not in _OPTIONAL or _is_written(value)}
        return {key: _pruned(value) for key, value in kept.items()}
    return [_pruned(each) for each in part] if isinstance(part, list) else part


def _is_written(text: Any) -> bool:
    return not isinstance(text, dict) or "builtFrom" in text or any(text.get(lang) for lang in LANGUAGES)


def _filled(part: Any, known: Collection[str], further: Collection[str]) -> Any:
    if isinstance(part, list):
        return [_filled(each, known, further) for each in part]
    if not isinstance(part, dict):
        return part
    made = {key: _filled(value, known, further) for key, value in part.items()}
    if any(lang in part for lang in LANGUAGES):
        written = next((part[lang] for lang in LANGUAGES if part.get(lang)), _ELLIPSIS)
        made |= {lang: part.get(lang) or written for lang in LANGUAGES}
        made |= {lang: part.get(lang) or _ELLIPSIS for lang in further}
    for name in ("emojiHex", "coverEmojiHex"):
        if name in part and part[name] not in known:
            made[name] = _ANY_PICTURE
    return made


def _grown_up(content: Content) -> Iterator[Finding]:
    for root in _GROWN_UP:
        for path, text in _texts(content.get(root, {}), root):
            missing = [lang for lang in LANGUAGES if not str(text.get(lang) or "").strip()]
            if len(missing) == len(LANGUAGES):
                yield Finding(Rule.TEXT_MISSING, path)
            else:
                yield from (Finding(Rule.TRANSLATION_MISSING, path, lang=lang) for lang in missing)


def _texts(part: Any, path: str) -> Iterator[tuple[str, Content]]:
    if isinstance(part, list):
        for at, each in enumerate(part):
            yield from _texts(each, f"{path}.{each['id'] if isinstance(each, dict) and 'id' in each else at}")
    elif isinstance(part, dict):
        if any(lang in part for lang in LANGUAGES):
            yield path, part
        for key, each in part.items():
            yield from _texts(each, f"{path}.{key}")


def _unreadable(content: Content) -> Iterator[Finding]:
    """What no rule names and the strict reader refuses all the same."""
    try:
        parse_poll(content)
    except PollError as error:
        yield Finding(Rule.UNREADABLE, error.path, words=(str(error),))
