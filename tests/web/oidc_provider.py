"""A sign-in service as a process of its own, that knows whom the test says; and one that lies in one point."""

import base64
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.browser.demo import free_port

_READY_S = 60


@dataclass
class Provider:
    """oidc-provider-mock, which is a provider in every respect but that it believes what people say of themselves."""

    issuer: str

    def knows(self, subject: str, **claims: Any) -> str:
        httpx2.put(f"{self.issuer}/users/{subject}", json=claims, timeout=_READY_S).raise_for_status()
        return subject

    def signs_in(self, address: str, subject: str | None) -> str:
        """Where it sends the browser of whoever signs in there, or denies (None)."""
        form = {"sub": subject} if subject else {"action": "deny"}
        reply = httpx2.post(address, data=form, timeout=_READY_S)
        assert reply.status_code == 302, reply.text
        return str(reply.headers["location"])


@contextmanager
def open_provider() -> Iterator[Provider]:
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    provider = Provider(f"http://localhost:{port}")
    try:
        _wait_for(provider.issuer)
        yield provider
    finally:
        process.kill()
        process.wait()


def _wait_for(issuer: str) -> None:
    until = time.monotonic() + _READY_S
    while True:
        try:
            httpx2.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
            return
        except httpx2.HTTPError:
            assert time.monotonic() < until, "The provider did not start."
            time.sleep(0.05)


@dataclass
class Liar:
    """Answers any code with a token; `claims`, `header`, `key` and `published` say how it differs from a true one."""

    client_id: str = "tyck"
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    published: dict[str, Any] = field(default_factory=dict)
    signs_with_another_key: bool = False
    shared_secret: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    nonce: str = ""
    issuer: str = ""
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))

    def answer(self, path: str) -> Mapping[str, Any]:
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
            return {"issuer": self.issuer, **{name: self.issuer + end for name, end in ends.items()}, **self.published}
        if path == "/jwks":
            return {"keys": [self._key.as_dict(private=False)]}
        return {"access_token": "a", "token_type": "Bearer", "id_token": self._token()}

    def _token(self) -> str:
        now = int(time.time())
        true = {"iss": self.issuer, "aud": self.client_id, "sub": "s", "iat": now, "exp": now + 60, "nonce": self.nonce}
        claims = {name: value for name, value in {**true, **self.claims}.items() if value is not None}
        if self.header["alg"] == "none":
            head, body = (_encoded(part) for part in (self.header, claims))
            return f"{head}.{body}."
        if self.shared_secret:
            return jwt.encode(self.header, claims, OctKey.import_key(self.shared_secret), algorithms=["HS256"])
        key = RSAKey.generate_key(2048) if self.signs_with_another_key else self._key
        return jwt.encode(self.header, claims, key)


def _encoded(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@contextmanager
def open_liar(liar: Liar) -> Iterator[Liar]:
    """On a port of its own, in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            liar.asked.append((self.path, sent))
            body = json.dumps(liar.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.issuer = f"http://localhost:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
