"""Before results open, those who decide answer the children's booklet as they think the children will.

They do it in a session of its own kind: nothing of it is ever counted with what children say.
"""

import secrets
from collections import Counter

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain import sessions as rules
from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.guesses import Guess, compare
from server.domain.questions import ANSWERED_IN, Cells
from server.domain.responses import contributions, read_response
from server.domain.results import RECEIVED
from server.domain.sessions import JOINABLE, Session, State
from server.store import responses, sessions
from server.store.actions import insert_action
from server.store.consultations import Revisions, find_newest_revision
from server.store.database import Database
from server.store.guesses import add_guesses, list_guesses
from server.usecases.compose import find_open
from server.usecases.conclude import title_of
from server.usecases.report import Results

_MOST_ADULTS = 100


async def start_guess(db: Database, revisions: Revisions, consultation_id: str, *, by: str = "") -> Session:
    """The session whose link adults guess by; one at a time.

    Raises `frozen` when it is too late, `not_found` without a published poll.
    """
    async with db.writing(lasting=True) as tx:
        consultation = await find_open(tx, consultation_id)
        if running := await find_guess(tx, consultation_id):
            return running
        revision = await revisions.find(await find_newest_revision(tx, consultation_id) or "")
        if revision is None:
            raise DomainError("not_found")
        session = Session(
            id=rules.new_session_id(guess=True),
            consultation=consultation_id,
            area=consultation.area,
            grades=tuple(consultation.grades),
            counts_in_school=True,
            revision=revision.id,
            profile=revision.poll.profile_for([max(consultation.grades)]).id,
            state=State.OPEN,
            pictures=None,
            link=secrets.token_urlsafe(16),
            children=_MOST_ADULTS,
            opens=None,
        )
        await sessions.insert_session(tx, session)
        await insert_action(tx, by, Did.GUESSING_STARTED, consultation.area, await title_of(tx, consultation))
    return session


async def find_guess(db: AsyncConnection, consultation_id: str) -> Session | None:
    """The session that adults guess in now."""
    found = await sessions.list_sessions(db, consultation_id)
    return next((each for each in found if each.is_guess and each.state in JOINABLE), None)


async def sum_guesses(tx: AsyncConnection, revisions: Revisions, session: Session) -> None:
    """Adds what was guessed in a session to the sums, before its answers are erased. Raises `not_found`."""
    revision = await revisions.find(session.revision)
    if revision is None:
        raise DomainError("not_found")
    bodies = await responses.list_bodies(tx, session.id)
    given = contributions(revision.poll.asked(session.profile), [read_response(body) for _, body in bodies])
    added = {entry: _sum(answers) for entry, answers in given.items() if entry != ANSWERED_IN.id}
    await add_guesses(tx, session.consultation, revision.poll.id, added)


async def compare_guesses(db: AsyncConnection, found: Results) -> list[Guess]:
    """What adults guessed beside what children said, once these results are public."""
    if not found.consultation.public:
        return []
    return compare(found.results, found.poll.id, await list_guesses(db, found.consultation.id, found.poll.id))


def _sum(answers: list[Cells]) -> Cells:
    counted: Counter[str] = Counter({RECEIVED: len(answers)})
    for cells in answers:
        counted.update(cells)
    return dict(counted)
