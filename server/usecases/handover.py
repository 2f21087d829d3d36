"""Taking in a tablet's file: each answer goes the way it would have gone from the tablet, and counts once."""

from collections import Counter
from collections.abc import Callable, Mapping

from server.domain.actions import Did
from server.domain.deliveries import Delivery, judge
from server.domain.grants import Grant
from server.domain.ideas import read_content, read_idea
from server.domain.parcels import IDEAS, Parcel
from server.domain.responses import Gone, Rejected, is_id
from server.seals import Seals
from server.store.consultations import Revisions
from server.store.database import Database
from server.usecases import ideas
from server.usecases.collect import Collector
from server.usecases.redraw import Easel
from server.usecases.run_session import find, note

_AT_ONCE = 50

Clock = Callable[[], int]
Words = Counter[str]
"""How many answers were `stored` (now or before), `held`, `rejected` or `gone`."""


async def take_in(
    db: Database,
    revisions: Revisions,
    collector: Collector,
    easel: Easel,
    clock: Clock,
    seals: Seals,
    parcel: Parcel,
    *,
    by: str,
) -> Words:
    """Delivers a parcel. What was delivered before an error stays; again is harmless. Raises `over_cap` or `busy`."""
    grant, words = parcel.grant, Words()
    revision = await revisions.find(grant.revision)
    poll = revision.poll if revision else None
    responses = parcel.responses
    for at in range(0, len(responses), _AT_ONCE):
        batch = responses[at : at + _AT_ONCE]
        items, rejected = judge(
            poll, grant.profile, grant.revision, batch, lambda each, seal: seals.open(*grant.about(each), seal)
        )
        # The tablet itself was not heard.
        outcome = await collector.deliver(Delivery(grant, items, rejected, ready="", turn="", pending=0))
        words.update(receipt.status for receipt in outcome.receipts.values())
    for item in parcel.ideas:
        words[await _take_idea(db, revisions, easel, clock, seals, grant, item)] += 1
    if parcel.items:
        async with db.writing() as tx:
            await note(tx, by, Did.ANSWERS_HANDED_OVER, await find(tx, grant.session))
    return words


async def _take_idea(
    db: Database,
    revisions: Revisions,
    easel: Easel,
    clock: Clock,
    seals: Seals,
    grant: Grant,
    item: Mapping[str, object],
) -> str:
    name, body, seal = str(item.get("id")), item.get("body"), item.get("seal")
    try:
        if not is_id(name.removeprefix(IDEAS)):
            raise Rejected("bad_id")
        if isinstance(seal, str):
            raw = seals.open(*grant.about(name), seal)
        else:
            raw = body.encode() if isinstance(body, str) else b""
        idea = read_idea(read_content(raw) or {})
    except Rejected:
        return "rejected"
    except Gone:
        return "gone"
    kept = await ideas.receive(db, revisions, easel, clock, grant, name.removeprefix(IDEAS), idea)
    return kept.receipt.status
