"""Staff in front of the real app on a real file: Alva teaches, Mika moderates, Ritva reviews, Otto is an outsider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from argon2 import PasswordHasher
from starlette.applications import Starlette

from server.app import create_app
from server.domain.people import Role
from server.domain.sessions import Session
from server.live import Live
from server.settings import Settings
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.staff import Account, insert_account
from server.web.parts import Parts
from tests.copies import lay_out, make_sqlite, run_aside, sqlite_url
from tests.town import NAMES, Town, build_town, item

PEOPLE = {
    "Alva": (Role.TEACHER, "koivu"),
    "Mika": (Role.MODERATOR, "stad"),
    "Ritva": (Role.REVIEWER, "stad"),
    "Otto": (Role.MODERATOR, "annanstans"),
}
PASSWORD = "ett riktigt lösenord "
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""At sign-in a hash names its own cost (the product's: test_accounts.py)."""
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
        # As if the second factor had been shown (test_second_factor.py shows it).
        async with self.parts.db.writing() as tx:
            await tx.exec_driver_sql("UPDATE sign_ins SET strong = true")
        return browser

    async def answered(self, number: int, *, school: str = "koivu", grades: Any = (1, 2), **answers: Any) -> Session:
        """A session in which `number` children gave the same answers, on one tablet."""
        session = await self.town.session(school, grades)
        tablet = await self.town.tablet(session)
        await self.town.deliver(tablet, *[item(tablet, answers or {"q1": "forest"}) for _ in range(number)])
        return session


def hashed_cheaply(password: str) -> str:
    return CHEAP.hash(password)


async def _make(folder: Path) -> None:
    """The town and its people in a database."""
    await make_sqlite(folder)
    db = Database(sqlite_url(folder))
    await build_town(db, Revisions(db), Live())
    async with db.writing() as tx:
        await insert_area(tx, Area("annanstans", None, "municipality", NAMES, "sv"))
        hashed = hashed_cheaply(PASSWORD)
        for name, role in PEOPLE.items():
            account = Account(f"p_{name}", f"{name.lower()}@stad.example", name, hashed, demo=False, disabled=False)
            await insert_account(tx, account, [role])
    await db.close()


@asynccontextmanager
async def open_world(folder: Path, **settings: Any) -> AsyncIterator[World]:
    lay_out(_make, folder)
    base = {"base_url": "http://localhost:8000", "host": "127.0.0.1", "port": 8000, "proxy": "", "demo": False}
    app = create_app(Settings(data_dir=folder, database_url=sqlite_url(folder), **{**base, **settings}))
    parts: Parts = app.state.parts
    try:
        yield World(app, Town(parts.db, Revisions(parts.db), parts.live, HOME.rpartition("/")[2]))
    finally:
        parts.live.stop()
        await parts.db.close()


def fill_world(folder: Path) -> None:
    """Leaves behind a town where eight children have answered in an open session."""

    async def fill() -> None:
        async with open_world(folder) as world:
            await world.answered(8)

    run_aside(fill())
