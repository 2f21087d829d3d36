"""A slow line between a tablet and the server: one shared width, a delay each way. Knows no protocol above TCP."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_CHUNK = 4096  # small enough for several connections to share the line evenly


@dataclass
class SlowLine:
    """Bits per second down and up, and the round trip in seconds; `down_bytes` is what has come down so far."""

    upstream: int
    down: float
    up: float
    round_trip_s: float
    port: int = 0
    down_bytes: int = 0
    _free_down: float = 0.0
    _free_up: float = 0.0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; its handshake takes a round trip."""
        await asyncio.sleep(self.round_trip_s)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        with suppress(ConnectionError):
            await asyncio.gather(
                self._pour(reader, far_writer, is_down=False), self._pour(far_reader, writer, is_down=True)
            )

    async def _pour(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_down: bool) -> None:
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arriving = asyncio.create_task(self._arrive(under_way, target))
        try:
            while chunk := await source.read(_CHUNK):
                sent = await self._squeeze(len(chunk), is_down=is_down)
                under_way.put_nowait((sent + self.round_trip_s / 2, chunk))
        finally:
            under_way.put_nowait((0.0, b""))
            await arriving

    async def _squeeze(self, size: int, *, is_down: bool) -> float:
        """Waits until these bytes are on the line, after all that was there before, and returns when that was."""
        now = asyncio.get_running_loop().time()
        if is_down:
            self.down_bytes += size
            self._free_down = end = max(now, self._free_down) + size * 8 / self.down
        else:
            self._free_up = end = max(now, self._free_up) + size * 8 / self.up
        await asyncio.sleep(end - now)
        return end

    async def _arrive(self, under_way: "asyncio.Queue[tuple[float, bytes]]", target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                due, chunk = await under_way.get()
                if not chunk:
                    break
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                target.write(chunk)
                await target.drain()
        target.close()


@contextmanager
def open_line(upstream: int, *, down: float, up: float, round_trip_s: float) -> Iterator[SlowLine]:
    line = SlowLine(upstream, down, up, round_trip_s)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(line.carry, "127.0.0.1", 0), loop).result()
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
