"""A finding about a draft in the reader's words, and the page and field it is about. Knows no rules."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.errors import N_
from server.domain.findings import Finding, Rule, Severity
from server.domain.packages import LANGUAGES
from server.i18n import translations

_WORDS = {
    Rule.TOO_MANY_QUESTIONS: N_("%(found)s questions are many for this profile: at most %(limit)s."),
    Rule.TOO_FEW_OPTIONS: N_("Too few options: at least %(limit)s."),
    Rule.TOO_MANY_OPTIONS: N_("Too many options: at most %(limit)s."),
    Rule.MANY_OPTIONS: N_("%(found)s pictures are many for the youngest: at most %(limit)s are easy to compare."),
    Rule.TOO_MANY_SMILEYS: N_("%(found)s questions with faces: at most %(limit)s, or children stop looking."),
    Rule.SMILEY_SCALE: N_("A question with faces has exactly %(limit)s."),
    Rule.SMILEY_NOT_FLIPPED: N_("Turn the order round for half of the children: the first face is chosen more often."),
    Rule.NOT_SHUFFLED: N_("Shuffle the options: the first picture is chosen more often."),
    Rule.OTHER_NOT_LAST: N_("“Something else” belongs last."),
    Rule.NEGATION: N_("A negation is easy to miss: %(words)s."),
    Rule.DOUBLE_QUESTION: N_("These are two questions in one."),
    Rule.AGREEMENT: N_("Children like to agree: ask what they think instead of whether they agree (%(words)s)."),
    Rule.LONG_QUESTION: N_("%(found)s words: a question has at most %(limit)s."),
    Rule.LONG_HELP: N_("%(found)s words: a help text has at most %(limit)s."),
    Rule.LONG_LABEL: N_("%(found)s words: an option has at most %(limit)s."),
    Rule.HARD_TO_READ: N_("Hard to read: LIX %(found)s, advised at most %(limit)s. Use shorter words and sentences."),
    Rule.NO_MAYBE: N_("Give a way between yes and no."),
    Rule.LONG_RANK: N_("%(found)s pictures cannot be put in order by a child: at most %(limit)s."),
    Rule.RANK_TOO_EARLY: N_("Putting in order is too hard in grades 1 and 2."),
    Rule.TOO_MANY_THINGS: N_("%(found)s things to share coins among: at most %(limit)s."),
    Rule.PURSE: N_("The purse has %(found)s coins: it must have %(limit)s for these grades."),
    Rule.COINS_MUST_GO: N_("Let children keep coins that they do not want to use."),
    Rule.PRETEND_UNSAID: N_("Say that the coins are pretend money."),
    Rule.DRAWING_NOT_FIRST: N_("Drawing comes first: every child can draw."),
    Rule.TEXT_TOO_EARLY: N_("Writing is asked for in grade %(found)s: from grade %(limit)s at the earliest."),
    Rule.VOICE_ON: N_("Voice recordings are not approved."),
    Rule.ALTERNATIVE_MISSING: N_("The picture has no text for those who cannot see it."),
    Rule.ALTERNATIVE_REPEATS: N_("The picture's text repeats its label."),
    Rule.NO_PRACTICE: N_("There is no practice question."),
    Rule.PRACTICE_STORED: N_("The practice question must not be stored."),
    Rule.SOUND_MISSING: N_("There is no sound yet."),
    Rule.PICTURE_MISSING: N_("A picture is missing."),
    Rule.PICTURE_UNKNOWN: N_("This picture is not in the collection."),
    Rule.TEXT_MISSING: N_("The text is missing in both languages."),
    Rule.FURTHER_MISSING: N_("Still missing: children get this language when all of it is there."),
    Rule.TOO_MANY_PANELS: N_("%(found)s lines before the first question: at most %(limit)s."),
    Rule.LONG_PANEL: N_("%(found)s words: a line has at most %(limit)s."),
    Rule.NO_QUESTIONS: N_("This profile has no questions."),
    Rule.GRADE_UNASKED: N_("No profile has these grades: %(words)s."),
    Rule.UNREADABLE: N_("Something does not fit together: %(words)s."),
}
_UNTRANSLATED = {"sv": N_("The Swedish text is missing."), "fi": N_("The Finnish text is missing.")}


@dataclass(frozen=True)
class Advice:
    """`place` leads to the field; `field` is its element's id."""

    path: str
    lang: str | None
    text: str
    blocks: bool
    page: str
    field: str


def advise(findings: Iterable[Finding], lang: str) -> list[Advice]:
    return [_advice(finding, lang) for finding in findings]


def _advice(finding: Finding, lang: str) -> Advice:
    gettext = translations(lang).gettext
    named = {
        "found": finding.found,
        "limit": finding.limit,
        "words": ", ".join(finding.words),
    }
    words = _WORDS.get(finding.rule) or _UNTRANSLATED[finding.lang or LANGUAGES[0]]
    text = gettext(words) % named
    blocks = finding.rule.severity == Severity.BLOCKS
    return Advice(finding.path, finding.lang, text, blocks, page_of(finding.path), _field(finding))


def _field(finding: Finding) -> str:
    is_text = finding.rule in (Rule.TEXT_MISSING, Rule.TRANSLATION_MISSING, Rule.FURTHER_MISSING)
    if is_text:
        return f"{finding.path}.{finding.lang or 'sv'}"
    is_picture = finding.rule in (Rule.PICTURE_MISSING, Rule.PICTURE_UNKNOWN) and "Emoji" not in finding.path
    return f"{finding.path}.emojiHex" if is_picture else finding.path


def page_of(path: str) -> str:
    """The page of the workshop that a field of a poll stands on."""
    names = path.split(".")
    if names[0] == "questions" and len(names) > 1:
        return f"questions/{names[1]}"
    if names[0] == "gradeProfiles":
        return "grades"
    return "questions" if names[0] == "questions" else "texts"
