"""The rules of docs/screens.md for whoever writes a poll, applied to a `poll.json` that may still be unfinished."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from server.domain.consultations import LANGUAGES, MINI
from server.domain.findings import Finding, Rule
from server.domain.lint_texts import lint_pictures, lint_reading, lint_sounds, lint_texts
from server.domain.sessions import GRADES

_YOUNG = 2  # the last grade for which the short rules hold
_MOST_QUESTIONS = {True: 7, False: 10}  # by whether the profile asks young ones
_PURSE = {True: 5, False: 10}
_MOST_OPTIONS = 6
_ADVISED_OPTIONS = 4
_MOST_SMILEYS = 2
_FACES = 3
_MOST_RANKED = 4
_MOST_THINGS = 5
_MOST_PANELS = 6
_TEXT_FROM_GRADE = 3
_SHUFFLED = {"single_choice", "multi_choice", "rank", "budget", "this_or_that"}
_ONE_OTHER = {"någon annanstans", "något annat", "någon annan", "jossain muualla", "jokin muu", "jotain muuta", "muu"}
_PRETEND = ("låtsas", "leikki", "leikisti")

Content = Mapping[str, Any]


def lint(
    content: Content,
    *,
    pictures: Collection[str] | None = None,
    has_sound: Callable[[str, str], bool] | None = None,
) -> list[Finding]:
    """Everything that can be said against a poll, in the order of its parts.

    `pictures` are the known emoji codes and `has_sound(text, lang)` tells what can be heard; without them
    pictures are only asked for and sounds are left alone.
    """
    found = [*_practice(content), *_assent(content)]
    for question in content.get("questions", ()):
        found += _question(question, f"questions.{question.get('id', '')}")
    for profile in content.get("gradeProfiles", ()):
        found += _profile(profile, content)
    found += _grades(content)
    found += [*lint_texts(content), *lint_reading(content), *lint_pictures(content, pictures)]
    return found + list(lint_sounds(content, has_sound) if has_sound else ())


def _practice(content: Content) -> Iterator[Finding]:
    practice = content.get("practice")
    if not practice:
        yield Finding(Rule.NO_PRACTICE, "practice")
    elif practice.get("stored", False):
        yield Finding(Rule.PRACTICE_STORED, "practice.stored")


def _assent(content: Content) -> Iterator[Finding]:
    panels = len(content.get("assent", {}).get("lines", ()))
    if panels > _MOST_PANELS:
        yield Finding(Rule.TOO_MANY_PANELS, "assent.lines", panels, _MOST_PANELS)


def _question(question: Content, path: str) -> Iterator[Finding]:
    kind = question.get("kind", "")
    if kind not in ("idea", "this_or_that"):
        yield from _number_of_options(question, path)
    yield from _order(question, kind, path)
    yield from _OF_KIND.get(kind, _nothing)(question, path)


def _number_of_options(question: Content, path: str) -> Iterator[Finding]:
    options = len(question.get("options", ()))
    if options < 2:
        yield Finding(Rule.TOO_FEW_OPTIONS, f"{path}.options", options, 2)
    if options > _MOST_OPTIONS:
        yield Finding(Rule.TOO_MANY_OPTIONS, f"{path}.options", options, _MOST_OPTIONS)


def _order(question: Content, kind: str, path: str) -> Iterator[Finding]:
    if kind in _SHUFFLED and not question.get("randomise", False):
        yield Finding(Rule.NOT_SHUFFLED, f"{path}.randomise")
    for option in question.get("options", ()):
        labels = {str(label).casefold() for label in option.get("text", {}).values()}
        if kind in _SHUFFLED and labels & _ONE_OTHER and option.get("id") not in question.get("fixedLast", ()):
            yield Finding(Rule.OTHER_NOT_LAST, f"{path}.options.{option.get('id', '')}")


def _nothing(_question: Content, _path: str) -> Iterator[Finding]:
    yield from ()


def _choice(question: Content, path: str) -> Iterator[Finding]:
    answers = {str(option.get("text", {}).get("sv")).casefold() for option in question.get("options", ())}
    if answers == {"ja", "nej"}:
        yield Finding(Rule.NO_MAYBE, f"{path}.options", 2, 3)


def _yes_maybe_no(question: Content, path: str) -> Iterator[Finding]:
    options = len(question.get("options", ()))
    if options != 3:
        yield Finding(Rule.NO_MAYBE, f"{path}.options", options, 3)


def _smiley(question: Content, path: str) -> Iterator[Finding]:
    faces = len(question.get("options", ()))
    if faces != _FACES:
        yield Finding(Rule.SMILEY_SCALE, f"{path}.options", faces, _FACES)
    if not question.get("flipOrderForHalf", False):
        yield Finding(Rule.SMILEY_NOT_FLIPPED, f"{path}.flipOrderForHalf")


def _rank(question: Content, path: str) -> Iterator[Finding]:
    pictures = len(question.get("options", ()))
    if pictures > _MOST_RANKED:
        yield Finding(Rule.LONG_RANK, f"{path}.options", pictures, _MOST_RANKED)


def _budget(question: Content, path: str) -> Iterator[Finding]:
    things = len(question.get("options", ()))
    if things > _MOST_THINGS:
        yield Finding(Rule.TOO_MANY_THINGS, f"{path}.options", things, _MOST_THINGS)
    if not question.get("mayLeaveUnspent", False):
        yield Finding(Rule.COINS_MUST_GO, f"{path}.mayLeaveUnspent")
    for lang in LANGUAGES:
        said = str(question.get("help", {}).get(lang)).casefold()
        if not any(word in said for word in _PRETEND):
            yield Finding(Rule.PRETEND_UNSAID, f"{path}.help", lang=lang)


def _pairs(question: Content, path: str) -> Iterator[Finding]:
    for pair in question.get("pairs", ()):
        options = len(pair.get("options", ()))
        if options != 2:
            rule = Rule.TOO_FEW_OPTIONS if options < 2 else Rule.TOO_MANY_OPTIONS
            yield Finding(rule, f"{path}.pairs.{pair.get('id', '')}.options", options, 2)
    if not question.get("pairs"):
        yield Finding(Rule.TOO_FEW_OPTIONS, f"{path}.pairs", 0, 1)


def _idea(question: Content, path: str) -> Iterator[Finding]:
    ways = {way.get("id"): way for way in question.get("inputs", ()) if way.get("enabled", False)}
    if next(iter(ways), None) != "drawing":
        yield Finding(Rule.DRAWING_NOT_FIRST, f"{path}.inputs")
    if "voice" in ways:
        yield Finding(Rule.VOICE_ON, f"{path}.inputs.voice")
    if "text" in ways and ways["text"].get("minGrade", 1) < _TEXT_FROM_GRADE:
        grade = ways["text"].get("minGrade", 1)
        yield Finding(Rule.TEXT_TOO_EARLY, f"{path}.inputs.text.minGrade", grade, _TEXT_FROM_GRADE)


_OF_KIND: dict[str, Callable[[Content, str], Iterator[Finding]]] = {
    "single_choice": _choice,
    "yes_maybe_no": _yes_maybe_no,
    "smiley": _smiley,
    "rank": _rank,
    "budget": _budget,
    "this_or_that": _pairs,
    "idea": _idea,
}


def _profile(profile: Content, content: Content) -> Iterator[Finding]:
    """What depends on who is asked: the youngest of a profile decide."""
    name = profile.get("id", "")
    young = min(profile.get("grades", ()), default=1) <= _YOUNG
    wanted = profile.get("questionIds", ())
    asked = {each["id"]: each for each in content.get("questions", ()) if each.get("id") in wanted}
    number = len(set(asked) - {"exit"})
    if number > _MOST_QUESTIONS[young]:
        path = f"gradeProfiles.{name}.questionIds"
        yield Finding(Rule.TOO_MANY_QUESTIONS, path, number, _MOST_QUESTIONS[young], profile=name)
    smileys = sum(each.get("kind") == "smiley" for each in asked.values())
    if smileys > _MOST_SMILEYS:
        path = f"gradeProfiles.{name}.questionIds"
        yield Finding(Rule.TOO_MANY_SMILEYS, path, smileys, _MOST_SMILEYS, profile=name)
    for question_id, question in asked.items():
        override = profile.get("overrides", {}).get(question_id, {})
        yield from _asked_of(question, override, young, name)


def _grades(content: Content) -> Iterator[Finding]:
    """Every grade is asked something; the two minutes' profile is nobody's by grade."""
    profiles = content.get("gradeProfiles", ())
    for profile in profiles:
        if profile.get("grades") and not profile.get("questionIds"):
            yield Finding(Rule.NO_QUESTIONS, f"gradeProfiles.{profile.get('id', '')}.questionIds")
    asked = {grade for profile in profiles if profile.get("id") != MINI for grade in profile.get("grades", ())}
    if unasked := [str(grade) for grade in GRADES if grade not in asked]:
        yield Finding(Rule.GRADE_UNASKED, "gradeProfiles", words=tuple(unasked))


def _asked_of(question: Content, override: Content, young: bool, profile: str) -> Iterator[Finding]:
    path, kind = f"questions.{question['id']}", question.get("kind")
    options = len(question.get("options", ()))
    if young and _ADVISED_OPTIONS < options <= _MOST_OPTIONS:
        yield Finding(Rule.MANY_OPTIONS, f"{path}.options", options, _ADVISED_OPTIONS, profile=profile)
    if young and kind == "rank":
        yield Finding(Rule.RANK_TOO_EARLY, path, profile=profile)
    coins = override.get("coins", question.get("coins", 0))
    if kind == "budget" and coins != _PURSE[young]:
        yield Finding(Rule.PURSE, f"{path}.coins", coins, _PURSE[young], profile=profile)
