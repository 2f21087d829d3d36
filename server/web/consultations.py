"""Pages of consultations: what a member of staff sees first, and which sessions there are. No answers, no ranking."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.people import Action, Person
from server.domain.questions import Text
from server.domain.sessions import Session, State
from server.store.areas import Area, list_areas, list_below_in, list_path_in
from server.store.consultations import (
    Consultation,
    Outline,
    find_consultation,
    find_newest_revision,
    list_consultations,
    list_newest_revisions,
)
from server.store.responses import count_arrived, count_arrived_by_place
from server.store.sessions import list_closed_sessions, list_sessions, list_unclosed_sessions
from server.usecases import freeze as freezing
from server.web.events import stream
from server.web.forms import go_to
from server.web.parts import Parts, parts
from server.web.templating import language_of, page
from server.web.words import by_name

_SEES = (Action.WATCH_SESSION, Action.READ_RESULTS)
_LIVE = (State.OPEN, State.CLOSING)
_MOST_CLOSED = 100


@dataclass(frozen=True)
class Line:
    """A session with how many responses arrived in time, and how many after the freeze."""

    session: Session
    arrived: int
    late: int
    may_watch: bool


@dataclass(frozen=True)
class School:
    """`arrived` counts all of its sessions, also those that `lines` leaves out."""

    area: Area
    may_start: bool
    lines: tuple[Line, ...]
    arrived: int


@dataclass(frozen=True)
class Known:
    """What the pages are made of, read for all consultations at once."""

    areas: Mapping[str, Area]
    newest: Mapping[str, str]
    sessions: Mapping[str, Sequence[Session]]
    arrived: Mapping[str, tuple[int, int]]
    sums: Mapping[tuple[str, str], int]
    outlines: Mapping[str, Outline]


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

    may_compose: bool = False
    is_published: bool = True

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
    """The first page: every consultation one has a part in, with its next step, and those that one is making."""
    here, person, lang = parts(request), request.state.person, language_of(request)
    async with here.db.reading() as db:
        consultations = await list_consultations(db)
        own = list_below_in(await list_areas(db), person.areas_for(Action.RUN_SESSION))
        sessions = [*await list_unclosed_sessions(db), *await list_closed_sessions(db, own, _MOST_CLOSED)]
        newest = await list_newest_revisions(db)
        known = await _known(here, db, newest, sessions, await count_arrived_by_place(db))
    found = [_overview(known, consultation, person, lang) for consultation in consultations]
    seen = [one for one in found if one.is_published and (one.schools or one.may_enter)]
    being_made = [one for one in found if not one.is_published and one.may_compose]
    may_compose = person.may_somewhere(Action.COMPOSE)
    context = {"overviews": seen, "being_made": being_made, "may_compose": may_compose}
    return page(request, "consultations/overview.html", context)


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
    await freezing.freeze(here.db, here.live, here.revisions, here.key, consultation, by=request.state.person.id)
    return go_to(request, f"/staff/consultations/{consultation}")


async def _found(request: Request) -> Overview:
    here, consultation_id = parts(request), request.path_params["consultation"]
    async with here.db.reading() as db:
        consultation = await find_consultation(db, consultation_id)
        if consultation is None:
            raise DomainError("not_found")
        newest = await find_newest_revision(db, consultation_id)
        sessions = await list_sessions(db, consultation_id)
        known = await _known(here, db, {consultation_id: newest} if newest else {}, sessions, None)
    return _overview(known, consultation, request.state.person, language_of(request))


async def _known(
    here: Parts,
    db: AsyncConnection,
    newest: Mapping[str, str],
    sessions: Sequence[Session],
    sums: Mapping[tuple[str, str], int] | None,
) -> Known:
    """With the sums of these sessions, unless those of all sessions are given."""
    arrived = await count_arrived(db, [session.id for session in sessions])
    by_consultation: dict[str, list[Session]] = defaultdict(list)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for session in sessions:
        by_consultation[session.consultation].append(session)
        if session.is_trial:
            continue
        counted[(session.consultation, session.area)] += arrived.get(session.id, (0, 0))[0]
    outlines = await here.revisions.outlines(db, newest.values())
    return Known(await list_areas(db), newest, by_consultation, arrived, counted if sums is None else sums, outlines)


def _overview(known: Known, consultation: Consultation, person: Person, lang: str) -> Overview:
    path = list_path_in(known.areas, consultation.area)
    schools = tuple(_schools(known, consultation, person, lang))
    may_compose, may_enter = person.may(Action.COMPOSE, path), person.may(Action.BE_STAFF, path)
    outline = known.outlines.get(known.newest.get(consultation.id, ""))
    return Overview(
        consultation=consultation,
        subtitle=outline.subtitle if outline else {lang: ""},
        schools=schools if consultation.id in known.newest else (),
        may_enter=may_enter,
        may_read=person.may(Action.READ_RESULTS, path),
        may_freeze=person.may(Action.FREEZE, path) and not consultation.frozen,
        poll=outline.poll if outline else "",
        may_type=person.may(Action.TYPE_SHEETS, path) and not consultation.frozen,
        composes=outline.poll if outline and may_compose else None,
        may_compose=may_compose,
        is_published=consultation.id in known.newest,
    )


def _schools(known: Known, consultation: Consultation, person: Person, lang: str) -> list[School]:
    """The schools of which this person may start or see sessions."""
    sessions, schools = known.sessions.get(consultation.id, ()), list[School]()
    places = consultation.list_places_in(known.areas)
    for area in by_name(known.areas.values(), lang):
        path = list_path_in(known.areas, area.id)
        if not _sees(person, path):
            continue
        may_watch = person.may(Action.WATCH_SESSION, path)
        lines = tuple(
            Line(session, *known.arrived.get(session.id, (0, 0)), may_watch)
            for session in sessions
            if session.area == area.id
        )
        if area.id in places or lines:
            may_start = area.id in places and person.may(Action.RUN_SESSION, path)
            schools.append(School(area, may_start, lines, known.sums.get((consultation.id, area.id), 0)))
    return schools


def _sees(person: Person, path: Collection[str]) -> bool:
    return any(person.may(action, list(path)) for action in (*_SEES, Action.RUN_SESSION))
