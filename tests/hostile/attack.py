"""Thousands of hostile requests at the running server, and an account of what it said. Knows no pytest."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
from sqlalchemy import text

from server.domain.grants import read_token, sign_card
from server.store.database import Database
from server.store.keys import load_key
from server.store.sign_ins import erase_sign_ins, insert_sign_in
from server.usecases.hashing import hash_token
from tests.browser.demo import DemoServer
from tests.copies import sqlite_url
from tests.hostile.caller import Caller, Reply
from tests.hostile.made import MARK, Request, requests
from tests.town import new_id
from tests.web.fuzz import throw

AT_ONCE = 20
_RENEWED_EVERY = 25
_TABLETS = 14
_TRACE = re.compile(rb'Traceback \(most recent|File "/[^"]*\.py", line|sqlalchemy\.exc|sqlite3\.|<module>')
_DOCUMENTED_503 = {"busy", "no_programs", "no_pdf"}
_COOKIES = re.compile(r"tyck(-[a-z]+)?|lang")
# What the server's HTTP parser says by itself, before there is a request.
_NO_REQUEST = {b"Invalid HTTP request received.", b"The request's head is too large."}
_KNOWN = {
    "session": "SELECT id FROM sessions",
    "link": "SELECT link FROM sessions",
    "consultation": "SELECT id FROM consultations",
    "poll": "SELECT poll FROM drafts",
    "revision": "SELECT id FROM revisions",
    "idea": "SELECT id FROM ideas",
    "theme": "SELECT id FROM themes",
    "person": "SELECT id FROM staff",
    "area": "SELECT id FROM areas",
    "school": "SELECT id FROM areas",
    "picture": "SELECT id FROM pictures",
}


@dataclass
class Ledger:
    """What was sent and what came back; `faults` is what must not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    reached: Counter[tuple[str, str]] = field(default_factory=Counter)
    through: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: dict[tuple[tuple[str, str], str], str] = field(default_factory=dict)
    most_mb: float = 0

    @property
    def sent(self) -> int:
        return self.reached.total()

    def note(self, route: tuple[str, str], what: str, reply: Reply) -> None:
        self.reached[route] += 1
        self.through[route] += reply.status < 400
        self.statuses[reply.status] += 1
        for fault in faults(reply):
            self.faults.setdefault((route, fault), f"{fault}\n  {what}\n  {reply.body[:500]!r}")

    def check(self) -> None:
        assert not self.faults, "\n".join(self.faults.values())


def faults(reply: Reply) -> Iterator[str]:
    """Everything that no answer to anything may be."""
    if not reply.status:
        yield "no answer"
    elif reply.body not in _NO_REQUEST:
        yield from _faults(reply)


def _faults(reply: Reply) -> Iterator[str]:
    if reply.status >= 500 and not _is_documented(reply):
        yield f"status {reply.status}"
    if _TRACE.search(reply.body):
        yield "tells of its inside"
    if reply.get("content-type").startswith("text/html") and MARK.encode() in reply.body:
        yield "repeats markup"
    if reply.get("x-content-type-options") != "nosniff" or "default-src 'none'" not in reply.get(
        "content-security-policy"
    ):
        yield "lacks a security header"
    for name in ("location", "hx-location", "hx-redirect"):
        if not _is_here(reply.get(name)):
            yield f"leads elsewhere: {reply.get(name)}"
    for cookie in reply.all("set-cookie"):
        if not _COOKIES.fullmatch(cookie.partition("=")[0]) or "evil" in cookie or "HttpOnly" not in cookie:
            yield f"sets a cookie: {cookie}"


def _is_documented(reply: Reply) -> bool:
    """A 503 with one of the codes of docs/operations.md: JSON says the code, a page its sentence."""
    if reply.status != 503:
        return False
    if reply.get("content-type") == "application/json":
        return json.loads(reply.body)["error"]["code"] in _DOCUMENTED_503
    return reply.get("content-type").startswith("text/html")


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return not (parts.scheme or parts.netloc or "\\" in address or address.startswith("//"))


