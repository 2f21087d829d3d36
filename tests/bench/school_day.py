"""What the bench needs before the server starts: many sessions with joined tablets, and signed-in browsers.

Everything is made by the server's own use cases; one answer sheet is the demo poll's first options.
"""

import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server.demo import CONSULTATION, set_up_demo
from server.domain.questions import Question
from server.domain.sessions import Session
from server.live import Live
from server.settings import read_settings
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.keys import load_key
from server.store.migrate import migrate
from server.store.sign_ins import insert_sign_in
from server.store.staff import find_account
from server.usecases.run_session import join, prepare

SESSIONS = 200
TABLETS = 5
SIGN_INS = 250
EVENT_SESSIONS = 8
EVENT_TABLETS = 25
_SCHOOLS = ("satukallio", "sagoskogen", "manstralen")


@dataclass(frozen=True)
class Tablet:
    session: str
    token: str


@dataclass(frozen=True)
class SchoolDay:
    """`tablets` carry the load; `watched` are the tablets of sessions whose teachers look on;
    `cookies` are the tokens of signed-in browsers; `body` is one child's response; `link` leads to a session that is
    asked all ten questions.
    """

    tablets: list[Tablet]
    watched: list[Tablet]
    cookies: list[str]
    body: str
    link: str


async def make_school_day(data_dir: Path, url: str = "") -> SchoolDay:
    """Fills a new data directory, and the empty database `url` where there is one."""
    chosen = {"TYCK_DATA_DIR": str(data_dir), "TYCK_VOICE": "off"}
    settings = read_settings({**chosen, "TYCK_DATABASE_URL": url} if url else chosen, demo=True)
    db = Database(settings.database_url)
    await migrate(db)
    demo = await set_up_demo(settings)
    revisions = Revisions(db)
    sessions = [await _session(db, revisions, number) for number in range(SESSIONS + EVENT_SESSIONS)]
    key = load_key(data_dir, "grants")
    loaded, watched = sessions[:SESSIONS], sessions[SESSIONS:]
    revision = await revisions.find(loaded[0].revision)
    assert revision is not None
    teacher = next(person.email for person in demo.staff if person.role == "teacher")
    day = SchoolDay(
        tablets=[await _tablet(db, key, session) for _ in range(TABLETS) for session in loaded],
        watched=[await _tablet(db, key, session) for _ in range(EVENT_TABLETS) for session in watched],
        cookies=await _sign_in(db, teacher),
        body=_response(revision.id, revision.poll.played(loaded[0].profile)),
        link=demo.sessions[1]["link"].rpartition("/")[2],
    )
    await db.close()
    return day


def tablets_file(folder: Path, day: SchoolDay) -> Path:
    """What the load process reads."""
    path = folder / "tablets.json"
    path.write_text(json.dumps({"body": day.body, "tablets": [asdict(tablet) for tablet in day.tablets]}), "utf-8")
    return path


async def _session(db: Database, revisions: Revisions, number: int) -> Session:
    school = _SCHOOLS[number % len(_SCHOOLS)]
    return await prepare(db, revisions, CONSULTATION, school, (1, 2), profile="short", today="2026-01-01")


async def _tablet(db: Database, key: bytes, session: Session) -> Tablet:
    return Tablet(session.id, (await join(db, Live(), _now, key, session.id)).token)


async def _sign_in(db: Database, email: str) -> list[str]:
    cookies = [secrets.token_urlsafe(32) for _ in range(SIGN_INS)]
    async with db.writing() as tx:
        account = await find_account(tx, email)
        assert account is not None
        for cookie in cookies:
            await insert_sign_in(tx, hashlib.sha256(cookie.encode()).hexdigest(), account.id, _now())
    return cookies


def _now() -> int:
    return int(time.time())


def _response(revision: str, questions: tuple[Question, ...]) -> str:
    answers = {question.id: _answer(question) for question in questions}
    return json.dumps({"revision": revision, "lang": "fi", "answers": answers, "end": "done"}, separators=(",", ":"))


def _answer(question: Question) -> Any:
    first = question.option_ids[:1]
    by_kind = {
        "multi_choice": list(question.option_ids[: question.max_select]),
        "rank": list(question.option_ids),
        "budget": dict.fromkeys(first, question.coins),
        "this_or_that": {pair.id: pair.options[0].id for pair in question.pairs},
        "idea": {"text": False, "drawing": True},
    }
    return by_kind[question.kind] if question.kind in by_kind else first[0]
