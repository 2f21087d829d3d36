"""The school days of the demo town: every class answers through the same use cases as on real tablets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from server.demo_town.children import Child, Class
from server.domain.deliveries import Delivery, judge
from server.domain.grants import Grant, read_token
from server.domain.sessions import Session
from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from server.usecases import ideas
from server.usecases.collect import Clock, Collector
from server.usecases.guess import start_guess
from server.usecases.keep import DAY_S
from server.usecases.redraw import Easel
from server.usecases.run_session import close, join, prepare

_CHILDREN_PER_TABLET = 5
_EPOCH = date(1970, 1, 1)


def noon(day: date) -> Clock:
    """A clock that stands still in the middle of this day."""
    return lambda: (day - _EPOCH).days * DAY_S + DAY_S // 2


@dataclass(frozen=True)
class Here:
    """What everything in the town is done with; `teacher`, `moderator` and `administrator` are accounts."""

    db: Database
    revisions: Revisions
    key: bytes
    teacher: str
    moderator: str
    administrator: str
    live: Live = field(default_factory=Live)
    easel: Easel = field(default_factory=Easel)


class Lessons:
    """The lessons of one day with one consultation."""

    def __init__(self, here: Here, consultation: str, day: date) -> None:
        self._here = here
        self._consultation = consultation
        self._day = day
        self._clock = noon(day)
        self._collector = Collector(here.db, here.revisions, here.live, self._clock, here.key)

    async def begin(self, held: Class) -> Session:
        """A session where everybody who is in time has answered; one that nobody comes to stays prepared."""
        group = held.group
        session = await prepare(
            self._here.db,
            self._here.revisions,
            self._consultation,
            group.school.area.id,
            group.grades,
            children=group.enrolled,
            opens=None if held.children else (self._day + timedelta(days=1)).isoformat(),
            special=group.special,
            today=self._day.isoformat(),
            by=self._here.teacher,
        )
        in_time = [child for child in held.children if not child.is_late]
        for first in range(0, len(in_time), _CHILDREN_PER_TABLET):
            await self._deliver(await self._tablet(session), in_time[first : first + _CHILDREN_PER_TABLET])
        return session

    async def hold(self, held: Class) -> None:
        """From prepared to closed; whoever is late arrives after that."""
        session = await self.begin(held)
        if held.children:
            tablet = await self._tablet(session)
            await close(
                self._here.db, self._here.live, self._here.revisions, self._here.key, session.id, by=self._here.teacher
            )
            await self._deliver(tablet, [child for child in held.children if child.is_late])

    async def guess(self, grown_ups: Sequence[Child]) -> None:
        """What those who decide think that the children will say."""
        here = self._here
        session = await start_guess(here.db, here.revisions, self._consultation, by=here.moderator)
        await self._deliver(await self._tablet(session), grown_ups)

    async def _tablet(self, session: Session) -> Grant:
        joined = await join(self._here.db, self._here.live, self._clock, self._here.key, session.id)
        return read_token(joined.token, self._here.key)

    async def _deliver(self, grant: Grant, children: Sequence[Child]) -> None:
        """What one tablet sends: its responses together, then each idea for itself."""
        here = self._here
        revision = await here.revisions.find(grant.revision)
        assert revision
        items, rejected = judge(
            revision.poll, grant.profile, grant.revision, [_item(grant.revision, one) for one in children]
        )
        assert not rejected, rejected
        await self._collector.deliver(Delivery(grant, items, {}, ready="yes", turn="idle", pending=0))
        for made in (child.made for child in children if child.made):
            await ideas.receive(here.db, here.revisions, here.easel, self._clock, grant, made.id, made.idea)


def _item(revision: str, child: Child) -> Mapping[str, str]:
    body = {"revision": revision, "lang": child.lang, "answers": child.answers, "end": child.end}
    return {"id": child.id, "body": json.dumps(body, ensure_ascii=False)}
