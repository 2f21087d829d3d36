"""Staff in front of the real app on a real file: Alva teaches, Mika moderates, Ritva reviews, Otto is an outsider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from argon2 import PasswordHasher
from starlette.applications import Starlette

from server.app import create_app
from server.domain.people import Role
from server.domain.sessions import Session
from server.settings import Settings
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions
from server.store.migrate import migrate
from server.store.staff import Account, insert_account
from server.web.parts import Parts
from tests.town import NAMES, Town, build_town, item

PEOPLE = {
    "Alva": (Role.TEACHER, "koivu"),
    "Mika": (Role.MODERATOR, "stad"),
    "Ritva": (Role.REVIEWER, "stad"),
    "Otto": (Role.MODERATOR, "annanstans"),
}
PASSWORD = "ett riktigt lösenord "
HOME = "/staff/consultations/third-place"


@dataclass
class World:
    """The app, the town behind it, and a browser per person."""

    app: Starlette
    town: Town

    @property
    def parts(self) -> Parts:
        found: Parts = self.app.state.parts
        return found

    def browser(self, lang: str = "sv") -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=True)
        return httpx2.AsyncClient(
            transport=transport, base_url="http://localhost:8000", headers={"Accept-Language": lang}
        )

    async def signed_in(self, name: str, lang: str = "sv") -> httpx2.AsyncClient:
        browser = self.browser(lang)
        reply = await browser.post("/staff/sign-in", data={"email": f"{name}@stad.example", "password": PASSWORD})
        assert reply.status_code == 303, reply.text
        return browser

    async def answered(self, number: int, *, school: str = "koivu", grades: Any = (1, 2), **answers: Any) -> Session:
        """A session in which `number` children gave the same answers, on one tablet."""
        session = await self.town.session(school, grades)
        tablet = await self.town.tablet(session)
        await self.town.deliver(tablet, *[item(tablet, answers or {"q1": "forest"}) for _ in range(number)])
        return session


@cache
def _hashed() -> str:
    """The people's password, hashed cheaply: at sign-in a hash names its own cost (the product's: test_accounts.py)."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@asynccontextmanager
async def open_world(folder: Path, **settings: Any) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{folder / 'tyck.sqlite3'}"
    base = {"base_url": "http://localhost:8000", "host": "127.0.0.1", "port": 8000, "proxy": "", "demo": False}
    app = create_app(Settings(data_dir=folder, database_url=url, **{**base, **settings}))
    parts: Parts = app.state.parts
    await migrate(parts.db)
    town = await build_town(parts.db, Revisions(parts.db), parts.live)
    async with parts.db.writing() as tx:
        await insert_area(tx, Area("annanstans", None, "municipality", NAMES, "sv"))
        for name, role in PEOPLE.items():
            account = Account(f"p_{name}", f"{name.lower()}@stad.example", name, _hashed(), demo=False, disabled=False)
            await insert_account(tx, account, [role])
    try:
        yield World(app, town)
    finally:
        parts.live.stop()
        await parts.db.close()
