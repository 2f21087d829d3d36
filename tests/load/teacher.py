"""A teacher's page that is open during the lesson: its event stream, and the part it fetches when it is told to."""

import asyncio
import re
import time
from bisect import bisect_left
from collections.abc import Awaitable
from contextlib import suppress

from tests.load.line import Line
from tests.load.tablet import Room

_EARLY_S, _PATIENCE_S = 30.0, 15.0
_AGAIN_S = 60.0
_RECONNECT_S = 3.0
_NUMBERS = re.compile(rb"<dd>(\d+)")
_DONE = 2


class Teacher:
    """`seen` are the moments when the page showed so many children done."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.seen: list[tuple[int, float]] = []
        self._path = f"/staff/sessions/{room.of.session}"
        self._headers = f"Cookie: tyck={room.of.cookie}\r\n"
        self._told, self._looked = asyncio.Event(), asyncio.Event()

    async def watch(self, lesson: Awaitable[None]) -> None:
        """Until the lesson is over and the page shows all of it, or 15 seconds after."""
        await self.room.clock.until(self.room.of.starts - _EARLY_S)
        with suppress(OSError, EOFError):
            await self.fetch("teacher's page", "")
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._follow())]
        await lesson
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_S):
                while not self.seen or self.seen[-1][0] < len(self.room.replied):
                    self._looked.clear()
                    await self._looked.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def delays(self) -> list[float]:
        """Seconds from each reply until the page showed as many children as had been replied to; infinite for never."""
        counts = [count for count, _ in self.seen]
        places = [(bisect_left(counts, number), at) for number, at in enumerate(sorted(self.room.replied), 1)]
        return [max(0.0, self.seen[n][1] - at) if n < len(self.seen) else float("inf") for n, at in places]

    async def _listen(self) -> None:
        while True:
            line = self.room.line()
            with suppress(OSError, EOFError):
                events = await line.stream(f"{self._path}/events", self._headers)
                while True:
                    await events.readuntil(b"event: changed")
                    self._told.set()
            line.close()
            self.room.network.lines.discard(line)
            await self.room.clock.pass_(_RECONNECT_S)

    async def _follow(self) -> None:
        """As htmx does: one request at a time, and once more when something was told meanwhile."""
        line = self.room.line()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_S / self.room.clock.speed):
                    await self._told.wait()
            self._told.clear()
            with suppress(OSError, EOFError):
                await self.fetch("fragment", "/progress", line)

    async def fetch(self, kind: str, path: str, line: Line | None = None) -> None:
        headers = self._headers + ("HX-Request: true\r\n" if line else "")
        answer = await (line or self.room.line()).ask(kind, "GET", self._path + path, headers)
        numbers = _NUMBERS.findall(answer.read())
        if answer.status == 200 and len(numbers) > _DONE:
            count = int(numbers[_DONE])
            if not self.seen or count > self.seen[-1][0]:
                self.seen.append((count, time.perf_counter()))
        self._looked.set()
