"""What a person decides about an idea, once and by name; what is a worry is for those who keep the worries."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import desk as rules
from server.domain.actions import Did
from server.domain.desk import Box, State, Verdict, hide_words, keepers
from server.domain.errors import DomainError
from server.domain.people import Action, Person
from server.store import desk
from server.store.actions import insert_action
from server.store.areas import Area, find_area, list_area_path
from server.store.consultations import Consultation, find_consultation, mark_consultation
from server.store.database import Database
from server.store.desk import DeskIdea
from server.store.staff import Member, list_members
from server.usecases.redraw import Easel, cover

Clock = Callable[[], int]

KEEPERS = ("worryFirst", "worryDeputy")
"""Facts of a consultation: who keeps its worries, as ids of staff."""

_DID = {
    State.NEW: Did.IDEA_REOPENED,
    State.SHOWN: Did.IDEA_SHOWN,
    State.COVERED: Did.IDEA_COVERED,
    State.DOUBTED: Did.IDEA_DOUBTED,
    State.HIDDEN: Did.IDEA_HIDDEN,
    State.WORRY: Did.WORRY_MARKED,
}


async def list_able(db: AsyncConnection, consultation: Consultation) -> list[Member]:
    """Who may look at this consultation's ideas and can sign in, by name."""
    path = await list_area_path(db, consultation.area)
    return [
        member
        for member in await list_members(db, path)
        if not member.account.disabled
        and member.account.password
        and Person(member.account.id, "", member.roles).may(Action.MODERATE_IDEAS, path)
    ]


async def list_keepers(db: AsyncConnection, consultation: Consultation) -> list[Member]:
    """Who sees this consultation's worries."""
    able = {member.account.id: member for member in await list_able(db, consultation)}
    named = [str(consultation.facts.get(name, "")) for name in KEEPERS]
    chosen = keepers(named, able)
    return [member for member in able.values() if member.account.id in chosen]


async def decide(
    db: Database,
    clock: Clock,
    consultation_id: str,
    idea_id: str,
    wanted: str,
    *,
    was: str,
    by: str,
    reason: str = "",
    critical: bool = False,
) -> State:
    """Decides about an idea that stands as it `was` seen; the same decision sent twice is one. Returns how it stands.

    Raises `not_found`, `already_decided`, `bad_form`, `second_person` or `wrong_state`.
    """
    async with db.writing(lasting=True) as tx:
        consultation, idea = await find(tx, consultation_id, idea_id, by=by)
        if wanted == State.COVERED:
            raise DomainError("bad_form", [("decision", "unknown")])
        if not _is_same(idea.verdict, wanted, reason, by):
            _check_seen(idea, was)
            verdict = rules.decide(idea.verdict, wanted, by, reason=reason, critical=critical)
            await _keep(tx, clock, consultation, idea, verdict, by)
            return verdict.state
    return idea.verdict.state


async def cover_idea(
    db: Database,
    easel: Easel,
    clock: Clock,
    consultation_id: str,
    idea_id: str,
    hidden: Collection[str],
    boxes: Sequence[Box],
    *,
    was: str,
    by: str,
) -> None:
    """Lets an idea be shown with these words (their places, from 0) and parts of the drawing covered.

    What was covered before stays so. Raises what `decide` raises, `bad_form` when nothing is covered, and `busy`.
    """
    async with db.reading() as tx:
        drawn = await _drawn(tx, consultation_id, idea_id)
    painted = await easel.work(lambda: cover(drawn, boxes)) if drawn and boxes else None
    async with db.writing(lasting=True) as tx:
        consultation, idea = await find(tx, consultation_id, idea_id, by=by)
        text = hide_words(idea.said or "", hidden) if hidden else idea.covered_text
        if not hidden and painted is None:
            raise DomainError("bad_form", [("box", "missing")])
        _check_seen(idea, was)
        stands = await _drawn(tx, consultation_id, idea_id)
        if painted and stands != drawn:
            # Somebody covered more of it meanwhile.
            raise DomainError("already_decided")
        picture = painted or (stands if idea.has_cover else None)
        verdict = rules.decide(idea.verdict, State.COVERED, by)
        await _keep(tx, clock, consultation, idea, verdict, by, text, picture)
    await db.forget_deleted()


async def _drawn(tx: AsyncConnection, consultation_id: str, idea_id: str) -> bytes:
    """The drawing with what is covered of it by now; nothing where there is none."""
    covered = await desk.find_desk_picture(tx, consultation_id, idea_id, covered=True)
    found = covered or await desk.find_desk_picture(tx, consultation_id, idea_id)
    return found[1] if found else b""


