"""Pages of consultations: what a member of staff sees first, and which sessions there are. No answers, no ranking."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.people import Action, Person
from server.domain.questions import Text
from server.domain.sessions import Session, State
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import (
    Consultation,
    find_consultation,
    find_newest_revision,
    list_consultations,
)
from server.store.responses import count_arrived
from server.store.sessions import list_sessions
from server.usecases import report
from server.web.events import stream
from server.web.forms import go_to
from server.web.parts import Parts, parts
from server.web.templating import language_of, page
from server.web.words import by_name

_SEES = (Action.WATCH_SESSION, Action.READ_RESULTS)
_LIVE = (State.OPEN, State.CLOSING)


@dataclass(frozen=True)
class Line:
    """A session with how many responses arrived in time, and how many after the freeze."""

    session: Session
    arrived: int
    late: int
    may_watch: bool


@dataclass(frozen=True)
class School:
    area: Area
    may_start: bool
    lines: tuple[Line, ...]

    @property
    def arrived(self) -> int:
        return sum(line.arrived for line in self.lines)


@dataclass(frozen=True)
class Overview:
    """One consultation as one person may see it, its schools by name."""

    consultation: Consultation
    subtitle: Text
    schools: tuple[School, ...]
    may_enter: bool
    may_read: bool
    may_freeze: bool
    poll: str = ""
    may_type: bool = False
    composes: str | None = None
    """The poll whose sounds this person may change."""

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for school in self.schools for line in school.lines)

    @property
    def arrived(self) -> int:
        return sum(school.arrived for school in self.schools)

    @property
    def late(self) -> int:
        return sum(line.late for line in self.lines)

    @property
    def running(self) -> int:
        return sum(line.session.state in _LIVE for line in self.lines)

    @property
    def startable(self) -> tuple[School, ...]:
        return () if self.consultation.frozen else tuple(school for school in self.schools if school.may_start)


async def overview(request: Request) -> Response:
    """The first page: every consultation one has a part in, with its next step."""
    here, person = parts(request), request.state.person
    async with here.db.reading() as db:
        known = await list_areas(db)
        found = [
            await _overview(here, db, known, consultation, person, language_of(request))
            for consultation in await list_consultations(db)
        ]
    seen = [one for one in found if one.schools or one.may_enter]
    return page(request, "consultations/overview.html", {"overviews": seen})


async def show(request: Request) -> Response:
    """The sessions of a consultation by school, with how many responses have arrived."""
    found = await _found(request)
    return page(request, "consultations/show.html", {"overview": found, "asks": request.query_params.get("ask")})


async def sessions_fragment(request: Request) -> Response:
    """The part of the consultation's page that changes."""
    return page(request, "consultations/_sessions.html", {"overview": await _found(request)})


async def events(request: Request) -> Response:
    return stream(request, request.path_params["consultation"])


async def freeze(request: Request) -> Response:
    """Freezes for good; the results stand when it answers. Raises `frozen`."""
    here, consultation = parts(request), request.path_params["consultation"]
    await report.freeze(here.db, here.live, here.revisions, here.key, consultation)
    return go_to(request, f"/staff/consultations/{consultation}")


async def _found(request: Request) -> Overview:
    here = parts(request)
    async with here.db.reading() as db:
        consultation = await find_consultation(db, request.path_params["consultation"])
        if consultation is None:
            raise DomainError("not_found")
        known = await list_areas(db)
        return await _overview(here, db, known, consultation, request.state.person, language_of(request))


async def _overview(
    here: Parts, db: AsyncConnection, known: Mapping[str, Area], consultation: Consultation, person: Person, lang: str
) -> Overview:
    newest = await find_newest_revision(db, consultation.id)
    revision = await here.revisions.find(newest) if newest else None
    path = list_path_in(known, consultation.area)
    return Overview(
        consultation=consultation,
        subtitle=revision.poll.subtitle if revision else {lang: ""},
        schools=tuple(await _schools(db, known, consultation, person, lang)),
        may_enter=person.may(Action.BE_STAFF, path),
        may_read=person.may(Action.READ_RESULTS, path),
        may_freeze=person.may(Action.FREEZE, path) and not consultation.frozen,
        poll=revision.poll.id if revision else "",
        may_type=person.may(Action.TYPE_SHEETS, path) and not consultation.frozen,
        composes=revision.poll.id if revision and person.may(Action.COMPOSE, path) else None,
    )


async def _schools(
    db: AsyncConnection, known: Mapping[str, Area], consultation: Consultation, person: Person, lang: str
) -> list[School]:
    """The schools of which this person may start or see sessions."""
    sessions = await list_sessions(db, consultation.id)
    arrived = await count_arrived(db, [session.id for session in sessions])
    schools: list[School] = []
    for area in by_name(known.values(), lang):
        path = list_path_in(known, area.id)
        if consultation.area not in path[1:] or not _sees(person, path):
            continue
        may_watch = person.may(Action.WATCH_SESSION, path)
        lines = tuple(
            Line(session, *arrived.get(session.id, (0, 0)), may_watch)
            for session in sessions
            if session.area == area.id
        )
        schools.append(School(area, person.may(Action.RUN_SESSION, path), lines))
    return schools


def _sees(person: Person, path: Collection[str]) -> bool:
    return any(person.may(action, list(path)) for action in (*_SEES, Action.RUN_SESSION))
