"""The class wall: the packets of one session in words, never in numbers. Knows no storage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.domain.consultations import Poll
from server.domain.questions import Cells, Question

_BANDS = ((50, "most"), (30, "many"), (10, "some"))
_LEAST = "few"
# What a share is of: who put it first, who gave at least one coin, who chose it.
_CELL = {"rank": "@1", "budget": "#"}


@dataclass(frozen=True)
class Packet:
    """What one ledger entry's packet says: the counts of `shown` answers."""

    shown: int
    counts: Cells


@dataclass(frozen=True)
class Card:
    """One entry of the ledger on the wall: `bands` names each option's share, None where too few have answered."""

    question: Question
    entry: Question
    bands: Mapping[str, str] | None


def band(number: int, shown: int) -> str:
    """`most` is more than 50 %, `many` more than 30 %, `some` more than 10 %, `few` the rest, also none."""
    return next((name for percent, name in _BANDS if 100 * number > percent * shown), _LEAST)


def wall(poll: Poll, profile: str, packets: Mapping[str, Packet]) -> tuple[Card, ...]:
    """The cards of a session's wall, in the order of its questions; `packets` by ledger entry, of this session only."""
    return tuple(
        Card(question, entry, _bands(entry, packets[entry.id]) if entry.id in packets else None)
        for question, entry in _entries(poll, profile)
    )


def _entries(poll: Poll, profile: str) -> Iterator[tuple[Question, Question]]:
    for question in poll.played(profile):
        if question.wall and not question.sensitive:
            yield from ((question, entry) for entry in question.entries)


def share_cell(entry: Question, option: str) -> str:
    """The cell that says how many children an option had."""
    return option + _CELL.get(entry.kind, "")


def _bands(entry: Question, packet: Packet) -> Mapping[str, str]:
    counts = packet.counts
    return {option: band(counts.get(share_cell(entry, option), 0), packet.shown) for option in entry.option_ids}
