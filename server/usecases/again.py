"""A question that was asked before, word for word, in the same area: what was said then. Knows packets only."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.questions import ANSWERED_IN, Question, Text
from server.domain.results import Result, sum_up
from server.store.consultations import Consultation, Revisions, list_before
from server.usecases.report import Results, read_figures


@dataclass(frozen=True)
class Earlier:
    """`result` is of the same place as now; `at` is when its poll was published, in seconds since 1970, if known."""

    consultation: Consultation
    at: int | None
    result: Result


async def read_earlier(db: AsyncConnection, revisions: Revisions, found: Results) -> Mapping[str, Earlier]:
    """The last time before this that each entry of the ledger was asked of the same area, by entry."""
    earlier: dict[str, Earlier] = {}
    for before in await list_before(db, found.consultation, found.poll.id):
        revision = await revisions.find(before.revision)
        if revision is None:
            continue
        now = (entry for entry in found.poll.ledger.values() if entry.id not in earlier)
        again = [entry for entry in now if is_same(entry, revision.poll.ledger.get(entry.id))]
        here = await read_figures(db, before.consultation.id, found.schools, found.where) if again else []
        for entry in again:
            earlier[entry.id] = Earlier(before.consultation, before.at, sum_up(revision.poll.id, entry, here))
    return earlier


def is_same(now: Question, then: Question | None) -> bool:
    """Whether the same was asked: the kind, the words and the options. How children answer in is no such question."""
    if then is None or now.id == ANSWERED_IN.id:
        return False
    return (now.kind, now.text, _options(now)) == (then.kind, then.text, _options(then))


def _options(question: Question) -> dict[str, Text]:
    return {option.id: option.text for option in question.options}
