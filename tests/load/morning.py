"""A school morning before it begins: schools, classes and their teachers, made by the server's own use cases, and
when each lesson starts, loses the network and ends, by a seed.
"""

import hashlib
import random
import secrets
import time
from dataclasses import dataclass

from server.demo import CONSULTATION, set_up_demo
from server.settings import Settings
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.migrate import migrate
from server.store.sign_ins import insert_sign_in
from server.store.staff import find_account
from server.usecases.run_session import prepare
from tests.campaign.children import any_child, body_of

TABLETS = 20
_IN_A_SCHOOL = 4
_GRADES = ((1, 2), (3, 4), (5, 6))
_BODIES = 300

LESSONS = ((0.0, 0.6), (150.0, 0.4))
"""When lessons begin, in seconds, and which part of the classes: the bell rings for many at once."""
_JITTER_S, _SETTLING_S = 30.0, 60.0
_OFFLINE = 0.15


@dataclass(frozen=True)
class Class:
    """`edition` is its booklet, `address` the school's, `cookie` the teacher's; times in seconds of the morning."""

    session: str
    link: str
    school: str
    pictures: tuple[str, ...]
    by_pictures: bool
    edition: str
    address: str
    cookie: str
    bodies: tuple[str, ...]
    starts: float
    ends: float
    offline: tuple[float, float] | None


async def make_morning(settings: Settings, classes: int, minutes: float, seed: int) -> list[Class]:
    """Fills an empty database."""
    rng = random.Random(seed)
    db = Database(settings.database_url)
    await migrate(db)
    await set_up_demo(settings)
    revisions = Revisions(db)
    schools = [f"school-{number}" for number in range(-(-classes // _IN_A_SCHOOL))]
    async with db.writing() as tx:
        for school in schools:
            await insert_area(tx, Area(school, "pedersore", "school", {"sv": school, "fi": school}, "fi"))
        teacher = await find_account(tx, "alva@demo.example")
        assert teacher is not None
        cookies = [secrets.token_urlsafe(32) for _ in range(classes)]
        for cookie in cookies:
            await insert_sign_in(tx, hashlib.sha256(cookie.encode()).hexdigest(), teacher.id, int(time.time()))
    made = []
    bodies: dict[str, tuple[str, ...]] = {}
    for number, cookie in enumerate(cookies):
        at, grades = number // _IN_A_SCHOOL, _GRADES[number % len(_GRADES)]
        session = await prepare(db, revisions, CONSULTATION, schools[at], grades, today="2026-01-01")
        if session.profile not in bodies:
            some = (body_of(any_child(session.profile, rng), session.revision) for _ in range(_BODIES))
            bodies[session.profile] = tuple(some)
        by_pictures = number % 2 == 0
        address = f"127.1.{at // 250}.{at % 250 + 1}"
        names = (session.id, session.link, session.area, session.pictures or (), by_pictures)
        edition = f"{session.revision}-{session.profile}"
        times = _times(rng, number / classes, minutes * 60)
        made.append(Class(*names, edition, address, cookie, bodies[session.profile], *times))
    await db.close()
    return made


def _times(rng: random.Random, place: float, lesson_s: float) -> tuple[float, float, tuple[float, float] | None]:
    """Start, end, and the time without network, of the class at this place (0 to 1) in the row."""
    bell = LESSONS[0][0] if place < LESSONS[0][1] else LESSONS[1][0]
    starts = bell + abs(rng.gauss(0, _JITTER_S))
    cut = starts + rng.uniform(0.3, 0.7) * lesson_s
    lasts = rng.uniform(0.1, 0.25) * lesson_s
    return starts, starts + lesson_s, (cut, cut + lasts) if rng.random() < _OFFLINE else None


def arrival(rng: random.Random, room: Class) -> float:
    """When one tablet of the class opens its link."""
    return room.starts + rng.uniform(0, _SETTLING_S)
