"""A consultation's polls as the children meet them, read from a poll package's `poll.json`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property, partial
from typing import Any

from server.domain.errors import N_
from server.domain.packages import LANGUAGES, Part, PollError, changed, read_question, read_whole
from server.domain.questions import ANSWERED_IN, Option, Question, Text
from server.domain.sections import (
    SECTIONS,
    Assent,
    Experience,
    Panel,
    Stop,
    Teacher,
    Thanks,
    is_piloted,
    read_assent,
    read_bands,
    read_experience,
    read_introduction,
    read_stop,
    read_teacher,
    read_thanks,
)
from server.domain.sessions import GRADES

__all__ = ["LANGUAGES", "Poll", "PollError", "parse_poll"]

MINI = "mini"
"""The profile of three questions for one computer: chosen by a teacher, never by the grade."""

_MOST_QUESTIONS = 30
_SAID_BY_NOBODY = "put_away"
MOST_PROFILES = 6
_MOST_MINUTES = 60


@dataclass(frozen=True)
class Profile:
    """The questions one grade band is asked, and how many minutes they take; `mini` is for every grade."""

    id: str
    grades: tuple[int, ...]
    label: Text
    question_ids: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class Poll:
    """`editions` holds the questions as each profile meets them, by profile and question; `bands` words for a share.

    `piloted` tells that children have tried it; `further` are the languages that it was begun in beside ours.
    """

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
    piloted: bool
    experience: tuple[Experience, ...]
    further: tuple[Option, ...]

    @cached_property
    def question(self) -> Mapping[str, Question]:
        """The questions by id, without any profile's overrides."""
        return {question.id: question for question in self.questions}

    @cached_property
    def ledger(self) -> Mapping[str, Question]:
        """The ledger's entries by id: one per question, each pair its own, an idea none; and the answering language."""
        return {entry.id: entry for question in (*self.questions, self.answered_in) for entry in question.entries}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Those that it is offered in: a further one when nothing a child meets is missing in it."""
        return self.answered_in.option_ids

    @cached_property
    def answered_in(self) -> Question:
        """What every poll asks without asking, with this poll's languages."""
        met = (self.title, self.subtitle, self.introduction, self.assent, self.practice, self.thanks, self.stop)
        texts = [*_texts_in((*met, self.questions, self.editions))]
        whole = (language for language in self.further if all(text.get(language.id) for text in texts))
        return replace(ANSWERED_IN, options=(*ANSWERED_IN.options, *whole))

    def profile(self, profile_id: str) -> Profile | None:
        return next((profile for profile in self.profiles if profile.id == profile_id), None)

    def profile_for(self, grades: Sequence[int]) -> Profile:
        """The profile of the youngest grade in the group."""
        return next(one for one in self.profiles if min(grades) in one.grades and one.id != MINI)

    def asked(self, profile_id: str) -> Mapping[str, Question]:
        """Every question by id, with what this profile changes in it (coins, pairs)."""
        return self.editions.get(profile_id, self.question)

    def played(self, profile_id: str) -> tuple[Question, ...]:
        """What a child with this profile is asked, in order."""
        profile = self.profile(profile_id)
        asked = self.asked(profile_id)
        return tuple(asked[question_id] for question_id in profile.question_ids) if profile else ()

    def entries_asked(self, profile_id: str) -> frozenset[str]:
        """The entries of the ledger that a child with this profile meets."""
        return frozenset(entry.id for question in self.played(profile_id) for entry in question.entries)


def parse_poll(content: Mapping[str, Any]) -> Poll:
    """The poll a package's `poll.json` describes. Raises PollError, which names the part that is wrong."""
    part, further = read_whole(content)
    listed = part["questions"].parts(_MOST_QUESTIONS)
    questions = tuple(read_question(one) for one in listed)
    _name_once(part["questions"], [ANSWERED_IN.id, *(question.id for question in questions)])
    banded = part["gradeProfiles"].parts(MOST_PROFILES)
    profiles = tuple(_profile(one, [question.id for question in questions]) for one in banded)
    _name_once(part["gradeProfiles"], [profile.id for profile in profiles])
    for grade in GRADES:
        if not any(grade in profile.grades for profile in profiles if profile.id != MINI):
            raise part["gradeProfiles"].error(N_("no profile has grade %(grade)s"), grade=grade)
    return Poll(
        id=part["id"].string(),
        title=part["title"].text(),
        subtitle=part["subtitle"].text(),
        cover=part["coverEmojiHex"].string(),
        introduction_picture=part["introduction"]["emojiHex"].string(),
        introduction=read_introduction(part["introduction"]),
        assent=read_assent(part["assent"]),
        practice=read_question(part["practice"]),
        questions=questions,
        profiles=profiles,
        editions={profile.id: _edition(one, listed, profile) for one, profile in zip(banded, profiles, strict=True)},
        thanks=read_thanks(part["thanks"]),
        stop=read_stop(part["stopDialog"]),
        teacher=read_teacher(part["teacher"]),
        letter_home=part["guardianNotice"].text(),
        bands=read_bands(part["resultBands"]),
        piloted=is_piloted(part),
        experience=read_experience(part),
        further=further,
    )


def _texts_in(part: object) -> Iterator[Text]:
    """Every text in what was read, however deep."""
    if isinstance(part, Mapping) and LANGUAGES[0] in part:
        yield part
    elif isinstance(part, Mapping):
        yield from _texts_in(tuple(part.values()))
    elif isinstance(part, tuple):
        for each in part:
            yield from _texts_in(each)
    elif is_dataclass(part):
        yield from _texts_in(tuple(getattr(part, each.name) for each in fields(part) if each.name != _SAID_BY_NOBODY))


def list_faults(content: Mapping[str, Any]) -> list[PollError]:
    """What keeps a poll from being read: the first fault of every part and of every question."""
    try:
        part, _ = read_whole(content)
    except PollError as fault:
        return [fault]
    readers: list[Callable[[], object]] = [partial(_read, part, name) for name in SECTIONS]
    with suppress(PollError):
        readers += [partial(read_question, one) for one in part["questions"].parts(_MOST_QUESTIONS)]
    readers.append(partial(parse_poll, content))
    found: dict[str, PollError] = {}
    for read in readers:
        try:
            read()
        except PollError as fault:
            found[str(fault)] = fault
    return list(found.values())


def _read(part: Part, name: str) -> object:
    return SECTIONS[name](part[name])


def _profile(part: Part, known: Sequence[str]) -> Profile:
    name = part["id"].id()
    given = tuple(grade.number(GRADES[0], GRADES[-1]) for grade in part["grades"].parts())
    grades = given or (GRADES if name == MINI else ())
    asked = part.ids("questionIds", known)
    if not grades or not asked:
        raise part.error(N_("must have grades and questions"))
    return Profile(name, tuple(grades), part["label"].text(), asked, part["targetMinutes"].number(1, _MOST_MINUTES))


def _edition(part: Part, questions: Sequence[Part], profile: Profile) -> Mapping[str, Question]:
    overrides = part["overrides"].named()
    known = {one["id"].id(): one for one in questions}
    for name, override in overrides.items():
        if name not in known:
            raise override.error(N_("names no question"))
    youngest = min(profile.grades)
    return {name: read_question(changed(one, overrides.get(name)), youngest) for name, one in known.items()}


def _name_once(part: Part, ids: Sequence[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise part.error(N_("%(name)s stands there twice"), name=name)
