"""What came of a consultation: who read it, when it was decided and how, and the cards “you said – we did”.

Knows no storage, no clock and no page. It is written by paths as polls are (drafts.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from server.domain.packages import LANGUAGES
from server.domain.questions import Text
from server.domain.sessions import GRADES

Content = dict[str, Any]


class Done(StrEnum):
    """How far a promise of a card has come."""

    DONE = "done"
    IN_PROGRESS = "in_progress"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Reader:
    """Somebody who read the results, on an ISO date."""

    id: str
    name: str
    role: Text
    day: str


@dataclass(frozen=True)
class Card:
    """What children said, and what was done about it, or why it cannot be done.

    `picture` is as a poll names one; `day` is an ISO date; `follow_up` is the consultation that asks whether it turned
    out well, or an empty text: it comes later, and makes no other card. Nor does `since`, the ISO date on which it was
    first published.
    """

    id: str
    picture: str
    said: Text
    did: Text
    state: Done
    day: str
    follow_up: str = field(default="", compare=False)
    since: str = field(default="", compare=False)


@dataclass(frozen=True)
class Feedback:
    """Texts, names and days (ISO dates) are empty while they are not known.

    `answered` is the day on which the children first got their answer, `since` on which day each part was first
    published (`parts_of`); what was published before that was noted has none.
    """

    readers: tuple[Reader, ...]
    meeting: str
    decision: Text
    decided_on: str
    case_number: str
    reasons: Text
    cannot: Text
    next_step: Text
    cards: tuple[Card, ...]
    answered: str = ""
    since: Mapping[str, str] = field(default_factory=dict, compare=False)

    def spoken(self, lang: str) -> list[str]:
        """What is read aloud, in the order of the cards."""
        return [text for card in self.cards for text in (card.said[lang], card.did[lang]) if text]


def empty_feedback() -> Content:
    """What is written before anything is."""
    texts = {name: dict.fromkeys(LANGUAGES, "") for name in ("decision", "reasons", "cannot", "next")}
    return {"readers": [], "meeting": "", "decidedOn": "", "caseNumber": "", **texts, "cards": []}


def read_feedback(content: Mapping[str, Any]) -> Feedback:
    """What stands there, without the parts that were taken away."""
    cards, readers = ([each for each in content[name] if not each.get("removed")] for name in ("cards", "readers"))
    return Feedback(
        readers=tuple(Reader(each["id"], each["name"], each["role"], each["day"]) for each in readers),
        meeting=content["meeting"],
        decision=content["decision"],
        decided_on=content["decidedOn"],
        case_number=content["caseNumber"],
        reasons=content["reasons"],
        cannot=content["cannot"],
        next_step=content["next"],
        cards=tuple(_card(each, content.get("since", {})) for each in cards),
        answered=content.get("answered", ""),
        since=content.get("since", {}),
    )


def parts_of(feedback: Feedback) -> set[str]:
    """What is published by itself: `decision`, and each card by its id."""
    return {card.id for card in feedback.cards} | ({"decision"} if any(feedback.decision.values()) else set())


def published_since(before: Feedback | None, now: Feedback, today: str) -> dict[str, str]:
    """When each part of `now` was first published, if what was published `before` becomes `now` `today` (ISO date)."""
    old = before.since if before else {}
    known = parts_of(before) if before else set()
    return {**old, **dict.fromkeys(sorted(parts_of(now) - known - old.keys()), today)}


def day_of(moment: int) -> str:
    """The ISO date of a time in seconds since 1970."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _card(part: Mapping[str, Any], since: Mapping[str, str]) -> Card:
    said, did, state = part["said"], part["did"], Done(part["state"])
    later = (part.get("followUp", ""), since.get(part["id"], ""))
    return Card(part["id"], part["emojiHex"], said, did, state, part["day"], *later)


class Stage(StrEnum):
    """The way of what children say, in its order."""

    ASKED = "asked"
    COUNTED = "counted"
    READ = "read"
    MEETING = "meeting"
    DECISION = "decision"
    ANSWER = "answer"


class Reached(StrEnum):
    REACHED = "reached"
    NOW = "now"
    LATER = "later"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Step:
    """`day` is when it happened or is to happen, an ISO date; None when nobody said."""

    stage: Stage
    state: Reached
    day: str | None


def is_overdue(facts: Mapping[str, Any], feedback: Feedback | None, today: str) -> bool:
    """Whether the children were promised an answer by a day that has passed; `feedback` is what is published."""
    promised = facts.get("feedbackBy") or today
    return promised < today and not (feedback and feedback.answered)


def timeline(
    facts: Mapping[str, Any], feedback: Feedback | None, *, frozen: bool, today: str, frozen_on: str | None = None
) -> list[Step]:
    """Where a consultation is on its way to an answer, from its facts and what is published of its feedback.

    A stage that was passed over without being told of is left out. `today` and `frozen_on` are ISO dates.
    """
    ends, found = facts.get("ends") or "", feedback or read_feedback(empty_feedback())
    is_decided = any(found.decision.values()) and "" < found.decided_on <= today
    reached = {
        Stage.ASKED: frozen or "" < ends < today,
        Stage.COUNTED: frozen,
        Stage.READ: bool(found.readers),
        Stage.MEETING: "" < found.meeting <= today,
        Stage.DECISION: is_decided,
        Stage.ANSWER: bool(found.answered),
    }
    days = {
        Stage.ASKED: facts.get("begins"),
        Stage.COUNTED: frozen_on if frozen else ends,
        Stage.READ: max((reader.day for reader in found.readers), default=None),
        Stage.MEETING: found.meeting,
        Stage.DECISION: found.decided_on,
        Stage.ANSWER: found.answered or facts.get("feedbackBy"),
    }
    here = max((at for at, stage in enumerate(Stage) if reached[stage]), default=-1)
    states = dict.fromkeys(Stage, Reached.LATER) | {stage: Reached.REACHED for stage in Stage if reached[stage]}
    stages = [stage for at, stage in enumerate(Stage) if at > here or reached[stage]]
    ahead = [stage for stage in stages if not reached[stage]]
    if ahead:
        states[ahead[0]] = Reached.NOW
    if is_overdue(facts, feedback, today):
        states[Stage.ANSWER] = Reached.OVERDUE
    return [Step(stage, states[stage], days[stage] or None) for stage in stages]


def grades_told(grades: Sequence[int], asked_on: str, today: str) -> tuple[int, ...]:
    """The grades whose classes are told what came of what `grades` said on the day `asked_on` (ISO dates).

    Each first of August a class goes up one grade and is followed; those who come after it are told as well.
    """
    first, now = date.fromisoformat(asked_on), date.fromisoformat(today)
    summers = max(0, now.year - (now.month < 8) - first.year + (first.month < 8))
    told = {grade + up for grade in grades for up in range(summers + 1)}
    return tuple(grade for grade in GRADES if grade in told)
