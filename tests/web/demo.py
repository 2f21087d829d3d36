"""The demo municipality behind the real app, with tablets that speak the wire of docs/sync.md."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import func, select, text
from starlette.applications import Starlette

from server.app import create_app
from server.demo import CONSULTATION, Demo, set_up_demo
from server.domain.people import Role
from server.domain.sessions import Session
from server.settings import Settings
from server.store.areas import Area, insert_area
from server.store.database import Database
from server.store.schema import metadata
from server.usecases.accounts import add_account, sign_in
from server.usecases.run_session import prepare
from server.web.limits import Limits
from server.web.parts import Parts
from tests.copies import lay_out, make_tables, sqlite_url
from tests.town import NAMES, TODAY, new_id
from tests.web.staff import hashed_cheaply

ADDRESS = "203.0.113.7"
OTTO = ("otto@annanstans.example", "Otto hör inte hit")


@dataclass
class Tablet:
    """A tablet that has joined; `answer` is what it was told."""

    demo: "DemoApp"
    client: httpx2.AsyncClient
    answer: dict[str, Any]

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.answer['token']}"}

    def item(self, answers: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """One confirmed response of this tablet's revision."""
        body = {"revision": self.answer["revision"], "lang": "fi", "answers": answers or {"q1": "home"}, "end": "done"}
        return {"id": new_id(), "body": json.dumps({**body, **changes})}

    def request(self, *items: object, **changes: Any) -> dict[str, Any]:
        return {
            "proto": 1,
            "rid": "b7c1e0d2",
            "session": self.answer["session"],
            "items": list(items),
            "ledger": {"confirmed": len(items), "pending": 0, "attention": 0},
            "tablet": {"ready": "yes", "turn": "idle"},
            **changes,
        }

    async def sync(self, *items: object, **changes: Any) -> httpx2.Response:
        return await self.post(json.dumps(self.request(*items, **changes)).encode())

    async def post(self, body: bytes, **headers: str) -> httpx2.Response:
        """A sync request of exactly these bytes; `content_encoding="gzip"` becomes a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.demo.forget_limits()
        return await self.client.post("/api/v1/sync", content=body, headers={**self.authorization, **named})

    async def told(self, *items: Mapping[str, Any], **changes: Any) -> list[dict[str, str]]:
        """The server's word on each of these items, in their order, without the seals."""
        words = words_of(await self.sync(*items, **changes))
        return [words[item["id"]] for item in items]

    async def sealed(self, item: Mapping[str, Any]) -> dict[str, str]:
        """What this tablet keeps of an item once it is acknowledged."""
        reply = await self.sync(item)
        return {"id": item["id"], "seal": reply.json()["items"][item["id"]]["seal"]}


def words_of(reply: httpx2.Response) -> dict[str, dict[str, str]]:
    """The server's word on each item, without its seal: that must be there exactly where a tablet is to keep one."""
    assert reply.status_code == 200, reply.text
    words: dict[str, dict[str, str]] = reply.json()["items"]
    is_kept = reply.json()["session"]["state"] != "frozen"
    assert all(("seal" in word) == (is_kept and word["s"] in ("stored", "held")) for word in words.values())
    return {item: {name: said for name, said in word.items() if name != "seal"} for item, word in words.items()}


@dataclass
class DemoApp:
    app: Starlette
    made: Demo
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    @property
    def parts(self) -> Parts:
        found: Parts = self.app.state.parts
        return found

    def client(self, lang: str = "sv", **headers: str) -> httpx2.AsyncClient:
        """A browser; an unhandled error in the app reaches it as the 500 it is."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(ADDRESS, 50000))
        client = httpx2.AsyncClient(
            transport=transport, base_url=self.made.url, headers={"Accept-Language": lang, **headers}
        )
        self.clients.append(client)
        return client

    def forget_limits(self) -> None:
        """As if a minute had passed since the last request."""
        vars(self.parts.limits).update(vars(Limits()))

    async def session(self, school: str = "satukallio", grades: tuple[int, ...] = (1, 2), **more: Any) -> Session:
        return await prepare(
            self.parts.db, self.parts.revisions, CONSULTATION, school, grades, **{"today": TODAY, **more}
        )

    async def tablet(self, session: Session | None = None) -> Tablet:
        session = session or await self.session()
        client = self.client()
        reply = await client.post("/api/v1/join", json={"link": session.link})
        assert reply.status_code == 200, reply.text
        return Tablet(self, client, reply.json())

    async def cookie_of(self, role: str) -> str:
        """The sign-in token of the demo's person with this role, or of Otto, who has every role elsewhere."""
        known = {person.role: (person.email, person.password) for person in self.made.staff}
        email, password = {**known, "otto": OTTO}[role]
        return await sign_in(self.parts.db, self.parts.clock, email, password, demo=True)

    async def staff(self, role: str, lang: str = "sv") -> httpx2.AsyncClient:
        client = self.client(lang)
        client.cookies.set("tyck", await self.cookie_of(role))
        return client

    async def rows(self, *names: str) -> dict[str, int]:
        """How many rows stand in these tables, or in those that responses reach."""
        wanted = names or ("responses", "held", "participation", "tombstones", "waiting", "packets", "sessions")
        counts = [select(func.count()).select_from(metadata.tables[name]).scalar_subquery() for name in wanted]
        async with self.parts.db.reading() as tx:
            return dict(zip(wanted, (await tx.execute(select(*counts))).one(), strict=True))

    async def execute(self, statement: str, **values: object) -> None:
        async with self.parts.db.writing() as tx:
            await tx.execute(text(statement), values)


async def make_demo(folder: Path) -> None:
    """The demo as its command makes it at its first start, and Otto, who belongs to another municipality."""
    await _fill(folder, sqlite_url(folder))


async def _fill(folder: Path, url: str) -> None:
    await make_tables(url)
    made = await set_up_demo(Settings(folder, url, **_SETTINGS))
    db = Database(url)
    async with db.writing() as tx:
        await insert_area(tx, Area("annanstans", None, "municipality", NAMES, "sv"))
    await add_account(db, OTTO[0], "Otto", OTTO[1], [(role, "annanstans") for role in Role], demo=True)
    async with db.writing() as tx:
        for email, password in [OTTO, *((person.email, person.password) for person in made.staff)]:
            cheap = {"email": email, "hashed": hashed_cheaply(password)}
            await tx.execute(text("UPDATE staff SET password = :hashed WHERE email = :email"), cheap)
    await db.close()


@asynccontextmanager
async def open_demo(folder: Path, database_url: str | None = None, **changes: Any) -> AsyncIterator[DemoApp]:
    """A demo of its own: a copy, or made anew in the empty database at `database_url`."""
    if database_url:
        await _fill(folder, database_url)
    else:
        lay_out(make_demo, folder)
    settings = Settings(folder, database_url or sqlite_url(folder), **{**_SETTINGS, **changes})
    app = create_app(settings)
    found = DemoApp(app, await set_up_demo(settings))
    async with app.router.lifespan_context(app):
        yield found
        await asyncio.gather(*(client.aclose() for client in found.clients))


_SETTINGS: dict[str, Any] = {"base_url": "http://localhost:8000", "host": "", "port": 8000, "proxy": "", "demo": True}


def zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
