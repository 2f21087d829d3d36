"""Consultations and the frozen revisions of their polls."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.areas import PLACES
from server.domain.consultations import Poll, parse_poll
from server.domain.feedback import day_of
from server.domain.questions import Text
from server.domain.sessions import GRADES, TRIAL_ID
from server.store.areas import Area, list_path_in
from server.store.database import Database, upsert
from server.store.lasting import mark_as_it_stands
from server.store.schema import consultations, erased, revisions, sessions

_STANDS = consultations.c.id.not_in(select(erased.c.consultation))
"""What is being erased is found no more, though some of its rows are left for a while."""


@dataclass(frozen=True)
class Consultation:
    id: str
    area: str
    title: Text
    cover: str
    frozen: bool
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What it is about, for whom and when: see domain/drafts.py."""

    public: str | None = None
    """Down to which level anybody may read its results, one of domain/feedback.py's LEVELS; None while nobody may."""

    archived: bool = False
    frozen_at: int | None = None
    public_at: int | None = None
    """When its results were first open to anybody, in seconds since 1970; None also where nobody noted it."""

    @property
    def frozen_on(self) -> str | None:
        """The ISO date of its freeze."""
        return day_of(self.frozen_at) if self.frozen_at else None

    @property
    def public_on(self) -> str | None:
        """The ISO date on which its results were first open to anybody, where it was noted."""
        return day_of(self.public_at) if self.public_at else None

    def list_places_in(self, known: Mapping[str, Area]) -> dict[str, list[str]]:
        """Where its sessions are held, with the area and all above it: every place below its own area, or those it
        asks where it names some.
        """
        asked = set(self.facts.get("areas", ()))
        paths = {area.id: list_path_in(known, area.id) for area in known.values() if area.kind in PLACES}
        return {area: path for area, path in paths.items() if self.area in path[1:] and (not asked or asked & {*path})}

    @property
    def grades(self) -> Sequence[int]:
        """The grades that it asks."""
        return self.facts.get("grades") or GRADES


@dataclass(frozen=True)
class Revision:
    """A poll as it was when a session first opened with it."""

    id: str
    consultation: str
    poll: Poll


async def insert_consultation(db: AsyncConnection, consultation: Consultation) -> None:
    await db.execute(
        insert(consultations).values(
            id=consultation.id,
            area=consultation.area,
            title_sv=consultation.title["sv"],
            title_fi=consultation.title["fi"],
            cover=consultation.cover,
            frozen=consultation.frozen,
            facts=json.dumps(consultation.facts, ensure_ascii=False),
        )
    )


async def find_consultation(
    db: AsyncConnection, consultation_id: str, *, for_update: bool = False
) -> Consultation | None:
    query = select(consultations).where(consultations.c.id == consultation_id, _STANDS)
    row = (await db.execute(query.with_for_update() if for_update else query)).first()
    return _consultation(row) if row else None


async def list_consultations(db: AsyncConnection) -> list[Consultation]:
    query = select(consultations).where(_STANDS).order_by(consultations.c.id)
    return [_consultation(row) for row in await db.execute(query)]


async def mark_consultation(db: AsyncConnection, consultation: Consultation) -> None:
    """Keeps its title, cover and facts."""
    written = {
        "title_sv": consultation.title["sv"],
        "title_fi": consultation.title["fi"],
        "cover": consultation.cover,
        "facts": json.dumps(consultation.facts, ensure_ascii=False),
    }
    await db.execute(update(consultations).where(consultations.c.id == consultation.id).values(written))


async def mark_frozen(db: AsyncConnection, consultation_id: str, at: int) -> None:
    """From now on nothing more is counted: `at` is what deleting on schedule goes by."""
    now = {"frozen": True, "frozen_at": at}
    await db.execute(update(consultations).where(consultations.c.id == consultation_id).values(now))


async def mark_public(db: AsyncConnection, consultation_id: str, level: str, since: int | None) -> None:
    """Opens its results to anybody down to `level`; `since` is when they first were, in seconds since 1970."""
    opened = {"public": level, "public_at": since}
    await db.execute(update(consultations).where(consultations.c.id == consultation_id).values(opened))


async def mark_archived(db: AsyncConnection, consultation_id: str) -> None:
    await db.execute(update(consultations).where(consultations.c.id == consultation_id).values(archived=True))


async def mark_consultation_again(db: AsyncConnection, consultation_id: str) -> None:
    """Writes it as it stands, for a database that never knew it."""
    await mark_as_it_stands(db, consultations, consultations.c.id == consultation_id)


async def insert_revision(
    db: AsyncConnection, revision_id: str, consultation_id: str, content: Mapping[str, Any], published_at: int
) -> None:
    """Keeps a revision as the newest of its consultation, also one that was published before."""
    next_number = func.coalesce(func.max(revisions.c.number) + 1, 0)
    number = select(next_number).where(revisions.c.consultation == consultation_id).scalar_subquery()
    await db.execute(
        upsert(db, revisions)
        .values(
            id=revision_id,
            consultation=consultation_id,
            poll=content["id"],
            number=number,
            content=json.dumps(content, ensure_ascii=False),
            published_at=published_at,
        )
        .on_conflict_do_update(index_elements=["id"], set_={"number": number, "published_at": published_at})
    )


