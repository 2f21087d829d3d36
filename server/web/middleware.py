"""What holds for every request: security headers, and no writing from other sites."""

import logging

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.domain.errors import DomainError
from server.live import Live
from server.web.errors import refuse

log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# What is no page shows nothing by itself, and is often smaller than a page's headers.
_NO_PAGES = ("/static/", "/media/", "/api/")
_SHORT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FOUND = {200, 206}
_LAST = (b"connection", b"close")
_HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class SecurityHeaders:
    """Adds the headers that no handler sets itself; while the server stops, also the word that a connection ends."""

    def __init__(self, app: ASGIApp, *, is_https: bool, live: Live) -> None:
        self._app = app
        self._live = live
        more = _HTTPS_HEADERS if is_https else {}
        self._headers = _raw({**_HEADERS, **more})
        self._short_headers = _raw({**_SHORT_HEADERS, **more})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_short = scope["path"].startswith(_NO_PAGES)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = self._short_headers if is_short and message["status"] in _FOUND else self._headers
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in more if each[0] not in own)]
                if self._live.is_stopped:
                    message["headers"].append(_LAST)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class CrossSiteGuard:
    """Refuses unsafe requests that a browser sent from another site; the API has bearer tokens and no cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_guarded = scope["type"] == "http" and scope["method"] not in _SAFE_METHODS
        if is_guarded and not scope["path"].startswith("/api/") and not _is_same_origin(Headers(scope=scope)):
            await _refuse(scope, receive, send, "cross_site")
            return
        await self._app(scope, receive, send)


class Failures:
    """Turns what no handler foresaw into the answer `internal`, inside the security headers.

    Nothing is raised further: the server's own log would repeat the error's text, which could hold an answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            if started:
                log.error("broke off: %s", type(error).__name__)
            else:
                await _refuse(scope, receive, send, "internal", error)


class PlainAddresses:
    """There is nothing at an address with a NUL in it, and no database takes one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await _refuse(scope, receive, send, "not_found")
        else:
            await self._app(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, code: str, cause: Exception | None = None) -> None:
    error = DomainError(code)
    error.__cause__ = cause
    response = await refuse(Request(scope, receive), error)
    await response(scope, receive, send)


def _is_same_origin(headers: Headers) -> bool:
    """By Sec-Fetch-Site, else by Origin's host; a program sends neither and carries no one's cookies."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host", "?")
