"""A session from prepared to closed: who joins it, when it ends, and that its answers become packets."""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.grants import Grant, new_grant_id, sign, tombstone
from server.domain.packets import Place
from server.domain.responses import contributions, read_response
from server.domain.sessions import JOINABLE, Session, State
from server.live import Live
from server.store import areas, ideas, packets, responses, sessions, tablets
from server.store.actions import insert_action
from server.store.consultations import Consultation, Revisions, find_consultation, find_newest_revision
from server.store.database import Database
from server.usecases.guess import sum_guesses
from server.usecases.release import place_in, receive_answers, release_answers

_RNG = random.SystemRandom()

Clock = Callable[[], int]


async def prepare(
    db: Database,
    revisions: Revisions,
    consultation_id: str,
    area_id: str,
    grades: Sequence[int],
    *,
    profile: str | None = None,
    children: int | None = None,
    opens: str | None = None,
    closes: str | None = None,
    typed: bool = False,
    special: bool = False,
    trial: bool = False,
    today: str,
    by: str = "",
) -> Session:
    """A new session of the consultation's open poll; open at once unless `opens` (ISO date) lies after `today`.

    After the day `closes` (else the consultation's last) it takes no new children. A `special` group counts in the
    school, whatever its grades. One whose answers are `typed` in from paper has no picture code: children join it by
    no mistake. Those of a `trial` are erased at closing.

    Raises `not_found`, `frozen`, or `bad_form` naming the field.
    """
    async with db.writing(lasting=True) as tx:
        consultation = await find_unfrozen(tx, consultation_id)
        if not grades or any(grade not in consultation.grades for grade in grades):
            raise DomainError("bad_form", [("grades", "missing")])
        if area_id not in consultation.list_places_in(await areas.list_areas(tx)):
            raise DomainError("bad_form", [("area", "missing")])
        revision_id = await find_newest_revision(tx, consultation_id)
        revision = await revisions.find(revision_id) if revision_id else None
        if revision is None:
            raise DomainError("not_found")
        if profile and revision.poll.profile(profile) is None:
            raise DomainError("bad_form", [("profile", "unknown")])
        if not typed and not trial:
            closes = rules.check_days(consultation.facts, max(opens or today, today), closes)
        session = Session(
            id=rules.new_session_id(typed=typed, trial=trial, special=special),
            consultation=consultation.id,
            area=area_id,
            grades=tuple(sorted(set(grades))),
            counts_in_school=special or rules.counts_in_school(grades),
            revision=revision.id,
            profile=profile or revision.poll.profile_for(grades).id,
            state=State.PREPARED if opens and opens > today else State.OPEN,
            pictures=None if typed else rules.new_code(await sessions.list_codes(tx, area_id), _RNG),
            link=secrets.token_urlsafe(16),
            children=children,
            opens=opens,
            closes=closes,
        )
        await sessions.insert_session(tx, session)
        await note(tx, by, Did.SESSION_STARTED, session)
    return session


@dataclass(frozen=True)
class Joined:
    """A tablet's pass and its mark, as it is shown on the tablet and to the teacher."""

    session: Session
    token: str
    colour: str
    shape: str
    language: str


async def join(db: Database, live: Live, clock: Clock, key: bytes, session_id: str) -> Joined:
    """Lets one more tablet join. Raises `session_closed`, `not_released`, `frozen`, `too_many` or `not_found`."""
    async with db.writing(beside=True) as tx:
        session = await find(tx, session_id, for_update=True)
        await find_unfrozen(tx, session.consultation)
        if session.state not in JOINABLE:
            raise DomainError("session_closed")
        check_released(session)
        grant = new_grant_id()
        number = await tablets.insert_tablet(tx, session.id, grant, clock())
        if number >= rules.MOST_TABLETS:
            raise DomainError("too_many")
        area = await areas.find_area(tx, session.area)
    live.announce(session.id)
    token = sign(
        Grant(
            session.consultation,
            session.area,
            rules.grades_key(session.grades),
            session.revision,
            session.profile,
            session.id,
            grant,
        ),
        key,
    )
    return Joined(session, token, *rules.mark_for(number), language=area.language if area else "sv")


async def open_session(db: Database, live: Live, session_id: str, *, by: str = "") -> None:
    """Opens a prepared session. Raises `wrong_state`."""
    await _step(db, live, session_id, "open", Did.SESSION_OPENED, by)


async def finish(db: Database, live: Live, session_id: str, *, by: str = "") -> None:
    """No new joins or turns from now on; deliveries count. Raises `wrong_state`."""
    await _step(db, live, session_id, "finish", Did.SESSION_FINISHED, by)


async def renew_card(db: Database, session_id: str) -> None:
    """Makes every class card of the session that was printed before worthless."""
    async with db.writing(lasting=True, beside=True) as tx:
        session = await find(tx, session_id, for_update=True)
        await sessions.mark_card(tx, session.id, session.card + 1)


async def revoke_tablet(db: Database, live: Live, session_id: str, number: int) -> None:
    """What this tablet delivers from now on is held. Raises `not_found` when no such tablet joined."""
    async with db.writing(lasting=True, beside=True) as tx:
        await find(tx, session_id, for_update=True)
        if number not in {tablet.number for tablet in await tablets.list_tablets(tx, session_id)}:
            raise DomainError("not_found")
        await tablets.mark_revoked(tx, session_id, number)
    live.announce(session_id)


