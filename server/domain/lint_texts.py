"""What can be said against a poll's words, pictures and sounds: missing, long, negated, hard. Knows no kinds' rules."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.findings import Finding, Rule
from server.domain.packages import LANGUAGES, list_further
from server.domain.readability import lix, negations, words

# The limit of Swedish for beginners; Finnish newspapers measure 25 more than Swedish ones for their longer words
# (Björnsson, Readability of Newspapers in 11 Languages, 1983: 72 and 47).
MOST_LIX = {"sv": 25, "fi": 50}
_MOST_WORDS = {
    "question": (12, Rule.LONG_QUESTION),
    "help": (14, Rule.LONG_HELP),
    "label": (6, Rule.LONG_LABEL),
    "panel": (10, Rule.LONG_PANEL),
}
_ASKING = {"question", "help", "label"}
_AGREEING = ("håller med", "håller du med", "instämmer", "samaa mieltä", "eri mieltä")
_PLAIN_NO = re.compile(r"(nej|en|ei)(,|$)", re.IGNORECASE)

Content = Mapping[str, Any]


@dataclass(frozen=True)
class _Spot:
    """One text of a poll in all its languages; `role` decides how long it may be."""

    path: str
    role: str
    text: Mapping[str, Any]
    needed: bool = True

    def read(self) -> Iterator[tuple[str, str]]:
        """(language, text) for what is written."""
        for lang in LANGUAGES:
            if written := str(self.text.get(lang) or "").strip():
                yield lang, written


def lint_texts(content: Content) -> Iterator[Finding]:
    for spot in _spots(content):
        written = dict(spot.read())
        if not written and (spot.needed or spot.text):
            yield Finding(Rule.TEXT_MISSING, spot.path)
        for lang in LANGUAGES if written else ():
            if lang not in written:
                yield Finding(Rule.TRANSLATION_MISSING, spot.path, lang=lang)
        for lang in list_further(content) if written else ():
            if not spot.text.get(lang):
                yield Finding(Rule.FURTHER_MISSING, spot.path, lang=lang)
        for lang, text in written.items():
            yield from _wording(spot, lang, text)


def _wording(spot: _Spot, lang: str, text: str) -> Iterator[Finding]:
    most, rule = _MOST_WORDS.get(spot.role, (None, None))
    number = len(words(text))
    if most is not None and rule is not None and number > most:
        yield Finding(rule, spot.path, number, most, lang)
    if spot.role in _ASKING:
        if turned := negations(_PLAIN_NO.sub("", text) if spot.role == "label" else text, lang):
            yield Finding(Rule.NEGATION, spot.path, lang=lang, words=turned)
        agreeing = tuple(each for each in _AGREEING if each in text.casefold())
        if agreeing:
            yield Finding(Rule.AGREEMENT, spot.path, lang=lang, words=agreeing)
    if spot.role == "question" and text.count("?") > 1:
        yield Finding(Rule.DOUBLE_QUESTION, spot.path, text.count("?"), 1, lang)


def lint_reading(content: Content) -> Iterator[Finding]:
    """LIX of what is read in one go, without the labels: they are no sentences."""
    for path, spots in _parts(content):
        read = [dict(spot.read()) for spot in spots if spot.role != "label"]
        for lang in LANGUAGES:
            measured = lix(text[lang] for text in read if lang in text)
            if measured is not None and measured > MOST_LIX[lang]:
                yield Finding(Rule.HARD_TO_READ, path, measured, MOST_LIX[lang], lang)


def _parts(content: Content) -> Iterator[tuple[str, list[_Spot]]]:
    """What a child reads or hears in one go: each page, and all questions of a profile."""
    yield "introduction", list(_lines("introduction.lines", content.get("introduction", {}).get("lines", ()), "line"))
    yield "assent", list(_assent_spots(content.get("assent", {})))
    yield "thanks", list(_thanks_spots(content.get("thanks", {})))
    questions = {each.get("id", ""): list(_question_spots(each)) for each in content.get("questions", ())}
    for question_id, spots in questions.items():
        yield f"questions.{question_id}", spots
    for profile in content.get("gradeProfiles", ()):
        asked = [spot for each in profile.get("questionIds", ()) for spot in questions.get(each, ())]
        yield f"gradeProfiles.{profile.get('id', '')}", asked


def lint_pictures(content: Content, known: Collection[str] | None) -> Iterator[Finding]:
    for path, part in _pictured(content):
        picture = part.get("emojiHex")
        if not picture and not part.get("picture"):
            yield Finding(Rule.PICTURE_MISSING, path)
        elif picture and known is not None and picture not in known:
            yield Finding(Rule.PICTURE_UNKNOWN, path, words=(picture,))
        yield from _alternative(path, part)


def _alternative(path: str, part: Content) -> Iterator[Finding]:
    """An emoji beside its label needs none; a picture of one's own may show more than the label says."""
    own, alternative = part.get("picture") and not part.get("emojiHex"), part.get("alt", {})
    for lang in LANGUAGES:
        said = str(alternative.get(lang) or "").strip().casefold()
        if own and not said:
            yield Finding(Rule.ALTERNATIVE_MISSING, f"{path}.alt", lang=lang)
        if said and said == str(part.get("text", {}).get(lang, "")).strip().casefold():
            yield Finding(Rule.ALTERNATIVE_REPEATS, f"{path}.alt", lang=lang)


