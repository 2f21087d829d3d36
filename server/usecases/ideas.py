"""Receiving an idea: redrawn, then kept once in one transaction, beside no response."""

from collections.abc import Callable
from dataclasses import dataclass

from server.domain import ideas as rules
from server.domain.deliveries import STORED, Receipt
from server.domain.errors import DomainError
from server.domain.grants import Grant
from server.domain.ideas import Idea
from server.domain.responses import Gone
from server.domain.sessions import cap, is_trial, read_grades
from server.store import ideas
from server.store.bulk import do
from server.store.consultations import Revision, Revisions
from server.store.database import Database
from server.store.erasing import is_erased
from server.store.ideas import KeptIdea, Standing
from server.store.responses import insert_commit
from server.usecases.keep import DAY_S
from server.usecases.redraw import Easel

_REFUSE_ABOVE = 3

Clock = Callable[[], int]


@dataclass(frozen=True)
class Kept:
    """The server's word on one idea, and the durable commit that wrote or saw it; `is_over` says that nothing of it is
    kept, here or on the tablet.
    """

    receipt: Receipt
    commit: str
    is_over: bool


async def receive(
    db: Database, revisions: Revisions, easel: Easel, clock: Clock, grant: Grant, idea_id: str, idea: Idea
) -> Kept:
    """Keeps an idea, or holds it for a moderator's word; a frozen, trial or discarded session only acknowledges it.

    Raises `busy`, or `over_cap` far above the session's cap; Gone when its consultation was erased.
    """
    revision = await revisions.find(grant.revision)
    picture = await easel.redraw(idea.strokes, idea.colours) if idea.strokes else None
    async with db.writing(beside=True) as tx:
        if await is_erased(tx, grant.consultation):
            raise Gone
        standing = await ideas.find_standing(tx, grant)
        kept = None
        if not standing.is_over and not is_trial(grant.session):
            if standing.arrived >= _REFUSE_ABOVE * cap(standing.children):
                raise DomainError("over_cap")
            made = _kept_idea(grant, revision, idea_id, idea, picture, _why_held(standing, grant, revision, idea))
            await ideas.insert_idea(tx, grant.session, made)
            kept = await ideas.find_idea(tx, idea_id)
        commit = await do(tx, insert_commit(clock() // DAY_S, []))
    return Kept(Receipt("held", kept.held) if kept and kept.held else STORED, commit, standing.is_over)


def _why_held(standing: Standing, grant: Grant, revision: Revision | None, idea: Idea) -> str | None:
    if standing.revoked:
        return "revoked"
    if revision is None or not rules.suits(revision.poll, grant.profile, idea):
        return "unfit"
    return "over_cap" if standing.arrived >= cap(standing.children) else None


def _kept_idea(
    grant: Grant, revision: Revision | None, idea_id: str, idea: Idea, picture: bytes | None, held: str | None
) -> KeptIdea:
    """The place and the age come from the tablet's pass, never from what it sent."""
    return KeptIdea(
        id=idea_id,
        consultation=grant.consultation,
        poll=revision.poll.id if revision else "",
        question=idea.question,
        school=grant.area,
        grades=rules.band(read_grades(grant.grades)),
        lang=idea.lang,
        may_show=idea.may_show,
        held=held,
        text=idea.text,
        picture=picture,
    )
