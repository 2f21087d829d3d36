"""The demo municipality: Pedersöre with three invented schools, its people, and a consultation ready to play."""

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.domain.people import Role
from server.domain.sessions import Session
from server.settings import Settings
from server.store.areas import Area, find_area, insert_area
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.sessions import list_sessions
from server.store.shelf import find_shelf_poll
from server.usecases.accounts import add_account
from server.usecases.compose import publish
from server.usecases.run_session import prepare

CONSULTATION = "third-place"
_MUNICIPALITY = Area("pedersore", None, "municipality", {"sv": "Pedersöre", "fi": "Pedersöre"}, "sv")
_SCHOOLS = (
    Area("satukallio", "pedersore", "school", {"sv": "Satukallion koulu", "fi": "Satukallion koulu"}, "fi"),
    Area("sagoskogen", "pedersore", "school", {"sv": "Sagoskogens skola", "fi": "Sagoskogens skola"}, "sv"),
    Area("manstralen", "pedersore", "school", {"sv": "Månstrålens skola", "fi": "Månstrålens skola"}, "sv"),
)
_GROUPS = (
    ("satukallio", (1, 2)),
    ("satukallio", (3, 4)),
    ("satukallio", (5, 6)),
    ("sagoskogen", (1, 2)),
    ("sagoskogen", (3, 4)),
    ("manstralen", (1, 2)),
    ("manstralen", (5, 6)),
)
_PEOPLE = {"Alva": Role.TEACHER, "Mika": Role.MODERATOR, "Ritva": Role.REVIEWER, "Aino": Role.ADMINISTRATOR}


@dataclass(frozen=True)
class DemoPerson:
    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Demo:
    """What a newcomer needs to play: addresses, picture codes, passwords."""

    url: str
    consultation: str
    sessions: list[dict[str, Any]]
    staff: list[DemoPerson]


async def set_up_demo(settings: Settings) -> Demo:
    """The demo in this data directory, made at first start and unchanged later."""
    db = Database(settings.database_url)
    try:
        async with db.reading() as tx:
            is_new = await find_area(tx, _MUNICIPALITY.id) is None
        if is_new:
            await _fill(db, settings.data_dir)
        async with db.reading() as tx:
            sessions = {(session.area, session.grades): session for session in await list_sessions(tx, CONSULTATION)}
        return as_demo(settings, CONSULTATION, [sessions[group] for group in _GROUPS if group in sessions])
    finally:
        await db.close()


def as_demo(settings: Settings, consultation: str, sessions: Sequence[Session]) -> Demo:
    """What to tell of a demo with these sessions to play."""
    shown = [_shown(session, settings.base_url) for session in sessions]
    return Demo(settings.base_url, consultation, shown, _people(settings.data_dir))


def as_json(demo: Demo) -> str:
    return json.dumps(asdict(demo), ensure_ascii=False)


async def _fill(db: Database, data_dir: Path) -> None:
    async with db.writing() as tx:
        for area in (_MUNICIPALITY, *_SCHOOLS):
            await insert_area(tx, area)
    await add_people(db, data_dir, _MUNICIPALITY.id)
    await publish(db, _MUNICIPALITY.id, find_shelf_poll(CONSULTATION))
    today = datetime.now(UTC).date().isoformat()
    for school, grades in _GROUPS:
        await prepare(db, Revisions(db), CONSULTATION, school, grades, today=today)


async def add_people(db: Database, data_dir: Path, area: str) -> None:
    """One person for each role, in this area and below; their passwords are kept in the data directory."""
    for name, role in _PEOPLE.items():
        person = DemoPerson(role.value, f"{name.lower()}@demo.example", secrets.token_urlsafe(9))
        await add_account(db, person.email, name, person.password, [(role, area)], demo=True)
        _keep(data_dir, [*_people(data_dir), person])


def _shown(session: Session, base_url: str) -> dict[str, Any]:
    return {
        "session": session.id,
        "link": f"{base_url}/app/j/{session.link}",
        "pictures": list(session.pictures or ()),
        "school": session.area,
        "grades": list(session.grades),
    }


def _people(data_dir: Path) -> list[DemoPerson]:
    path = data_dir / "demo.json"
    return [DemoPerson(**person) for person in json.loads(path.read_text("utf-8"))] if path.exists() else []


def _keep(data_dir: Path, people: list[DemoPerson]) -> None:
    path = data_dir / "demo.json"
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump([asdict(person) for person in people], file)