def lint_sounds(content: Content, has_sound: Callable[[str, str], bool]) -> Iterator[Finding]:
    for spot in _spots(content):
        for lang, text in spot.read():
            if not has_sound(text, lang):
                yield Finding(Rule.SOUND_MISSING, spot.path, lang=lang)


def _spots(content: Content) -> Iterator[_Spot]:
    """Every text a child meets."""
    for key in ("title", "subtitle"):
        yield _Spot(key, "line", content.get(key, {}))
    yield from _lines("introduction.lines", content.get("introduction", {}).get("lines", ()), "line")
    yield from _assent_spots(content.get("assent", {}))
    if practice := content.get("practice"):
        yield from _question_spots(practice, "practice")
    for question in content.get("questions", ()):
        yield from _question_spots(question)
    yield from _thanks_spots(content.get("thanks", {}))
    for key in ("text", "keep", "discard", "continue"):
        yield _Spot(f"stopDialog.{key}", "line", content.get("stopDialog", {}).get(key, {}))


def _lines(path: str, lines: Any, role: str) -> Iterator[_Spot]:
    for at, line in enumerate(lines):
        yield _Spot(f"{path}.{at}", role, line)


def _assent_spots(assent: Content) -> Iterator[_Spot]:
    yield _Spot("assent.heading", "line", assent.get("heading", {}))
    yield from _lines("assent.lines", assent.get("lines", ()), "panel")
    for key in ("yes", "no", "afterNo"):
        yield _Spot(f"assent.{key}.text", "line", assent.get(key, {}).get("text", {}))
    yield _Spot("assent.helped", "line", assent.get("helped", {}))


def _thanks_spots(thanks: Content) -> Iterator[_Spot]:
    yield _Spot("thanks.heading", "line", thanks.get("heading", {}))
    yield from _lines("thanks.lines", thanks.get("lines", ()), "line")
    for key in ("help", "handover", "howResults"):
        yield _Spot(f"thanks.{key}", "line", thanks.get(key, {}))


def _question_spots(question: Content, path: str | None = None) -> Iterator[_Spot]:
    path = path or f"questions.{question.get('id', '')}"
    yield _Spot(f"{path}.text", "question", question.get("text", {}))
    for key in ("help", "instruction"):
        yield from _by_input(f"{path}.{key}", question.get(key, {}))
    if question.get("kind") == "idea":
        yield from _idea_spots(question, path)
    for pair in question.get("pairs", ()):
        yield from _options(pair, f"{path}.pairs.{pair.get('id', '')}")
    yield from _options(question, path)


def _by_input(path: str, text: Content) -> Iterator[_Spot]:
    """A text, or one for each combination of inputs."""
    if "builtFrom" not in text:
        yield _Spot(path, "help", text, needed=False)
        return
    for key, each in text.items():
        if key != "builtFrom":
            yield _Spot(f"{path}.{key}", "help", each)


def _idea_spots(question: Content, path: str) -> Iterator[_Spot]:
    for key in ("reminder", "notNow"):
        yield _Spot(f"{path}.{key}", "line", question.get(key, {}))
    yield _Spot(f"{path}.stem", "line", question.get("stem", {}), needed=False)
    for way in question.get("inputs", ()):
        if way.get("enabled", False):
            yield _Spot(f"{path}.inputs.{way.get('id', '')}.text", "label", way.get("text", {}))
    asked = question.get("mayShow", {})
    yield _Spot(f"{path}.mayShow.text", "line", asked.get("text", {}))
    for key in ("yes", "no"):
        yield _Spot(f"{path}.mayShow.{key}", "label", asked.get(key, {}))


def _options(part: Content, path: str) -> Iterator[_Spot]:
    for option in part.get("options", ()):
        yield _Spot(f"{path}.options.{option.get('id', '')}.text", "label", option.get("text", {}))


def _pictured(content: Content) -> Iterator[tuple[str, Content]]:
    """Every part that a child meets with a picture."""
    yield "coverEmojiHex", {"emojiHex": content.get("coverEmojiHex")}
    for key in ("introduction", "assent", "thanks"):
        yield key, content.get(key, {})
    for at, line in enumerate(content.get("assent", {}).get("lines", ())):
        yield f"assent.lines.{at}", line
    for key in ("yes", "no", "afterNo"):
        yield f"assent.{key}", content.get("assent", {}).get(key, {})
    asked = [(f"questions.{each.get('id', '')}", each) for each in content.get("questions", ())]
    for path, question in asked:
        yield path, question
    for path, question in [("practice", content.get("practice", {})), *asked]:
        for pair in question.get("pairs", ()):
            yield from _pictured_options(pair, f"{path}.pairs.{pair.get('id', '')}")
        yield from _pictured_options(question, path)


def _pictured_options(part: Content, path: str) -> Iterator[tuple[str, Content]]:
    for option in part.get("options", ()):
        yield f"{path}.options.{option.get('id', '')}", option