async def open_school(db: Database, consultation_id: str, idea_id: str, *, by: str) -> Area:
    """The school that a worry came from; each time stands in the log. Raises `not_found` or `wrong_state`."""
    async with db.writing() as tx:
        consultation, idea = await find(tx, consultation_id, idea_id, by=by)
        if idea.verdict.state not in rules.WORRIES:
            raise DomainError("wrong_state")
        school = await find_area(tx, await desk.find_school_of(tx, idea_id) or "")
        if school is None:
            raise DomainError("not_found")
        await _note(tx, by, Did.WORRY_OPENED, consultation)
    return school


async def hand_over(db: Database, clock: Clock, consultation_id: str, idea_id: str, *, by: str) -> None:
    """Notes that a worry is now where it belongs, and who saw to it: never what it is. Twice is once.

    Raises `not_found` or `wrong_state`.
    """
    async with db.writing(lasting=True) as tx:
        consultation, idea = await find(tx, consultation_id, idea_id, by=by)
        if idea.verdict.state == State.HANDED:
            return
        if idea.verdict.state != State.WORRY:
            raise DomainError("wrong_state")
        await desk.mark_decided(tx, idea_id, Verdict(State.HANDED, by=by), clock())
        await _note(tx, by, Did.WORRY_HANDED, consultation)


async def name_keepers(db: Database, consultation_id: str, first: str, deputy: str, *, by: str) -> None:
    """Says who keeps the worries, two people who may look at ideas here. Raises `not_found` or `bad_form`."""
    async with db.writing(lasting=True) as tx:
        consultation = await _consultation(tx, consultation_id)
        able = {member.account.id for member in await list_able(tx, consultation)}
        wrong = [(field, "missing") for field, one in zip(KEEPERS, (first, deputy), strict=True) if one not in able]
        if not wrong and first == deputy:
            wrong = [(KEEPERS[1], "same")]
        if wrong:
            raise DomainError("bad_form", wrong)
        named = dict(zip(KEEPERS, (first, deputy), strict=True))
        await mark_consultation(tx, replace(consultation, facts={**consultation.facts, **named}))
        await _note(tx, by, Did.WORRY_KEEPERS_NAMED, consultation)


async def find(tx: AsyncConnection, consultation_id: str, idea_id: str, *, by: str) -> tuple[Consultation, DeskIdea]:
    """An idea that `by` may see, for a decision. Raises `not_found`, also for a worry that others keep."""
    consultation = await _consultation(tx, consultation_id)
    idea = await desk.find_desk_idea(tx, consultation_id, idea_id, for_update=True)
    if idea is None or not await may_see(tx, consultation, idea.verdict.state, by):
        raise DomainError("not_found")
    return consultation, idea


async def may_see(db: AsyncConnection, consultation: Consultation, state: State, person: str) -> bool:
    """Worries are for those who keep them; what is erased is for nobody."""
    if state in rules.WORRIES:
        return person in {member.account.id for member in await list_keepers(db, consultation)}
    return state != State.ERASED


def _check_seen(idea: DeskIdea, was: str) -> None:
    if idea.verdict.state != was:
        raise DomainError("already_decided")


def _is_same(verdict: Verdict, wanted: str, reason: str, by: str) -> bool:
    """Whether this person has decided just that already."""
    if wanted == State.HIDDEN:
        stands = verdict.state in (State.HIDDEN, State.DOUBTED) and verdict.reason == reason
        return stands and by in (verdict.second, None if verdict.second else verdict.by)
    return verdict.state == wanted and verdict.by in (by, None)


async def _keep(
    tx: AsyncConnection,
    clock: Clock,
    consultation: Consultation,
    idea: DeskIdea,
    verdict: Verdict,
    by: str,
    text: str | None = None,
    picture: bytes | None = None,
) -> None:
    await desk.mark_decided(tx, idea.id, verdict, clock(), text, picture)
    is_released = idea.verdict.state == State.WORRY
    await _note(tx, by, Did.WORRY_RELEASED if is_released else _DID[verdict.state], consultation)


async def _note(tx: AsyncConnection, by: str, did: Did, consultation: Consultation) -> None:
    area = await find_area(tx, consultation.area)
    await insert_action(tx, by, did, consultation.area, consultation.title[area.language if area else "sv"])


async def _consultation(tx: AsyncConnection, consultation_id: str) -> Consultation:
    consultation = await find_consultation(tx, consultation_id, for_update=True)
    if consultation is None:
        raise DomainError("not_found")
    return consultation
