"""Stands between a tablet and the server and spoils what passes, as bad networks do. Knows nothing of the protocol."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
_WAIT_S = 30.0
_PATIENCE_S = 1.0
LATE_S = 0.6
_WORKER = "/app/sw.js"


class Loss(Enum):
    REQUEST = "the request never reaches the server"
    REPLY = "the server acts, its reply never comes back"
    HALF_A_REPLY = "the server acts, its reply is cut in the middle"
    TWICE = "the request reaches the server two times"
    LATE = "the request reaches the server when nobody waits for the reply any more"


@dataclass(frozen=True)
class Forged:
    """An answer that the server never gave."""

    status: int
    body: bytes
    type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


Fault = Loss | Forged
CAPTIVE_PORTAL = Forged(200, b"<!doctype html><title>Welcome to the Wi-Fi</title>Press OK", "text/html")


@dataclass
class FaultyProxy:
    """`fault` may be changed at any time; it meets only requests whose path begins with `only`."""

    upstream: int
    fault: Fault | None = None
    only: str = "/api/v1/sync"
    newer_worker: bytes = b""
    """What a newer version of the service worker has at its end."""
    met: Counter[Fault | None] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def choose(self, _headers: Message) -> Fault | None:
        """What the next request meets."""
        return self.fault

    def note(self, fault: Fault | None) -> None:
        with self._changed:
            self.met[fault] += 1
            self._changed.notify_all()

    def count(self, fault: Fault | None) -> int:
        """How many requests have met this fault since `forget`."""
        with self._changed:
            return self.met[fault]

    def wait_for(self, fault: Fault | None, times: int) -> bool:
        """Whether so many requests have met it, waiting a little for them."""
        with self._changed:
            return self._changed.wait_for(lambda: self.met[fault] >= times, _PATIENCE_S)

    def forget(self) -> None:
        with self._changed:
            self.met.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


@contextmanager
def open_proxy(upstream: int, proxy: FaultyProxy | None = None) -> Iterator[FaultyProxy]:
    proxy = proxy or FaultyProxy(upstream)
    server = _Server(("127.0.0.1", 0), _handler_of(proxy))
    proxy.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_of(proxy: FaultyProxy) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"proxy": proxy})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: FaultyProxy

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, http.client.HTTPException):
            self.close_connection = True

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_met = self.path.startswith(self.proxy.only)
        fault = self.proxy.choose(self.headers) if is_met else None
        try:
            self._meet(fault, body)
        finally:
            if is_met:
                self.proxy.note(fault)

    do_POST = do_GET
    do_PUT = do_GET

    def log_message(self, *_ignored: Any) -> None: ...

    def _meet(self, fault: Fault | None, body: bytes) -> None:
        if self.path == _WORKER:
            # As a whole and as plain text, so that something can be added to it.
            del self.headers["Accept-Encoding"], self.headers["If-None-Match"]
        if isinstance(fault, Forged):
            self._answer(fault.status, {"Content-Type": fault.type, **dict(fault.headers)}, fault.body)
            return
        self.close_connection = fault not in (None, Loss.TWICE)
        if fault is Loss.REQUEST:
            return
        if fault is Loss.LATE:
            time.sleep(LATE_S)
        status, headers, answer = self._forward(body)
        if fault is Loss.TWICE:
            status, headers, answer = self._forward(body)
        if fault not in (Loss.REPLY, Loss.LATE):
            self._answer(status, headers, answer, cut=fault is Loss.HALF_A_REPLY)

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.upstream, timeout=_WAIT_S)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
            added = self.proxy.newer_worker if self.path == _WORKER else b""
            return response.status, dict(response.getheaders()), response.read() + added
        finally:
            connection.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
