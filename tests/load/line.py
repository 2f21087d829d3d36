"""A browser's way to the server, as light as it can be, and the figures of all that goes over it."""

import asyncio
import gzip
import re
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import brotli

_KEPT_S = 4.0
"""The server gives up an idle connection after five seconds."""
_TIMEOUT_S = 30.0
_CODE = re.compile(rb'"code": ?"(\w+)"')


@dataclass
class Figures:
    """`latencies` in seconds by kind; `moments` counts the answers of a kind in each `bin_s` seconds since `began`;
    `received` is in bytes, bodies only.
    """

    bin_s: float = 5.0
    began: float = field(default_factory=time.perf_counter)
    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    moments: Counter[tuple[str, int]] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, since: float, size: int) -> None:
        now = time.perf_counter()
        self.latencies[kind].append(now - since)
        self.moments[kind, int((now - self.began) / self.bin_s)] += 1
        self.received[kind] += size

    def counted(self) -> dict[str, int]:
        return {kind: len(each) for kind, each in self.latencies.items()}


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> str:
        _, found, rest = self.head.partition(b"\r\n" + name + b": ")
        return rest.partition(b"\r\n")[0].decode() if found else ""

    def read(self) -> bytes:
        """The body as it was before it was packed."""
        packing = self.header(b"content-encoding")
        return (
            bytes(brotli.decompress(self.body))
            if packing == "br"
            else gzip.decompress(self.body)
            if packing
            else self.body
        )


class Network:
    """What a class is connected by: cut, every request under way is torn and none begins."""

    def __init__(self) -> None:
        self.is_up = True
        self.lines: set[Line] = set()

    def cut(self) -> None:
        self.is_up = False
        for line in self.lines:
            line.close()

    def mend(self) -> None:
        self.is_up = True


class Line:
    """One connection at a time to `port`, from `address`, opened when it is needed. One request at a time."""

    def __init__(self, port: int, address: str, network: Network, figures: Figures) -> None:
        self._port = port
        self._address = address
        self._network = network
        self._figures = figures
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0
        self._free = asyncio.Lock()
        network.lines.add(self)

    async def ask(self, kind: str, method: str, path: str, headers: str = "", body: bytes = b"") -> Answer:
        """Raises OSError (or EOFError) where there is no network, or it went away, or nothing came in 30 seconds."""
        async with self._free:
            began = time.perf_counter()
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    answer = await self._ask(request(method, path, headers, body))
            except (OSError, EOFError):
                self.close()
                self._figures.errors[f"{kind}: no answer" if self._network.is_up else "no network"] += 1
                raise
            self._used = time.perf_counter()
        if answer.status >= 400:
            code = _CODE.search(answer.body)
            self._figures.errors[f"{kind}: {answer.status} {code[1].decode() if code else ''}".strip()] += 1
        self._figures.note(kind, began, len(answer.body))
        return answer

    async def stream(self, path: str, headers: str = "") -> asyncio.StreamReader:
        """An answer without an end."""
        reader, writer = await self._open()
        writer.write(request("GET", path, headers))
        return reader

    def close(self) -> None:
        if self._streams:
            self._streams[1].transport.abort()
        self._streams = None

    async def _ask(self, sent: bytes) -> Answer:
        reader, writer = await self._open()
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), head, b"")
        if size := int(answer.header(b"content-length") or 0):
            return Answer(answer.status, head, await reader.readexactly(size))
        return answer

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not self._network.is_up:
            raise ConnectionError
        if time.perf_counter() - self._used > _KEPT_S:
            self.close()
        if self._streams is None:
            here = (self._address, 0)
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, local_addr=here, limit=1 << 20)
        return self._streams


def request(method: str, path: str, headers: str = "", body: bytes = b"") -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br, gzip\r\n{headers}{length}\r\n"
    return head.encode() + body