async def find_newest_revision(db: AsyncConnection, consultation_id: str) -> str | None:
    """The id of the revision that new sessions of this consultation use."""
    query = select(revisions.c.id).where(revisions.c.consultation == consultation_id)
    return (await db.execute(query.order_by(revisions.c.number.desc()))).scalars().first()


async def list_newest_of_polls(db: AsyncConnection, consultation_id: str) -> list[str]:
    """The id of the newest revision of each poll of a consultation, that which new sessions use first."""
    query = select(revisions.c.poll, revisions.c.id).where(revisions.c.consultation == consultation_id)
    newest: dict[str, str] = {}
    for row in await db.execute(query.order_by(revisions.c.number.desc())):
        newest.setdefault(row.poll, row.id)
    return list(newest.values())


async def list_newest_revisions(db: AsyncConnection) -> dict[str, str]:
    """The id of the revision that new sessions use, by consultation."""
    query = select(revisions.c.consultation, revisions.c.id).order_by(revisions.c.number)
    return {row.consultation: row.id for row in await db.execute(query)}


async def find_newest_of_poll(db: AsyncConnection, poll_id: str) -> tuple[str, str] | None:
    """The newest revision of a poll and its consultation, as ids."""
    query = select(revisions.c.id, revisions.c.consultation).where(revisions.c.poll == poll_id)
    row = (await db.execute(query.order_by(revisions.c.number.desc()))).first()
    return (row.id, row.consultation) if row else None


@dataclass(frozen=True)
class Published:
    """A revision without its content, and how many sessions but trials use it; `at` in seconds since 1970 or None."""

    id: str
    poll: str
    number: int
    at: int | None
    sessions: int


async def list_published(db: AsyncConnection, consultation_id: str) -> list[Published]:
    """The revisions of a consultation, newest first."""
    used = select(sessions.c.revision, func.count().label("times")).where(
        sessions.c.consultation == consultation_id, ~sessions.c.id.startswith(TRIAL_ID, autoescape=True)
    )
    counted = used.group_by(sessions.c.revision).subquery()
    columns = (revisions.c.id, revisions.c.poll, revisions.c.number, revisions.c.published_at, counted.c.times)
    query = select(*columns).outerjoin(counted, counted.c.revision == revisions.c.id)
    query = query.where(revisions.c.consultation == consultation_id).order_by(revisions.c.number.desc())
    return [
        Published(row.id, row.poll, row.number, row.published_at, row.times or 0) for row in await db.execute(query)
    ]


@dataclass(frozen=True)
class Before:
    """The newest revision of a poll that was published earlier; `at` in seconds since 1970 or None."""

    revision: str
    at: int | None
    consultation: Consultation


async def list_before(db: AsyncConnection, consultation: Consultation, poll: str) -> list[Before]:
    """The polls of the same area that came before `poll` of this consultation, newest first."""
    at = func.coalesce(revisions.c.published_at, 0)
    named = (revisions.c.id.label("revision"), revisions.c.poll, revisions.c.published_at)
    query = select(*named, consultations).join(consultations, consultations.c.id == revisions.c.consultation)
    query = query.where(consultations.c.area == consultation.area)
    found = dict[tuple[str, str], Before]()
    for row in await db.execute(query.order_by(at.desc(), revisions.c.number.desc(), revisions.c.id)):
        found.setdefault((row.id, row.poll), Before(row.revision, row.published_at, _consultation(row)))
    own = [*found].index((consultation.id, poll))
    return [*found.values()][own + 1 :]


@dataclass(frozen=True)
class Outline:
    """What lists say of a revision."""

    poll: str
    subtitle: Text


class Revisions:
    """Revisions never change, so each is read and parsed once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, Revision] = {}
        self._outlines: dict[str, Outline] = {}
        # After a restart a whole class asks at once, and parsing takes tens of milliseconds.
        self._reading = asyncio.Lock()

    async def find(self, revision_id: str) -> Revision | None:
        if found := self._known.get(revision_id):
            return found
        async with self._reading:
            if revision_id not in self._known:
                async with self._db.reading() as db:
                    row = (await db.execute(select(revisions).where(revisions.c.id == revision_id))).first()
                if row is None:
                    return None
                self._known[revision_id] = Revision(row.id, row.consultation, parse_poll(json.loads(row.content)))
        return self._known[revision_id]

    async def find_newest_of_poll(self, poll_id: str) -> Revision | None:
        async with self._db.reading() as db:
            newest = await find_newest_of_poll(db, poll_id)
        return await self.find(newest[0]) if newest else None

    async def outlines(self, db: AsyncConnection, revision_ids: Iterable[str]) -> Mapping[str, Outline]:
        """The outlines of these revisions by id, without reading the whole polls."""
        if new := [each for each in revision_ids if each not in self._outlines]:
            for row in await db.execute(select(revisions).where(revisions.c.id.in_(new))):
                self._outlines[row.id] = Outline(row.poll, json.loads(row.content)["subtitle"])
        return self._outlines

    def forget(self, consultation_id: str) -> None:
        """What is known of an erased consultation."""
        for found in [found for found in self._known.values() if found.consultation == consultation_id]:
            del self._known[found.id]
            self._outlines.pop(found.id, None)


def _consultation(row: Any) -> Consultation:
    title = {"sv": row.title_sv, "fi": row.title_fi}
    facts = json.loads(row.facts)
    opened = (row.public, row.archived, row.frozen_at, row.public_at)
    return Consultation(row.id, row.area, title, row.cover, row.frozen, facts, *opened)
