"""A consultation's polls as the children meet them, read from a poll package's `poll.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from server.domain.questions import KINDS, Option, Question, Text

LANGUAGES = ("sv", "fi")


@dataclass(frozen=True)
class Panel:
    picture: str | None
    text: Text


@dataclass(frozen=True)
class Assent:
    picture: str
    heading: Text
    panels: tuple[Panel, ...]
    yes: Option
    no: Option
    after_no: Panel


@dataclass(frozen=True)
class Profile:
    """The questions one grade band is asked."""

    id: str
    grades: tuple[int, ...]
    label: Text
    question_ids: tuple[str, ...]


@dataclass(frozen=True)
class Thanks:
    picture: str
    heading: Text
    lines: tuple[Text, ...]
    help: Text
    handover: Text
    how_results: Text


@dataclass(frozen=True)
class Stop:
    text: Text
    keep: Text
    discard: Text
    carry_on: Text


@dataclass(frozen=True)
class Poll:
    id: str
    title: Text
    subtitle: Text
    cover: str
    introduction_picture: str
    introduction: tuple[Panel, ...]
    assent: Assent
    practice: Question
    questions: tuple[Question, ...]
    profiles: tuple[Profile, ...]
    thanks: Thanks
    stop: Stop

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """The playable questions by id."""
        return {question.id: question for question in self.questions if question.kind in KINDS}

    def profile(self, profile_id: str) -> Profile | None:
        return next((profile for profile in self.profiles if profile.id == profile_id), None)

    def profile_for(self, grades: Sequence[int]) -> Profile:
        """The profile of the youngest grade in the group."""
        return next(profile for profile in self.profiles if min(grades) in profile.grades)

    def played(self, profile_id: str) -> tuple[Question, ...]:
        """What a child with this profile is asked, in order."""
        profile = self.profile(profile_id)
        wanted = profile.question_ids if profile else ()
        return tuple(self.question[question_id] for question_id in wanted if question_id in self.question)


def parse_poll(content: Mapping[str, Any]) -> Poll:
    """The poll a package's `poll.json` describes. Raises KeyError or TypeError when a needed part is missing."""
    thanks, stop = content["thanks"], content["stopDialog"]
    return Poll(
        id=content["id"],
        title=content["title"],
        subtitle=content["subtitle"],
        cover=content["coverEmojiHex"],
        introduction_picture=content["introduction"]["emojiHex"],
        introduction=tuple(Panel(None, _languages(line)) for line in content["introduction"]["lines"]),
        assent=_assent(content["assent"]),
        practice=_question(content["practice"]),
        questions=tuple(_question(question) for question in content["questions"]),
        profiles=tuple(
            Profile(profile["id"], tuple(profile["grades"]), profile["label"], tuple(profile["questionIds"]))
            for profile in content["gradeProfiles"]
        ),
        thanks=Thanks(
            thanks["emojiHex"],
            thanks["heading"],
            tuple(thanks["lines"]),
            thanks["help"],
            thanks["handover"],
            thanks["howResults"],
        ),
        stop=Stop(stop["text"], stop["keep"], stop["discard"], stop["continue"]),
    )


def _languages(entry: Mapping[str, Any]) -> Text:
    return {language: entry[language] for language in LANGUAGES}


def _assent(content: Mapping[str, Any]) -> Assent:
    return Assent(
        content["emojiHex"],
        content["heading"],
        tuple(Panel(line["emojiHex"], _languages(line)) for line in content["lines"]),
        _option(content["yes"]),
        _option(content["no"]),
        Panel(content["afterNo"]["emojiHex"], content["afterNo"]["text"]),
    )


def _option(content: Mapping[str, Any]) -> Option:
    return Option(content["id"], content["emojiHex"], content["text"])


def _question(content: Mapping[str, Any]) -> Question:
    return Question(
        id=content["id"],
        kind=content["kind"],
        picture=content.get("emojiHex", ""),
        text=content["text"],
        help=content.get("help"),
        instruction=content.get("instruction"),
        options=tuple(_option(option) for option in content.get("options", ())),
        max_select=content.get("maxSelect", 1),
        randomise=content.get("randomise", False),
        fixed_last=tuple(content.get("fixedLast", ())),
        flip=content.get("flipOrderForHalf", False),
        sensitive=content.get("sensitive", False),
        wall=content.get("wall", False),
    )
