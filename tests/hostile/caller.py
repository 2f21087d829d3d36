"""A client that sends bytes as they are, on connections that stay open. Knows nothing of what is asked."""

import asyncio
from dataclasses import dataclass, field

import httptools

_PATIENCE_S = 60


@dataclass
class Reply:
    """What came back; the body of a stream that has no end is not waited for."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each == name]

    def get(self, name: str) -> str:
        return ", ".join(self.all(name))


class _Reading:
    """What httptools calls while it reads one reply."""

    def __init__(self, reply: Reply, *, is_head: bool) -> None:
        self._reply = reply
        self._is_head = is_head
        self.parser = httptools.HttpResponseParser(self)
        self.is_done = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._reply.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        self._reply.status = self.parser.get_status_code()
        is_stream = self._reply.get("content-type").startswith("text/event-stream")
        self.is_done = is_stream or (self._is_head and self._reply.status >= 200)

    def on_body(self, body: bytes) -> None:
        self._reply.body += body

    def on_message_complete(self) -> None:
        # 100 Continue is no answer yet.
        self.is_done = self.is_done or self._reply.status >= 200


class Caller:
    """One connection, opened again whenever it has ended."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, raw: bytes) -> Reply:
        """The answer; status 0 when the connection ended without one, or nothing came for a minute."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reply = await self._ask(raw)
                # An idle connection may have been closed meanwhile.
                return reply if reply.status else await self._ask(raw)
        except TimeoutError:
            await self.close()
            return Reply(body=b"timed out")

    async def _ask(self, raw: bytes) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        reply = Reply()
        is_head = raw.startswith(b"HEAD ")
        reading = _Reading(reply, is_head=is_head)
        try:
            writer.write(raw)
            while not reading.is_done and (data := await reader.read(1 << 16)):
                reading.parser.feed_data(data)
        except (ConnectionError, httptools.HttpParserError):
            reading.is_done = False
        is_over = not reading.is_done or is_head or "close" in reply.get("connection")
        if is_over or reply.get("content-type").startswith("text/event-stream"):
            await self.close()
        return reply

    async def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None
