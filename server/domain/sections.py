"""What stands around a poll's questions: introduction, assent, thanks, the teacher's script. Knows no questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.domain.packages import LANGUAGES, Part, is_plain, read_option, read_question
from server.domain.questions import Option, Text

_BANDS = ("most", "many", "some", "few")
EXPERIENCE = ("where", "worked", "outcome")
MOST_EXPERIENCES = 20
_MOST_TOLD = 1000
_STATES = ("draft-for-pilot", "piloted")


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
class Experience:
    """What somebody learnt with this poll: where it was used, what worked, what came of it."""

    where: Text
    worked: Text
    outcome: Text


def read_assent(part: Part) -> Assent:
    return Assent(
        part["emojiHex"].string(),
        part["heading"].text(),
        tuple(Panel(line["emojiHex"].string(), line.text(), line.flag("alone")) for line in part["lines"].parts()),
        read_option(part["yes"]),
        read_option(part["no"]),
        Panel(part["afterNo"]["emojiHex"].string(), part["afterNo"]["text"].text()),
        part["helped"].text(),
    )


def read_thanks(part: Part) -> Thanks:
    return Thanks(
        part["emojiHex"].string(),
        part["heading"].text(),
        _panels(part["lines"]),
        *(part[name].text() for name in ("help", "handover", "putAway", "howResults")),
    )


def read_introduction(part: Part) -> tuple[Panel, ...]:
    return _panels(part["lines"])


def read_stop(part: Part) -> Stop:
    return Stop(*(part[name].text() for name in ("text", "keep", "discard", "continue")))


def read_bands(part: Part) -> Mapping[str, Text]:
    return {band: part[band].text() for band in _BANDS}


def is_piloted(part: Part) -> bool:
    status = part.maybe("status")
    return status is not None and status.one_of(_STATES) == "piloted"


def read_experience(part: Part) -> tuple[Experience, ...]:
    listed = part.maybe("experience")
    entries = listed.parts(MOST_EXPERIENCES) if listed else []
    return tuple(Experience(*(one[name].text() for name in EXPERIENCE)) for one in entries)


def faults_of_experience(told: Mapping[str, Text]) -> list[tuple[str, str]]:
    """What is wrong with an experience as it was typed, as (`where_sv`, code) pairs."""
    typed = [(f"{name}_{lang}", told[name][lang]) for name in EXPERIENCE for lang in LANGUAGES]
    return [
        (name, "missing" if not text else "too_long")
        for name, text in typed
        if not text or len(text) > _MOST_TOLD or not is_plain(text)
    ]


def read_teacher(part: Part) -> Teacher:
    before, during, after = (_texts(part[name]) for name in ("before", "during", "after"))
    return Teacher(before, during, after, part["smallClass"].text())


def _panels(part: Part) -> tuple[Panel, ...]:
    return tuple(_panel(line) for line in part.parts())


def _panel(line: Part) -> Panel:
    picture = line.maybe("emojiHex")
    return Panel(picture.string() if picture else None, line.text())


def _texts(part: Part) -> tuple[Text, ...]:
    return tuple(line.text() for line in part.parts())


SECTIONS: dict[str, Callable[[Part], object]] = {
    "title": Part.text,
    "subtitle": Part.text,
    "introduction": read_introduction,
    "assent": read_assent,
    "practice": read_question,
    "thanks": read_thanks,
    "stopDialog": read_stop,
    "teacher": read_teacher,
    "guardianNotice": Part.text,
    "resultBands": read_bands,
}
"""Every part beside the questions and profiles that a poll must have, and its reader."""
