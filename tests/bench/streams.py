"""Teachers who look on: how soon an event follows a commit, and what a thousand open streams weigh."""

import asyncio
import bisect
import random
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.bench.load import build_request
from tests.bench.processes import Served
from tests.bench.school_day import SchoolDay, Tablet

STREAMS = 1000
_SYNC_EVERY_S = 5.0
_EVENT = b"event: changed"


@dataclass
class _Heard:
    """When what happened, by session, in seconds of `perf_counter`."""

    events: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    pages: list[float] = field(default_factory=list)
    syncs: list[tuple[str, float, float]] = field(default_factory=list)


async def measure_events(server: Served, day: SchoolDay, seconds: float) -> dict[str, float]:
    """Sync reply → the first `event: changed` since the request, in milliseconds, while every tablet delivers
    a response as often as the server advises (`min_s`) and every teacher's page fetches its new fragment.
    """
    heard = _Heard()
    sessions = sorted({tablet.session for tablet in day.watched})
    watching = [asyncio.create_task(_watch(server, day.cookies[n], each, heard)) for n, each in enumerate(sessions)]
    await asyncio.sleep(1)
    end = time.perf_counter() + seconds
    await asyncio.gather(*(_deliver(server, day.body, tablet, end, heard) for tablet in day.watched))
    await asyncio.sleep(1)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return {
        "syncs": len(heard.syncs),
        **_percentiles("event", [_delay(heard, *sync) for sync in heard.syncs]),
        **_percentiles("fragment", heard.pages),
    }


async def open_streams(server: Served, day: SchoolDay) -> float:
    """The server's resident memory with STREAMS open streams, in MB."""
    sessions = sorted({tablet.session for tablet in day.tablets})
    open_ones = [await _open_stream(server, day.cookies[n // 4], sessions[n % len(sessions)]) for n in range(STREAMS)]
    await asyncio.gather(*(reader.readuntil(_EVENT) for reader, _ in open_ones))
    await asyncio.sleep(1)
    resident = server.resident_mb()
    for _, writer in open_ones:
        writer.close()
    return resident


def _delay(heard: _Heard, session: str, sent: float, replied: float) -> float:
    events = heard.events[session]
    found = bisect.bisect_left(events, sent)
    return max(0.0, events[found] - replied) if found < len(events) else float("inf")


def _percentiles(name: str, seconds: Iterable[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"{name}_{label}_ms": ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000
        for label, part in (("p50", 0.5), ("p99", 0.99))
    }


async def _deliver(server: Served, body: str, tablet: Tablet, end: float, heard: _Heard) -> None:
    await asyncio.sleep(random.uniform(0, _SYNC_EVERY_S))
    while time.perf_counter() < end:
        sent = time.perf_counter()
        await _ask(server, build_request(tablet.session, tablet.token, body, items=1))
        heard.syncs.append((tablet.session, sent, time.perf_counter()))
        await asyncio.sleep(random.uniform(0.5, 1.5) * _SYNC_EVERY_S)


async def _watch(server: Served, cookie: str, session: str, heard: _Heard) -> None:
    """What a teacher's page does: it hears an event and fetches its fragment."""
    events, _ = await _open_stream(server, cookie, session)
    while True:
        await events.readuntil(_EVENT)
        now = time.perf_counter()
        heard.events[session].append(now)
        await _ask(server, _get(f"/staff/sessions/{session}/progress", cookie))
        heard.pages.append(time.perf_counter() - now)


async def _open_stream(server: Served, cookie: str, session: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(_get(f"/staff/sessions/{session}/events", cookie))
    return reader, writer


def _get(path: str, cookie: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: tyck={cookie}\r\nHX-Request: true\r\n\r\n".encode()


async def _ask(server: Served, request: bytes) -> None:
    """One request on a connection of its own: between two the server has closed an idle one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"A request failed: {head.splitlines()[0].decode()}")
    await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n", 1)[0]))
    writer.close()
