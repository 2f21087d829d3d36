"""A consultation's polls as the children meet them, read from a poll package's `poll.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from server.domain.packages import LANGUAGES, Part, PollError, changed, read_option, read_question
from server.domain.questions import Option, Question, Text
from server.domain.sessions import GRADES

__all__ = ["LANGUAGES", "Poll", "PollError", "parse_poll"]

_BANDS = ("most", "many", "some", "few")


@dataclass(frozen=True)
class Panel:
    """`alone` marks a line that is true only for a child who answers alone."""

    picture: str | None
    text: Text
    alone: bool = False


@dataclass(frozen=True)
class Assent:
    """`helped` is the sentence that is true when somebody helps the child."""

    picture: str
    heading: Text
    panels: tuple[Panel, ...]
    yes: Option
    no: Option
    after_no: Panel
    helped: Text


@dataclass(frozen=True)
class Profile:
    """The questions one grade band is asked, and how many minutes they take."""

    id: str
    grades: tuple[int, ...]
    label: Text
    question_ids: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class Thanks:
    picture: str
    heading: Text
    lines: tuple[Panel, ...]
    help: Text
    handover: Text
    put_away: Text
    how_results: Text


@dataclass(frozen=True)
class Stop:
    text: Text
    keep: Text
    discard: Text
    carry_on: Text


@dataclass(frozen=True)
class Teacher:
    """What a teacher does before, during and after; `small_class` is for a class without a packet."""

    before: tuple[Text, ...]
    during: tuple[Text, ...]
    after: tuple[Text, ...]
    small_class: Text


@dataclass(frozen=True)
class Poll:
    """`editions` holds the questions as each profile meets them, by profile and question; `bands` words for a share."""

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
    editions: Mapping[str, Mapping[str, Question]]
    thanks: Thanks
    stop: Stop
    teacher: Teacher
    letter_home: Text
    bands: Mapping[str, Text]

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """The questions by id, without any profile's overrides."""
        return {question.id: question for question in self.questions}

    @cached_property
    def ledger(self) -> Mapping[str, Question]:
        """The ledger's entries by id: one per question, each pair its own, an idea none."""
        return {entry.id: entry for question in self.questions for entry in question.entries}

    def profile(self, profile_id: str) -> Profile | None:
        return next((profile for profile in self.profiles if profile.id == profile_id), None)

    def profile_for(self, grades: Sequence[int]) -> Profile:
        """The profile of the youngest grade in the group."""
        return next(profile for profile in self.profiles if min(grades) in profile.grades)

    def asked(self, profile_id: str) -> Mapping[str, Question]:
        """Every question by id, with what this profile changes in it (coins, pairs)."""
        return self.editions.get(profile_id, self.question)

    def played(self, profile_id: str) -> tuple[Question, ...]:
        """What a child with this profile is asked, in order."""
        profile = self.profile(profile_id)
        asked = self.asked(profile_id)
        return tuple(asked[question_id] for question_id in profile.question_ids) if profile else ()


def parse_poll(content: Mapping[str, Any]) -> Poll:
    """The poll a package's `poll.json` describes. Raises PollError, which names the part that is wrong."""
    part = Part("", dict(content))
    listed = part["questions"].parts()
    questions = tuple(read_question(one) for one in listed)
    _name_once(part["questions"], [question.id for question in questions])
    profiles = tuple(_profile(one, [question.id for question in questions]) for one in part["gradeProfiles"].parts())
    _name_once(part["gradeProfiles"], [profile.id for profile in profiles])
    for grade in GRADES:
        if not any(grade in profile.grades for profile in profiles):
            raise part["gradeProfiles"].error(f"no profile has grade {grade}")
    return Poll(
        id=part["id"].string(),
        title=part["title"].text(),
        subtitle=part["subtitle"].text(),
        cover=part["coverEmojiHex"].string(),
        introduction_picture=part["introduction"]["emojiHex"].string(),
        introduction=_panels(part["introduction"]["lines"]),
        assent=_assent(part["assent"]),
        practice=read_question(part["practice"]),
        questions=questions,
        profiles=profiles,
        editions={
            profile.id: _edition(one, listed, profile)
            for one, profile in zip(part["gradeProfiles"].parts(), profiles, strict=True)
        },
        thanks=_thanks(part["thanks"]),
        stop=Stop(*(part["stopDialog"][name].text() for name in ("text", "keep", "discard", "continue"))),
        teacher=_teacher(part["teacher"]),
        letter_home=part["guardianNotice"].text(),
        bands={band: part["resultBands"][band].text() for band in _BANDS},
    )


def _profile(part: Part, known: Sequence[str]) -> Profile:
    grades = tuple(grade.number(GRADES[0], GRADES[-1]) for grade in part["grades"].parts())
    asked = part.ids("questionIds", known)
    if not grades or not asked:
        raise part.error("must have grades and questions")
    return Profile(part["id"].id(), grades, part["label"].text(), asked, part["targetMinutes"].number(1, 60))


def _edition(part: Part, questions: Sequence[Part], profile: Profile) -> Mapping[str, Question]:
    overrides = part["overrides"].named()
    known = {one["id"].id(): one for one in questions}
    for name, override in overrides.items():
        if name not in known:
            raise override.error("names no question")
    youngest = min(profile.grades)
    return {name: read_question(changed(one, overrides.get(name)), youngest) for name, one in known.items()}


def _assent(part: Part) -> Assent:
    return Assent(
        part["emojiHex"].string(),
        part["heading"].text(),
        tuple(Panel(line["emojiHex"].string(), line.text(), line.flag("alone")) for line in part["lines"].parts()),
        read_option(part["yes"]),
        read_option(part["no"]),
        Panel(part["afterNo"]["emojiHex"].string(), part["afterNo"]["text"].text()),
        part["helped"].text(),
    )


def _thanks(part: Part) -> Thanks:
    return Thanks(
        part["emojiHex"].string(),
        part["heading"].text(),
        _panels(part["lines"]),
        *(part[name].text() for name in ("help", "handover", "putAway", "howResults")),
    )


def _teacher(part: Part) -> Teacher:
    before, during, after = (_texts(part[name]) for name in ("before", "during", "after"))
    return Teacher(before, during, after, part["smallClass"].text())


def _panels(part: Part) -> tuple[Panel, ...]:
    return tuple(_panel(line) for line in part.parts())


def _panel(line: Part) -> Panel:
    picture = line.maybe("emojiHex")
    return Panel(picture.string() if picture else None, line.text())


def _texts(part: Part) -> tuple[Text, ...]:
    return tuple(line.text() for line in part.parts())


def _name_once(part: Part, ids: Sequence[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise part.error(f"{name} stands there twice")
