"""Plays one morning against a running server, and says what came of it."""

import asyncio
import random
import time
from collections.abc import Iterable, Sequence
from typing import Any

from tests.bench.processes import Served
from tests.load.books import Books
from tests.load.gauge import used
from tests.load.line import Figures
from tests.load.morning import TABLETS, Class
from tests.load.tablet import Clock, Room, Tablet
from tests.load.teacher import Teacher

_TICK_S = 0.05
_RUNNING_LATE = "client late"


async def play(
    server: Served, classes: Sequence[Class], books: Books, speed: float, seed: int, *, each: int = TABLETS
) -> dict[str, Any]:
    """Until every tablet, `each` class has so many, has handed in everything."""
    clock, figures = Clock(speed), Figures()
    rooms = [Room(each, server.port, clock, figures, books) for each in classes]
    rng = random.Random(seed)
    tablets = {room.of.session: [Tablet(room, random.Random(rng.random())) for _ in range(each)] for room in rooms}
    teachers = [Teacher(room) for room in rooms]
    before, cpu = used(server.pid), time.process_time()
    levels: list[tuple[float, float, float]] = []
    beside = [asyncio.create_task(_watch(server, figures, levels)), asyncio.create_task(_tick(figures))]
    lessons = [asyncio.create_task(_lesson(room, tablets[room.of.session])) for room in rooms]
    await asyncio.gather(*(teacher.watch(lesson) for teacher, lesson in zip(teachers, lessons, strict=True)))
    took = time.perf_counter() - clock.began
    after, cpu = used(server.pid), time.process_time() - cpu
    for task in beside:
        task.cancel()
    delays = [delay for teacher in teachers for delay in teacher.delays()]
    shown = [delay for delay in delays if delay != float("inf")]
    figures.latencies["commit → page"] = shown
    late = figures.latencies.pop(_RUNNING_LATE, [0.0])
    return {
        "classes": len(classes),
        "tablets": each * len(classes),
        "speed": speed,
        "seconds": took,
        "responses": len(books.acknowledged),
        "resent": books.resent,
        "not_shown": len(delays) - len(shown),
        "offline": sum(one.offline is not None for one in classes),
        "latencies_ms": {kind: _parts(values) for kind, values in sorted(figures.latencies.items()) if values},
        "counted": figures.counted(),
        "received": dict(figures.received),
        "errors": dict(figures.errors),
        "cpu_s": after.cpu_s - before.cpu_s,
        "resident_mb": max([after.resident_mb, *(level for _, _, level in levels)]),
        "processes": after.processes,
        "written": after.written - before.written,
        "client_busy": cpu / took,
        "client_late_ms": _parts(late),
        "bin_s": figures.bin_s,
        "levels": [(at, busy - before.cpu_s) for at, busy, _ in levels],
        "moments": [(kind, at, number) for (kind, at), number in sorted(figures.moments.items())],
    }


async def _lesson(room: Room, tablets: Sequence[Tablet]) -> None:
    await asyncio.gather(_go_offline(room, tablets), *(tablet.live() for tablet in tablets))


async def _go_offline(room: Room, tablets: Iterable[Tablet]) -> None:
    """The class loses its network, and when it is back, every tablet hears of it at once."""
    if room.of.offline is None:
        return
    await room.clock.until(room.of.offline[0])
    room.network.cut()
    await room.clock.until(room.of.offline[1])
    room.network.mend()
    for tablet in tablets:
        if tablet.joined:
            tablet.now()


async def _watch(server: Served, figures: Figures, levels: list[tuple[float, float, float]]) -> None:
    while True:
        await asyncio.sleep(figures.bin_s)
        now = await asyncio.to_thread(used, server.pid)
        levels.append((time.perf_counter() - figures.began, now.cpu_s, now.resident_mb))


async def _tick(figures: Figures) -> None:
    """How late this client itself is: what every latency below is too long by, at most."""
    while True:
        due = time.perf_counter() + _TICK_S
        await asyncio.sleep(_TICK_S)
        figures.latencies[_RUNNING_LATE].append(time.perf_counter() - due)


def _parts(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    parts = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    return {name: ordered[min(int(len(ordered) * part), len(ordered) - 1)] * 1000 for name, part in parts}
