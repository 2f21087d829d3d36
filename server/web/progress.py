"""How far a session has come, in numbers that tell nothing about any answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.errors import DomainError
from server.domain.people import Action, Person
from server.domain.sessions import Session, State
from server.store.areas import Area, list_areas_above, list_path_in
from server.store.consultations import Consultation, find_consultation
from server.store.responses import count_arrived, count_held, count_undecided
from server.store.sessions import find_session
from server.store.tablets import Tablet, list_tablets


@dataclass(frozen=True)
class Row:
    """A tablet as the page shows it: `minutes` since it was heard from, instead of when."""

    tablet: Tablet
    minutes: int


@dataclass(frozen=True)
class Progress:
    """`held` counts the held responses by reason, `undecided` those to decide on; `now` is in seconds since 1970."""

    session: Session
    school: Area
    path: tuple[str, ...]
    consultation: Consultation
    arrived: int
    late: int
    held: Mapping[str, int]
    undecided: Mapping[str, int]
    tablets: tuple[Tablet, ...]
    now: int

    @property
    def rows(self) -> Iterator[Row]:
        return (Row(replace(each, heard_at=0), (self.now - each.heard_at) // 60) for each in self.tablets)

    @property
    def answering(self) -> int:
        return sum(tablet.turn == "answering" for tablet in self.tablets)

    @property
    def waiting(self) -> int:
        """At least so many responses are still on the tablets."""
        return sum(tablet.pending for tablet in self.tablets)

    @property
    def not_ready(self) -> int:
        return sum(tablet.ready == "no" for tablet in self.tablets)

    @property
    def forgetful(self) -> int:
        """So many tablets are ready, but may lose what they hold."""
        return sum(tablet.ready == "yes" for tablet in self.tablets)

    @property
    def not_heard(self) -> tuple[Tablet, ...]:
        """The tablets that have not said "nothing left" since new children stopped; a revoked one is not waited for."""
        return tuple(tablet for tablet in self.tablets if not tablet.settled and not tablet.revoked)

    @property
    def is_safe(self) -> bool:
        """Whether the room can be left: every joined tablet has handed in everything."""
        return self.session.state == State.CLOSING and not self.not_heard

    def allowed(self, person: Person) -> dict[str, bool]:
        """What this person may do here."""
        actions = {
            "may_run": Action.RUN_SESSION,
            "may_close": Action.CLOSE_SESSION,
            "may_read": Action.READ_RESULTS,
            "may_release": Action.ADMINISTER,
        }
        return {name: person.may(action, self.path) for name, action in actions.items()}


async def find_progress(db: AsyncConnection, session_id: str, now: int) -> Progress:
    """Raises `not_found`."""
    session = await find_session(db, session_id)
    consultation = await find_consultation(db, session.consultation) if session else None
    known = await list_areas_above(db, session.area) if session else {}
    if session is None or consultation is None or session.area not in known:
        raise DomainError("not_found")
    arrived, late = (await count_arrived(db, [session_id])).get(session_id, (0, 0))
    return Progress(
        session=session,
        school=known[session.area],
        path=tuple(list_path_in(known, session.area)),
        consultation=consultation,
        arrived=arrived,
        late=late,
        held=await count_held(db, session_id),
        undecided={} if consultation.frozen else await count_undecided(db, session_id),
        tablets=tuple(await list_tablets(db, session_id)),
        now=now,
    )