class Attack:
    """The demo's server under fire; `known` holds what it has by now."""

    def __init__(self, server: DemoServer, runner: asyncio.Runner) -> None:
        self.ledger = Ledger()
        self.known: dict[str, list[str]] = {}
        self._server = server
        self._run = runner.run
        self._callers = [Caller(server.port) for _ in range(AT_ONCE)]
        self._db = Database(sqlite_url(server.data))
        self._key = load_key(server.data, "grants")
        self._batches = 0
        self._tokens = list(_prepare(server))
        self._roles = self._run(self._rows("SELECT staff, area, role FROM roles"))

    def throw(self, number: int) -> None:
        """So many requests, in batches."""
        throw(requests(self.known_now()), at_once=AT_ONCE, examples=-(-number // AT_ONCE), take=self._take)
        self.ledger.check()

    def known_now(self) -> Mapping[str, list[str]]:
        self._run(self._renew())
        return self.known

    @property
    def url(self) -> str:
        return self._server.url

    def close(self) -> None:
        for caller in self._callers:
            self._run(caller.close())
        self._run(self._db.close())

    def _take(self, made: list[Request]) -> None:
        self._batches += 1
        if self._batches % _RENEWED_EVERY == 0:
            self._run(self._renew())
        self._run(self._send(made))
        self.ledger.most_mb = max(self.ledger.most_mb, self._server.resident_mb())
        assert self._server.is_running, made

    async def _send(self, made: list[Request]) -> None:
        replies = await asyncio.gather(*(caller.ask(one.raw) for caller, one in zip(self._callers, made, strict=True)))
        for one, reply in zip(made, replies, strict=True):
            self.ledger.note(one.route, repr(one), reply)

    async def _rows(self, query: str) -> list[Any]:
        async with self._db.reading() as db:
            return [tuple(row) for row in await db.execute(text(query))]

    async def _renew(self) -> None:
        """Undoes what would shut the attack out: everybody can sign in and is, and nothing is frozen."""
        people = {
            row[1].partition("@")[0]: row[0] for row in await self._rows("SELECT id, email FROM staff WHERE demo")
        }
        async with self._db.writing() as db:
            for role, name in {
                "administrator": "aino",
                "moderator": "mika",
                "teacher": "alva",
                "reviewer": "ritva",
            }.items():
                await erase_sign_ins(db, people[name])
                await insert_sign_in(db, hash_token(f"token of {role}"), people[name], int(time.time()))
            await db.execute(text("UPDATE staff SET disabled = false"))
            await db.execute(text("UPDATE consultations SET frozen = false, archived = false"))
            for person, area, role in self._roles:
                again = {"person": person, "area": area, "role": role}
                await db.execute(
                    text("INSERT OR IGNORE INTO roles (staff, area, role) VALUES (:person, :area, :role)"), again
                )
        self.known.update({name: [row[0] for row in await self._rows(query)] for name, query in _KNOWN.items()})
        cards = await self._rows("SELECT id, card FROM sessions")
        self.known["card"] = [sign_card(session, card, self._key) for session, card in cards]
        self.known["edition"] = [
            f"{revision}-{profile}" for revision in self.known["revision"] for profile in ("short", "mini")
        ]
        self.known["token"] = self._tokens
        self.known["token session"] = [read_token(token, self._key).session for token in self._tokens]


def _prepare(server: DemoServer) -> Iterator[str]:
    """Tablets that have joined, ideas at the desk and a theme; gives the tablets' passes."""
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        for number in range(_TABLETS):
            joined = server.classes[number % len(server.classes)]
            tablet = client.post("/api/v1/join", json={"link": joined.link}).raise_for_status().json()
            grades, session = tablet["grades"], tablet["session"]
            idea = {"proto": 1, "session": session, "question": "q10", "lang": "fi", "grades": grades, "may_show": True}
            stroke = [[[0.1, 0.2, 0.5], [0.9, 0.8, 1]]]
            authorization = {"Authorization": f"Bearer {tablet['token']}"}
            drawn = client.put(f"/api/v1/ideas/{new_id()}", json={**idea, "strokes": stroke}, headers=authorization)
            drawn.raise_for_status()
            yield tablet["token"]
    theme = {"name_sv": "Skog", "name_fi": "Metsä"}
    assert server.staff("moderator").post("/staff/consultations/third-place/themes", data=theme).status_code == 303


@contextmanager
def attacking(folder: Path) -> Iterator[Attack]:
    """An attack on a demo of its own in this folder; in the end its log may hold no traceback."""
    server = DemoServer(folder).start()
    try:
        with asyncio.Runner() as runner:
            attack = Attack(server, runner)
            yield attack
            attack.close()
    finally:
        server.stop()
    log = (folder / "test.log").read_text("utf-8", "replace")
    assert "Traceback" not in log, log[-5000:]
