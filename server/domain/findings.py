"""What can be said against a poll: each rule with its number in docs/screens.md and its weight. Knows no texts."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Severity(StrEnum):
    """`BLOCKS` publishing; `WARNS` whoever writes the poll; `ADVISES` where a person decides better than a rule."""

    BLOCKS = "blocks"
    WARNS = "warns"
    ADVISES = "advises"


class Rule(Enum):
    """Code, number in docs/screens.md, weight."""

    TOO_MANY_QUESTIONS = ("too_many_questions", 10, Severity.WARNS)
    TOO_FEW_OPTIONS = ("too_few_options", 11, Severity.BLOCKS)
    TOO_MANY_OPTIONS = ("too_many_options", 11, Severity.BLOCKS)
    MANY_OPTIONS = ("many_options", 11, Severity.ADVISES)
    TOO_MANY_SMILEYS = ("too_many_smileys", 12, Severity.WARNS)
    SMILEY_SCALE = ("smiley_scale", 13, Severity.WARNS)
    SMILEY_NOT_FLIPPED = ("smiley_not_flipped", 13, Severity.WARNS)
    NOT_SHUFFLED = ("not_shuffled", 14, Severity.WARNS)
    OTHER_NOT_LAST = ("other_not_last", 14, Severity.WARNS)
    NEGATION = ("negation", 15, Severity.ADVISES)
    DOUBLE_QUESTION = ("double_question", 15, Severity.WARNS)
    AGREEMENT = ("agreement", 15, Severity.WARNS)
    LONG_QUESTION = ("long_question", 16, Severity.WARNS)
    LONG_HELP = ("long_help", 16, Severity.WARNS)
    LONG_LABEL = ("long_label", 16, Severity.WARNS)
    HARD_TO_READ = ("hard_to_read", 16, Severity.WARNS)
    NO_MAYBE = ("no_maybe", 17, Severity.WARNS)
    LONG_RANK = ("long_rank", 18, Severity.BLOCKS)
    RANK_TOO_EARLY = ("rank_too_early", 18, Severity.WARNS)
    TOO_MANY_THINGS = ("too_many_things", 19, Severity.BLOCKS)
    PURSE = ("purse", 19, Severity.BLOCKS)
    COINS_MUST_GO = ("coins_must_go", 19, Severity.WARNS)
    PRETEND_UNSAID = ("pretend_unsaid", 19, Severity.ADVISES)
    DRAWING_NOT_FIRST = ("drawing_not_first", 21, Severity.WARNS)
    TEXT_TOO_EARLY = ("text_too_early", 21, Severity.WARNS)
    VOICE_ON = ("voice_on", 21, Severity.BLOCKS)
    ALTERNATIVE_MISSING = ("alternative_missing", 22, Severity.BLOCKS)
    ALTERNATIVE_REPEATS = ("alternative_repeats", 22, Severity.WARNS)
    NO_PRACTICE = ("no_practice", 23, Severity.BLOCKS)
    PRACTICE_STORED = ("practice_stored", 23, Severity.BLOCKS)
    SOUND_MISSING = ("sound_missing", 24, Severity.ADVISES)
    PICTURE_MISSING = ("picture_missing", 25, Severity.BLOCKS)
    PICTURE_UNKNOWN = ("picture_unknown", 25, Severity.BLOCKS)
    TEXT_MISSING = ("text_missing", 26, Severity.BLOCKS)
    TRANSLATION_MISSING = ("translation_missing", 26, Severity.BLOCKS)
    FURTHER_MISSING = ("further_missing", 26, Severity.ADVISES)
    TOO_MANY_PANELS = ("too_many_panels", 29, Severity.WARNS)
    LONG_PANEL = ("long_panel", 29, Severity.WARNS)
    NO_QUESTIONS = ("no_questions", 10, Severity.BLOCKS)
    GRADE_UNASKED = ("grade_unasked", 10, Severity.BLOCKS)
    UNREADABLE = ("unreadable", 26, Severity.BLOCKS)

    def __init__(self, code: str, number: int, severity: Severity) -> None:
        self.code = code
        self.number = number
        self.severity = severity


@dataclass(frozen=True)
class Finding:
    """`path` names the place by ids, as `questions.q1.options.home.text`; `found` and `limit` are what was counted.

    `lang` and `profile` stand where only one of them is meant; `words` are those that gave rise to it.
    """

    rule: Rule
    path: str
    found: int | None = None
    limit: int | None = None
    lang: str | None = None
    profile: str | None = None
    words: tuple[str, ...] = ()
