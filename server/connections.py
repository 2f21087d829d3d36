"""How long a connection may take, and how much it may say before it has asked anything: slow clients starve nobody.

uvicorn alone waits for ever for a request's head and body, and takes a head of any length. Knows no application.
"""

import asyncio
import resource
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_FILES = 8192
_OTHER_FILES = 256
"""What the process opens besides connections: database, child processes, pictures."""


class _Whole:
    """A transport that sends an answer's head with its body, which uvicorn writes apart: one packet, not two. What no
    more is written after goes in the loop's next turn.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if self._head:
            self._send(data)
        else:
            self._head = data
            self._loop.call_soon(self._send)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self, body: bytes = b"") -> None:
        if self._head:
            self._transport.write(self._head + body)
            self._head = b""


class Connection(HttpToolsProtocol):
    """One client. Times in seconds, sizes in bytes.

    A head has `head_s`; with its body, `body_s` and a second more for each `least_rate` bytes that came. Whoever reads
    nothing of an answer for `stalled_s` is gone. Above `most` connections the one goes that has asked nothing longest.
    """

    head_s = 15.0
    body_s = 30.0
    stalled_s = 120.0
    least_rate = 1000
    most_head = 64 * 1024
    most = 4000

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._since = self._left_since = self.loop.time()
        self._left = self._unread = self._came = 0

    @property
    def is_waiting(self) -> bool:
        """Whether it asks nothing: its head is not complete, or everything it asked is answered."""
        return self.cycle is None or self.cycle.response_complete

    def is_overdue(self, now: float) -> bool:
        left = self.transport.get_write_buffer_size()
        if left != self._left:
            self._left, self._left_since = left, now
        if left:
            return now - self._left_since > self.stalled_s
        if self.is_waiting:
            return now - self._since > self.head_s
        return self.cycle.more_body and now - self._since > self.body_s + self._came / self.least_rate

    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast(asyncio.Transport, _Whole(transport, self.loop)))
        if len(self.connections) > self.most:
            waiting = [each for each in self.connections if isinstance(each, Connection) and each.is_waiting]
            min(waiting, key=lambda each: each._since, default=self).transport.abort()

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > self.most_head and not self.transport.is_closing():
            self.send_400_response("The request's head is too large.")

    def on_body(self, body: bytes) -> None:
        self._came += len(body)
        # A part of a body in parts has a line of its own before it; what comes after the last one is head again.
        self._unread = max(0, self._unread - len(body) - 16)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = self._came = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        super().on_response_complete()


class Server(uvicorn.Server):
    """Looks once a second for what takes too long, and ends it."""

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for each in list(self.server_state.connections):
                if isinstance(each, Connection) and each.is_overdue(now):
                    each.transport.abort()
        return await super().on_tick(counter)


def make_room() -> None:
    """Raises this process's limit of open files as far as it may, and takes no more connections than fit in it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft != resource.RLIM_INFINITY:
        Connection.most = max(1, min(Connection.most, soft - _OTHER_FILES))