async def close(db: Database, live: Live, revisions: Revisions, key: bytes, session_id: str, *, by: str = "") -> None:
    """Turns a session's answers into packets and erases them, in one transaction (privacy.md, rule 2).

    Raises `wrong_state` when it is prepared or already closed: a session closes once. Raises `not_released` when nobody
    knows whether it was.
    """
    async with db.writing(lasting=True, beside=True) as tx:
        session = await find(tx, session_id, for_update=True)
        consultation = await find_unfrozen(tx, session.consultation)
        check_released(session)
        await close_in(tx, revisions, key, consultation, session)
        await mark_again(tx, [session.id])
        await note(tx, by, Did.SESSION_CLOSED, session)
    await db.forget_deleted()
    live.announce(session.id)
    live.announce(session.consultation)


async def discard(db: Database, live: Live, session_id: str, *, by: str = "") -> None:
    """Erases what a session that was misused has received, its ideas too: it counts nowhere, and what its tablets still
    deliver is acknowledged and dropped. A worry stays with those who keep it.

    Raises `frozen`, or `wrong_state` when it is closed: packets are never taken back.
    """
    async with db.writing(lasting=True, beside=True) as tx:
        session = await find(tx, session_id, for_update=True)
        await find_unfrozen(tx, session.consultation)
        state = rules.after(session.state, "discard")
        await responses.erase_uncounted(tx, session.id)
        await responses.erase_responses(tx, session.id)
        await tablets.erase_tablets(tx, session.id, all_of_them=True)
        await sessions.mark_state(tx, session.id, state)
        await note(tx, by, Did.SESSION_DISCARDED, session)
        if gone := await ideas.erase_ideas_of_session(tx, session.id):
            await insert_action(tx, by, Did.IDEAS_DISCARDED, session.area, str(gone))
    await db.forget_deleted()
    live.announce(session.id)
    live.announce(session.consultation)


async def close_in(
    tx: AsyncConnection, revisions: Revisions, key: bytes, consultation: Consultation, session: Session
) -> None:
    """Closes within a transaction that the caller commits."""
    state = rules.after(session.state, "close")
    if session.is_guess:
        await sum_guesses(tx, revisions, session)
    if session.is_trial:
        await responses.erase_uncounted(tx, session.id)
    else:
        await _release(tx, revisions, key, consultation, session)
    await responses.erase_responses(tx, session.id)
    await ideas.forget_senders(tx, session.id)
    await tablets.erase_tablets(tx, session.id)
    await sessions.mark_state(tx, session.id, state)


def check_released(session: Session) -> None:
    """Raises `not_released`."""
    if not session.released:
        raise DomainError("not_released")


async def mark_again(tx: AsyncConnection, session_ids: Sequence[str]) -> None:
    """Writes of closed sessions, for the journal, what does not follow from what a backup knows."""
    await sessions.mark_sessions_again(tx, session_ids)
    await responses.mark_participation_again(tx, session_ids)


async def _release(
    tx: AsyncConnection, revisions: Revisions, key: bytes, consultation: Consultation, session: Session
) -> None:
    """Makes the packets; what no packet takes waits one level up."""
    revision = await revisions.find(session.revision)
    bodies = await responses.list_bodies(tx, session.id)
    if revision is None:
        raise DomainError("not_found")
    await responses.insert_tombstones(tx, [(session.id, tombstone(session.id, id_, key)) for id_, _ in bodies])
    place = await find_place(tx, session, consultation)
    given = contributions(
        revision.poll.asked(session.profile), [read_response(body) for _, body in bodies], typed=session.typed
    )
    asked = revision.poll.entries_asked(session.profile)
    await packets.lock_figures(tx, consultation.id)
    for entry in revision.poll.ledger.values():
        about = (consultation.id, revision.poll.id, entry, place)
        number = len(given[entry.id])
        await receive_answers(tx, *about, number, len(bodies) - number if entry.id in asked else 0)
        await release_answers(tx, *about, given[entry.id])


async def find_place(tx: AsyncConnection, session: Session, consultation: Consultation) -> Place:
    """Where a session of a consultation stands in the tree."""
    grades = "" if session.counts_in_school else rules.grades_key(session.grades)
    return place_in(await areas.list_areas(tx), consultation.area, session.area, grades, session.id)


async def note(tx: AsyncConnection, by: str, did: Did, session: Session) -> None:
    """Says in the action log what was done with a session, in its school's language."""
    consultation = await find_consultation(tx, session.consultation)
    area = await areas.find_area(tx, session.area)
    title = consultation.title[area.language] if consultation and area else ""
    await insert_action(tx, by, did, session.area, f"{title}: {rules.grades_key(session.grades)}")


async def _step(db: Database, live: Live, session_id: str, step: str, did: Did, by: str) -> None:
    async with db.writing(lasting=True, beside=True) as tx:
        session = await find(tx, session_id, for_update=True)
        await sessions.mark_state(tx, session.id, rules.after(session.state, step))
        await note(tx, by, did, session)
    live.announce(session.id)
    live.announce(session.consultation)


async def find(tx: AsyncConnection, session_id: str, *, for_update: bool = False) -> Session:
    """Raises `not_found`."""
    session = await sessions.find_session(tx, session_id, for_update=for_update)
    if session is None:
        raise DomainError("not_found")
    return session


async def find_unfrozen(tx: AsyncConnection, consultation_id: str) -> Consultation:
    """Raises `not_found` or `frozen`."""
    consultation = await find_consultation(tx, consultation_id)
    if consultation is None:
        raise DomainError("not_found")
    if consultation.frozen:
        raise DomainError("frozen")
    return consultation
