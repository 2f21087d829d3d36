"""What pages say of a consultation: its schools and sessions as one person may see them. No answers, no ranking."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.feedback import is_overdue
from server.domain.next_steps import Next, next_step
from server.domain.participation import Reach, reach, reach_by_grades
from server.domain.people import Action, Person
from server.domain.questions import Text
from server.domain.sessions import Session, State
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import Consultation, Outline, find_newest_revision
from server.store.feedback import find_feedback
from server.store.packets import count_packets
from server.store.responses import count_arrived
from server.store.sessions import list_sessions
from server.web.parts import Parts
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
    """`arrived` counts all of its sessions, also those that `lines` leaves out."""

    area: Area
    may_start: bool
    lines: tuple[Line, ...]
    arrived: int

    @property
    def reach(self) -> Reach:
        return _reach(self.lines)


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
    may_conclude: bool
    may_moderate: bool
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


@dataclass(frozen=True)
class Dashboard:
    """What a consultation's page keeps up to date; `packets` by session, '' for those of grades, schools and above."""

    overview: Overview
    packets: Mapping[str, int]
    next: Next
    is_overdue: bool
    """Whether the children still wait for an answer that was promised by a day that has passed."""

    @property
    def reach(self) -> Reach:
        return _reach(self.overview.lines)

    @property
    def by_grades(self) -> Mapping[str, Reach]:
        lines = self.overview.lines
        return reach_by_grades((line.session for line in lines), _arrived(lines))

    @property
    def by_language(self) -> Mapping[str, Reach]:
        """By the school's language, where there are several."""
        spoken = sorted({school.area.language for school in self.overview.schools})
        return {
            language: _reach(
                [line for each in self.overview.schools if each.area.language == language for line in each.lines]
            )
            for language in (spoken if len(spoken) > 1 else ())
        }

    @property
    def reached_schools(self) -> int:
        return sum(school.reach.reached > 0 for school in self.overview.schools)

    @property
    def not_asked(self) -> tuple[School, ...]:
        """Those without any session yet."""
        return tuple(school for school in self.overview.schools if not school.reach.sessions)


async def find_dashboard(
    here: Parts, db: AsyncConnection, consultation: Consultation, person: Person, lang: str, today: str
) -> Dashboard:
    """The consultation as this person may see it on `today` (ISO date)."""
    newest = await find_newest_revision(db, consultation.id)
    sessions = await list_sessions(db, consultation.id)
    known = await find_known(here, db, {consultation.id: newest} if newest else {}, sessions, None)
    seen = build_overview(known, consultation, person, lang)
    feedback = await find_feedback(db, consultation.id)
    step = next_step(
        _reach(seen.lines),
        frozen=consultation.frozen,
        public=consultation.public is not None,
        answered=bool(feedback.published and feedback.published.answered),
        archived=consultation.archived,
        over=_is_over(seen, today),
    )
    late = is_overdue(consultation.facts, feedback.published, today)
    return Dashboard(seen, await count_packets(db, consultation.id), step, late)


def _is_over(seen: Overview, today: str) -> bool:
    """Nobody answers any more: the last day has passed, or every school has had its sessions."""
    ends = seen.consultation.facts.get("ends") or ""
    by_school = [[line.session.state for line in school.lines if not line.session.is_trial] for school in seen.schools]
    all_closed = bool(by_school) and all(states and {*states} <= {State.CLOSED} for states in by_school)
    return bool(ends and today > ends) or all_closed


def _reach(lines: Sequence[Line]) -> Reach:
    return reach((line.session for line in lines), _arrived(lines))


def _arrived(lines: Sequence[Line]) -> dict[str, int]:
    return {line.session.id: line.arrived for line in lines}


async def find_known(
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
        if session.is_guess:
            continue
        by_consultation[session.consultation].append(session)
        if session.is_trial:
            continue
        counted[(session.consultation, session.area)] += arrived.get(session.id, (0, 0))[0]
    outlines = await here.revisions.outlines(db, newest.values())
    return Known(await list_areas(db), newest, by_consultation, arrived, counted if sums is None else sums, outlines)


def build_overview(known: Known, consultation: Consultation, person: Person, lang: str) -> Overview:
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
        may_conclude=person.may(Action.PUBLISH, path),
        may_moderate=person.may(Action.MODERATE_IDEAS, path),
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
