"""A small town for tests: schools, a consultation, sessions that tablets join and deliver to."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.domain.deliveries import Delivery, Outcome, judge
from server.domain.drafts import as_facts, find_slot
from server.domain.grants import Grant, read_token
from server.domain.questions import Answer
from server.domain.sessions import Session
from server.live import Live
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions, find_consultation
from server.store.database import Database
from server.store.shelf import find_shelf_poll
from server.usecases.collect import Collector
from server.usecases.compose import publish
from server.usecases.edit import Wish, save_facts
from server.usecases.freeze import freeze
from server.usecases.recover import release
from server.usecases.run_session import close, finish, join, prepare

KEY = b"k" * 32
TODAY = "2026-11-21"
NOW = 1_800_000_000
NAMES = {"sv": "Stad", "fi": "Kaupunki"}


def poll_content() -> dict[str, Any]:
    return find_shelf_poll("third-place")


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Town:
    db: Database
    revisions: Revisions
    live: Live
    consultation: str
    now: int = NOW
    collector: Collector = field(init=False)

    def __post_init__(self) -> None:
        self.collector = Collector(self.db, self.revisions, self.live, self.clock, KEY)

    def clock(self) -> int:
        return self.now

    async def session(self, school: str = "koivu", grades: Sequence[int] = (1, 2), **more: Any) -> Session:
        return await prepare(self.db, self.revisions, self.consultation, school, grades, today=TODAY, **more)

    async def tablet(self, session: Session) -> Grant:
        joined = await join(self.db, self.live, self.clock, KEY, session.id)
        return read_token(joined.token, KEY)

    async def deliver(self, grant: Grant, *items: Mapping[str, Any], **report: Any) -> Outcome:
        """One sync request with these raw items, as web/sync.py would hand it over."""
        revision = await self.revisions.find(grant.revision)
        poll = revision.poll if revision else None
        good, rejected = judge(poll, grant.profile, grant.revision, items)
        told = {"ready": "yes", "turn": "idle", "pending": 0, **report}
        return await self.collector.deliver(Delivery(grant, good, rejected, **told))

    async def set_facts(self, facts: Mapping[str, str]) -> None:
        """Writes fields of what the consultation is about (`begins`, `areas.koivu`) as the workshop would."""
        async with self.db.reading() as tx:
            found = await find_consultation(tx, self.consultation)
        assert found
        stands = as_facts(found.title, found.facts)
        wishes = [Wish(path, value, find_slot(stands, path).value) for path, value in facts.items()]
        assert not await save_facts(self.db, self.clock, self.consultation, wishes, by="")

    async def finish(self, session: Session) -> None:
        await finish(self.db, self.live, session.id)

    async def close(self, session: Session) -> None:
        await close(self.db, self.live, self.revisions, KEY, session.id)

    async def release(self, session: Session) -> None:
        await release(self.db, self.live, [session.id], by="")

    async def freeze(self) -> None:
        await freeze(self.db, self.live, self.revisions, KEY, self.consultation)


def item(
    grant: Grant, answers: Mapping[str, Answer], *, id: str | None = None, end: str = "done", lang: str = "fi"
) -> dict[str, str]:
    """One response on the wire."""
    body = {"revision": grant.revision, "lang": lang, "answers": answers, "end": end}
    return {"id": id or new_id(), "body": json.dumps(body)}


async def build_town(db: Database, revisions: Revisions, live: Live, content: Mapping[str, Any] | None = None) -> Town:
    """Two schools and one consultation: the demo's poll unless `content` is another one."""
    async with db.writing() as tx:
        await insert_area(tx, Area("stad", None, "municipality", NAMES, "sv"))
        await insert_area(tx, Area("koivu", "stad", "school", {"sv": "Koivu", "fi": "Koivu"}, "fi"))
        await insert_area(tx, Area("bjork", "stad", "school", {"sv": "Björk", "fi": "Björk"}, "sv"))
    return Town(db, revisions, live, await publish(db, "stad", content or poll_content()))


async def make_town(url: str) -> None:
    """The town in a database with our empty tables."""
    db = Database(url)
    await build_town(db, Revisions(db), Live())
    await db.close()
