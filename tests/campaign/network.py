"""The network between the tablets and the server: every request meets the fault it was drawn. Knows no protocol."""

from __future__ import annotations

import http.client
import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message

from tests.browser.proxy import CAPTIVE_PORTAL, LATE_S, Fault, FaultyProxy, Forged, Loss
from tests.campaign.deck import Deck

FAULT = "X-Campaign-Fault"
"""The header by which a scripted tablet says what its request is to meet."""
_ERROR = b'{"error":{"code":"busy","message":"","details":[]}}'
_NOT_OUR_RID = b'{"proto":1,"rid":"another","day":1,"items":{},"lost":[],"session":{"state":"frozen"},"next":{}}'
_STATUSES = (400, 401, 403, 404, 408, 413, 425, 426, 429, 500, 502, 503)
FAULTS: dict[str, Fault] = {
    **{loss.name.lower(): loss for loss in Loss},
    "captive_portal": CAPTIVE_PORTAL,
    "another_rid": Forged(200, _NOT_OUR_RID),
    "redirect": Forged(302, b"", headers=(("Location", "/app/"),)),
    **{f"status_{status}": Forged(status, _ERROR) for status in _STATUSES},
}


@dataclass
class Network(FaultyProxy):
    """Real browsers say nothing of faults: their requests draw one themselves, `spoiled` of them."""

    only: str = "/api/v1/"
    spoiled: float = 0.0
    rng: random.Random = field(default_factory=random.Random)
    named: Counter[str] = field(default_factory=Counter)
    _drawing: threading.Lock = field(default_factory=threading.Lock)
    _faults: Deck[str] = field(init=False)

    def __post_init__(self) -> None:
        self._faults = Deck(self.rng, list(FAULTS))

    def await_quiet(self) -> None:
        """Until no request is under way any more, also none that nobody waits for."""
        with self._changed:
            self._changed.wait_for(lambda: self.met.total() >= self.named.total())

    def update_worker(self) -> None:
        self.newer_worker += b"\n// newer"

    def choose(self, headers: Message) -> Fault | None:
        with self._drawing:
            name = headers.get(FAULT, "")
            if FAULT not in headers and self.rng.random() < self.spoiled:
                name = self._faults.draw()
            self.named[name or "none"] += 1
        return FAULTS.get(name)


class NoAnswer(Exception):
    """The request got no whole answer."""


def send(
    port: int, method: str, path: str, headers: Mapping[str, str], body: bytes, *, hurried: bool = False
) -> tuple[int, bytes]:
    """Status and body of the answer. Raises NoAnswer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LATE_S / 3 if hurried else 30)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer from error
    finally:
        connection.close()
