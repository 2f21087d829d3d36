"""A tablet written from docs/sync.md alone, a second implementation of the protocol. Knows nothing of pwa/, server/."""

from __future__ import annotations

import gzip
import json
import random
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.campaign.moments import KILL
from tests.campaign.network import FAULT, NoAnswer, send
from tests.campaign.storage import Storage, Stores

Record = dict[str, Any]
_MAX_HAVE = 200
_KEEP_DAYS = 90
_OVER = ("frozen", "gone")


@dataclass(frozen=True)
class Trouble:
    """What one request meets on its way, and at which moment the server dies of it."""

    fault: str = ""
    kill: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {FAULT: self.fault, **({KILL: self.kill} if self.kill else {})}


CALM = Trouble()


@dataclass
class Tablet:
    """`port` is that of the network; `answered` counts the answers that were ours, `last` is what came last."""

    name: str
    port: int
    rng: random.Random
    storage: Storage = field(init=False)
    answered: int = 0
    batch: int = 50
    day: int = 0
    last: str = ""
    turns: dict[str, int] = field(default_factory=dict)
    requests: deque[tuple[str, str, dict[str, str], bytes]] = field(default_factory=lambda: deque(maxlen=20))

    def __post_init__(self) -> None:
        self.storage = Storage()

    @property
    def sessions(self) -> list[str]:
        return list(self.storage.stores["sessions"])

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def join(self, link: str, trouble: Trouble = CALM) -> bool:
        """Whether the class let it in."""
        answer = self._ask("POST", "/api/v1/join", "", {"link": link}, trouble)
        if answer is None or "token" not in answer:
            return False
        with self.storage.transaction() as stores:
            kept = ("token", "session", "revision", "state")
            stores["sessions"][answer["session"]] = {name: answer[name] for name in kept}
        return True

    # a child's turn

    def begin(self, session: str) -> str:
        with self.storage.transaction() as stores:
            draft = {"id": self.new_id(), "session": session}
            stores["drafts"][session] = draft
        return draft["id"]

    def confirm(self, session: str, item_id: str, body: str, ideas: Mapping[str, str]) -> bool:
        """True, and only then, is the tick. `ideas` are bodies by id."""
        with self.storage.transaction() as stores:
            draft = stores["drafts"].get(session)
            if draft is None or draft["id"] != item_id:
                return item_id in stores["outbox"]
            del stores["drafts"][session]
            items = {item_id: body, **{f"ideas/{idea}": made for idea, made in ideas.items()}}
            for key, made in items.items():
                stores["outbox"][key] = {"id": key, "session": session, "body": made}
            self._count(stores, session, "confirmed", len(items))
        return True

    # what the server is told, and what it says

    def sync(self, session: str, trouble: Trouble = CALM) -> bool:
        """One round for a session: responses first, then ideas. False when some request was not answered as ours."""
        while True:
            waiting = [item for item in self._waiting(session) if not item["id"].startswith("ideas/")]
            self.rng.shuffle(waiting)
            some = waiting[: self.batch]
            if not self._sync_once(session, some, trouble):
                return False
            trouble = CALM
            if len(waiting) <= len(some):
                break
        ideas = [item for item in self._waiting(session) if item["id"].startswith("ideas/")]
        self.rng.shuffle(ideas)
        return all(self._put_idea(session, idea, trouble) for idea in ideas)

    def unsent(self, session: str) -> int:
        return len(self._waiting(session))

    def shows_in(self, session: str) -> int:
        """How many requests it takes to show every receipt."""
        pairs = {each["pair"] for each in self.storage.of("receipts", session)}
        return 1 + len(pairs) // _MAX_HAVE

    def _waiting(self, session: str) -> list[Record]:
        lost = [receipt for receipt in self.storage.of("receipts", session) if receipt["lost"]]
        return [*self.storage.of("outbox", session), *lost]

    def _have(self, session: str) -> list[str]:
        """At most 200 distinct pairs, others each time."""
        pairs = sorted({each["pair"] for each in self.storage.of("receipts", session) if not each["lost"]})
        turn = self.turns.get(session, 0) % len(pairs) if len(pairs) > _MAX_HAVE else 0
        self.turns[session] = turn + _MAX_HAVE
        return (pairs[turn:] + pairs[:turn])[:_MAX_HAVE]

    def _sync_once(self, session: str, items: Sequence[Record], trouble: Trouble) -> bool:
        counted = self.storage.stores["counters"].get(session, {})
        rid = f"{self.rng.getrandbits(64):016x}"
        have = self._have(session)
        request = {
            "proto": 1,
            "rid": rid,
            "session": session,
            "items": [self._on_the_wire(item) for item in items],
            "have": have,
            "ledger": {
                "confirmed": counted.get("confirmed", 0),
                "pending": self.unsent(session) - len(items),
                "attention": len(self.storage.of("attention", session)),
            },
            "tablet": {"ready": "yes", "turn": "answering" if session in self.storage.stores["drafts"] else "idle"},
        }
        answer = self._ask("POST", "/api/v1/sync", self._token(session), request, trouble)
        if answer is None or answer.get("rid") != rid or not isinstance(answer.get("items"), dict):
            return False
        self.answered += 1
        self.day = answer["day"]
        sent = {item["id"] for item in items}
        self.settle(session, {key: said for key, said in answer["items"].items() if key in sent}, answer)
        self._learn(session, answer, have)
        return True

    def _put_idea(self, session: str, item: Record, trouble: Trouble) -> bool:
        idea = item["id"].removeprefix("ideas/")
        content = {"proto": 1, "session": session, "seal": item["seal"]} if "seal" in item else json.loads(item["body"])
        answer = self._ask("PUT", f"/api/v1/ideas/{idea}", self._token(session), content, trouble)
        if answer is None or answer.get("id") != idea or "s" not in answer:
            return False
        self.answered += 1
        self.settle(session, {item["id"]: answer}, answer)
        return True

    @staticmethod
    def _on_the_wire(item: Record) -> Record:
        return {"id": item["id"], **({"seal": item["seal"]} if "seal" in item else {"body": item["body"]})}

    def settle(self, session: str, said: Mapping[str, Record], answer: Record) -> None:
        """Acts on the server's word, item by item; doing it again changes nothing."""
        with self.storage.transaction() as stores:
            for key, word in said.items():
                item = stores["outbox"].pop(key, None)
                known = stores["receipts"].get(key)
                if item is None and known is None:
                    continue
                if word["s"] == "rejected":
                    stores["attention"][key] = {**(item or known or {}), "why": word.get("why")}
                    stores["receipts"].pop(key, None)
                elif word["s"] == "gone":
                    stores["receipts"].pop(key, None)
                elif word["s"] in ("stored", "held"):
                    if item is not None:
                        self._count(stores, session, "held" if word["s"] == "held" else "acknowledged", 1)
                    self._receive(stores, session, key, word, answer)
                elif item is not None:
                    stores["outbox"][key] = item

    def _receive(self, stores: Stores, session: str, key: str, word: Record, answer: Record) -> None:
        if "seal" not in word or "commit" not in answer:
            stores["receipts"].pop(key, None)
            return
        receipt = {"id": key, "session": session, "pair": answer["commit"], "seal": word["seal"], "lost": False}
        stores["receipts"][key] = {**receipt, "day": answer.get("day", self.day)}

    def _learn(self, session: str, answer: Record, have: Sequence[str]) -> None:
        state = answer.get("session", {}).get("state")
        lost = {pair for pair in answer.get("lost", ()) if pair in have}
        with self.storage.transaction() as stores:
            if state:
                stores["sessions"][session] = {**stores["sessions"][session], "state": state}
            for key, receipt in list(stores["receipts"].items()):
                if receipt["session"] != session:
                    continue
                if state in _OVER or receipt["day"] <= self.day - _KEEP_DAYS:
                    del stores["receipts"][key]
                elif receipt["pair"] in lost:
                    stores["receipts"][key] = {**receipt, "lost": True}

    @staticmethod
    def _count(stores: Stores, session: str, what: str, number: int) -> None:
        counted = stores["counters"].get(session, {"session": session})
        stores["counters"][session] = {**counted, what: counted.get(what, 0) + number}

    def _token(self, session: str) -> str:
        token: str = self.storage.stores["sessions"][session]["token"]
        return token

    def _ask(self, method: str, path: str, token: str, content: Record, trouble: Trouble) -> Record | None:
        """The answer when the server gave one as itself: status 200 and a JSON object."""
        body = json.dumps(content).encode()
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if len(body) > 1024:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.requests.append((method, path, headers, body))
        hurried = trouble.fault == "late"
        try:
            status, said = send(self.port, method, path, {**headers, **trouble.headers}, body, hurried=hurried)
            answer = json.loads(said)
        except (NoAnswer, ValueError) as error:
            self.last = repr(error.__cause__ or error)
            return None
        self.last = f"{status} {said[:80]!r}"
        if status == 413:
            self.batch = max(1, self.batch // 2)
        elif status == 200:
            self.batch = 50
        return answer if status == 200 and isinstance(answer, dict) else None
