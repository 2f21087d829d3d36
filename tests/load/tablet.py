"""One tablet of a class: it joins, downloads what a browser would, lends itself to child after child, and talks to the
server when pwa/sync.js would. Times are seconds of the morning; `Clock` says how fast that goes.
"""

import asyncio
import gzip
import json
import random
import re
import time
import uuid
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.load.books import Books
from tests.load.line import Figures, Line, Network
from tests.load.morning import Class, arrival

_SHELL = re.compile(rb"const SHELL = (\[.*\]);")
_CHILD_S = (180.0, 360.0)
_BETWEEN_S = (10.0, 40.0)
_HURRIED_S = 20.0
_MOST, _MOST_HAVE = 50, 200
_LOST_REPLIES = 0.005
_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 300.0
_UNCHANGING = ("/static/", "/media/")


@dataclass(frozen=True)
class Clock:
    """The time of the morning: `speed` seconds of it pass in one."""

    speed: float
    began: float = field(default_factory=time.perf_counter)

    @property
    def now(self) -> float:
        return (time.perf_counter() - self.began) * self.speed

    async def until(self, moment: float) -> None:
        await asyncio.sleep(max(0.0, moment - self.now) / self.speed)

    async def pass_(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


@dataclass
class Room:
    """A class with its network; `replied` are the moments at which one more response was known to be stored."""

    of: Class
    port: int
    clock: Clock
    figures: Figures
    books: Books
    network: Network = field(default_factory=Network)
    replied: list[float] = field(default_factory=list)

    def line(self) -> Line:
        return Line(self.port, self.of.address, self.network, self.figures)


class Browser:
    """Addresses it holds are asked for again only where they may have changed, and then by their tag."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._held: dict[str, tuple[str, bytes]] = {}

    async def get(self, kind: str, path: str) -> bytes:
        tag, body = self._held.get(path, ("", b""))
        if path in self._held and path.startswith(_UNCHANGING):
            return body
        answer = await self._line.ask(kind, "GET", path, f"If-None-Match: {tag}\r\n" if tag else "")
        if answer.status == 200:
            body = answer.read() if path == "/app/sw.js" else b""
            self._held[path] = (answer.header(b"etag"), body)
        return body


class Tablet:
    def __init__(self, room: Room, rng: random.Random, lost_replies: float = _LOST_REPLIES) -> None:
        self.room, self.rng, self.lost_replies = room, rng, lost_replies
        self.line = room.line()
        self.browser = Browser(self.line)
        self.outbox: dict[str, dict[str, str]] = {}
        self.receipts: dict[str, dict[str, str]] = {}
        self.sent: set[str] = set()
        self.confirmed = self.failures = self.turn = 0
        self.joined: dict[str, Any] = {}
        self.advice = {"min_s": 5.0, "idle_s": 30.0}
        self.ready, self.hello, self.again, self.is_hidden = "no", True, False, False
        self._timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None

    # the lesson

    async def live(self) -> None:
        of, clock = self.room.of, self.room.clock
        await clock.until(arrival(self.rng, of))
        await self._until_it_works(self.join)
        await self._until_it_works(self.download)
        await self.open_page()
        self.ready = "yes"
        await self.open_page()
        while True:
            self.turn += 1
            await clock.pass_(min(self.rng.uniform(*_CHILD_S), max(of.ends - clock.now, _HURRIED_S)))
            self.confirm()
            await clock.pass_(self.rng.uniform(*_BETWEEN_S))
            if clock.now > of.ends:
                break
            await self.open_page()
        await self._hand_in()

    async def _hand_in(self) -> None:
        """The screen goes dark: everything is sent, however often it takes."""
        self.is_hidden = True
        while self.outbox:
            await (self.now() or asyncio.sleep(0))
            await asyncio.sleep(0.1 if self.failures else 0)
        self.plan(None)
        self.line.close()

    async def _until_it_works(self, step: Any) -> None:
        while not await _works(step()):
            await self.room.clock.pass_(self.rng.uniform(3, 10))

    async def join(self) -> None:
        of = self.room.of
        way: dict[str, Any] = {"link": of.link}
        if of.by_pictures:
            way = {"pictures": of.pictures, "school": of.school}
        await self.browser.get("file", "/app/" if of.by_pictures else f"/app/j/{of.link}")
        answer = await self.line.ask("join", "POST", "/api/v1/join", body=json.dumps(way).encode())
        if answer.status != 200:
            raise OSError
        self.joined = json.loads(answer.read())

    async def download(self) -> None:
        """The worker's shell, the booklet with its pictures in one file, the other language, the sounds."""
        pages = list(self.joined["booklets"].values())
        self.edition = pages[0].split("/")[3]
        await self.browser.get("booklet", pages[0])
        await self.browser.get("pictures", f"/app/b/{self.edition}/pictures")
        shell = _SHELL.search(await self.browser.get("file", "/app/sw.js"))
        for path in json.loads(shell[1]) if shell else ():
            await self.browser.get("file", path)
        for page in pages[1:]:
            await self.browser.get("booklet", page)
        for path in self._sound_lists():
            await self.browser.get("sounds", path)
            await self.browser.get("sounds", f"{path}/all")

    def _sound_lists(self) -> list[str]:
        return [
            f"/app/sounds/{each}/{lang}/opus" for lang in self.joined["booklets"] for each in (self.edition, "join")
        ]

    async def open_page(self) -> None:
        """A page from the worker's cache: asks whether worker and sounds are still the newest, then says hello."""
        self.plan(None)
        await _works(self.look_for_newer())
        self.hello = True
        self.now()

    async def look_for_newer(self) -> None:
        for path in ("/app/sw.js", *self._sound_lists()):
            await self.browser.get("not newer", path)

    def confirm(self) -> None:
        id_ = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        self.outbox[id_] = {"id": id_, "body": self.rng.choice(self.room.of.bodies)}
        self.confirmed += 1
        self.room.books.confirmed[id_] = self.room.of.session
        self.soon()

    # when to talk (pwa/sync.js)

    def plan(self, seconds: float | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
        if seconds is not None and not self.is_hidden:
            self._timer = asyncio.get_running_loop().call_later(seconds / self.room.clock.speed, self.now)

    def soon(self) -> None:
        if not self.failures:
            self.plan(self.rng.uniform(self.advice["min_s"], self.advice["idle_s"]))

    def now(self) -> "asyncio.Task[None] | None":
        if self._running and not self._running.done():
            self.again = True
        else:
            self._running = asyncio.create_task(self._talk())
        return self._running

    async def _talk(self) -> None:
        answered = await _works(self._round())
        withheld = self.hello and answered and bool(self.outbox)
        self.failures = 0 if answered else self.failures + 1
        self.hello = self.hello and not answered
        if not answered:
            most = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2 ** (0 if self.again else self.failures))
            self.plan(self.rng.uniform(_FIRST_WAIT_S, most))
        elif withheld:
            self.soon()
        else:
            self.plan(0 if self.again else self.advice["idle_s"])
        self.again = False

    async def _round(self) -> None:
        while True:
            held = [] if self.hello and not self.is_hidden else [*self.outbox.values()]
            self.rng.shuffle(held)
            batch = held[:_MOST]
            settled = await self.deliver(batch)
            if not settled or len(batch) == len(held):
                return

    # what is said, and what is heard

    async def deliver(self, batch: list[dict[str, str]]) -> int:
        """How many items left the outbox. Raises OSError when the server did not answer as itself."""
        books, rid = self.room.books, f"{self.rng.getrandbits(64):016x}"
        pairs = sorted(self.receipts)
        said = {
            "proto": 1,
            "rid": rid,
            "session": self.room.of.session,
            "items": batch,
            "have": pairs[:_MOST_HAVE],
            "ledger": {"confirmed": self.confirmed, "pending": len(self.outbox) - len(batch), "attention": 0},
            "tablet": {"ready": self.ready, "keeps": "no", "turn": "answering" if self.turn else "idle"},
        }
        body = json.dumps(said, separators=(",", ":")).encode()
        headers = f"Authorization: Bearer {self.joined['token']}\r\nContent-Type: application/json\r\n"
        if len(body) > 1024:
            body, headers = gzip.compress(body, 6, mtime=0), headers + "Content-Encoding: gzip\r\n"
        books.resent += sum(item["id"] in self.sent for item in batch)
        self.sent.update(item["id"] for item in batch)
        kind = "sync" if batch else "empty sync"
        answer = await self.line.ask(kind, "POST", "/api/v1/sync", headers, body)
        if answer.status != 200 or self.rng.random() < self.lost_replies:
            raise OSError
        word = json.loads(answer.body)
        if word["rid"] != rid:
            raise OSError
        return self._settle(word)

    def _settle(self, word: dict[str, Any]) -> int:
        """Acts on the server's word, item by item."""
        room, settled, seals = self.room, 0, {}
        for id_, verdict in word["items"].items():
            if verdict["s"] != "stored":
                room.figures.errors[f"item {verdict['s']} {verdict.get('why', '')}"] += 1
            elif self.outbox.pop(id_, None):
                room.books.acknowledged.add(id_)
                room.replied.append(time.perf_counter())
                seals[id_] = verdict.get("seal", "")
                settled += 1
        if seals:
            self.receipts[word["commit"]] = seals
        for pair in word["lost"]:
            room.figures.errors["a receipt the server does not know"] += 1
            self.outbox.update({id_: {"id": id_, "seal": seal} for id_, seal in self.receipts.pop(pair, {}).items()})
        self.advice = word["next"]
        return settled


async def _works(step: Coroutine[Any, Any, None]) -> bool:
    try:
        await step
    except (OSError, EOFError):
        return False
    return True
