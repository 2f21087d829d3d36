"""One load on a sync route, in a process of its own: orders as JSON on stdin, what was measured as JSON on stdout.

Closed loop: every connection sends again as soon as it is answered. Open loop (`rate`): requests are due at fixed times
and their latency counts from then, also when no connection was free.
"""

import asyncio
import gc
import json
import math
import re
import sys
import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_PATIENCE_S = 10
_STORED = b'"s":"stored"'


@dataclass(frozen=True)
class Order:
    """`most` bounds how many requests are prepared; `rate` is in requests per second, None for the closed loop."""

    port: int
    query: str
    tablets: str
    connections: int
    items: int
    seconds: float
    most: int
    first_tablet: int = 0
    rate: float | None = None


class Load:
    """The requests still to be sent and what came of those that were."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.requests = deque(_requests(order))
        self.latencies: list[float] = []
        self.stored = 0
        self.failures = 0
        self.idle: list[_Connection] = []
        self.due: deque[float] = deque()
        self.ends = math.inf

    def next_request(self, now: float) -> bytes | None:
        if now >= self.ends or not self.requests:
            return None
        return self.requests.popleft()


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load) -> None:
        self._load = load
        self._received = b""
        self._since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._load.idle.append(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or (length and len(body) < int(length[1])):
            return
        now = time.perf_counter()
        self._load.latencies.append(now - self._since)
        self._load.stored += body.count(_STORED)
        self._load.failures += not head.startswith(b"HTTP/1.1 200")
        self._received = b""
        self.go_on(now)

    def go_on(self, now: float) -> None:
        """Sends the next request, or waits for one to be due."""
        load = self._load
        if load.order.rate is not None and not load.due:
            load.idle.append(self)
            return
        request = load.next_request(now)
        if request is None:
            load.idle.append(self)
            return
        self._since = load.due.popleft() if load.due else now
        self._transport.write(request)

    def connection_lost(self, _error: Exception | None) -> None:
        self._load.failures += 1

    def close(self) -> None:
        self._transport.abort()


def build_request(session: str, token: str, body: str, *, items: int, query: str = "") -> bytes:
    """The bytes of one sync request whose responses have ids of their own."""
    content = {
        "proto": 1,
        "rid": "5ca1ab1e",
        "session": session,
        "items": [{"id": str(uuid.uuid4()), "body": body} for _ in range(items)],
        "have": [],
        "ledger": {"confirmed": items, "pending": 0, "attention": 0},
        "tablet": {"ready": "yes", "turn": "idle"},
    }
    raw = json.dumps(content, separators=(",", ":")).encode()
    head = (
        f"POST /api/v1/sync{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def _requests(order: Order) -> Iterator[bytes]:
    """Every request, spread over the tablets."""
    known = json.loads(Path(order.tablets).read_text("utf-8"))
    tablets = known["tablets"]
    for number in range(order.most):
        tablet = tablets[(order.first_tablet + number) % len(tablets)]
        yield build_request(tablet["session"], tablet["token"], known["body"], items=order.items, query=order.query)


async def _run(order: Order) -> dict[str, float]:
    load = Load(order)
    gc.freeze()
    gc.disable()
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: _Connection(load), "127.0.0.1", order.port))[1]
        for _ in range(order.connections)
    ]
    start, cpu = time.perf_counter(), time.process_time()
    load.ends = start + order.seconds
    if order.rate is None:
        load.idle.clear()
        for connection in connections:
            connection.go_on(start)
    else:
        await _send_when_due(load, order.rate, start)
    while len(load.idle) < order.connections and time.perf_counter() < load.ends + _PATIENCE_S:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    missing = order.connections - len(load.idle)
    result = {"requests": len(load.latencies), "seconds": took, "stored": load.stored, "busy": cpu / took}
    result["failures"] = load.failures + missing
    load.latencies.sort()
    for name, part in (("p50_ms", 0.50), ("p99_ms", 0.99)):
        result[name] = load.latencies[min(int(len(load.latencies) * part), len(load.latencies) - 1)] * 1000
    for connection in connections:
        connection.close()
    return result


async def _send_when_due(load: Load, rate: float, start: float) -> None:
    number = 0
    while (now := time.perf_counter()) < load.ends:
        while start + number / rate <= now:
            load.due.append(start + number / rate)
            number += 1
        while load.due and load.idle:
            load.idle.pop(0).go_on(now)
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_run(Order(**json.load(sys.stdin))))))
