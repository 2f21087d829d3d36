"""Server-sent events: a signal that something changed, never what. Whoever hears it fetches what they may see."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from server.live import Live
from server.web.cookies import cookie_name
from server.web.parts import parts

HEARTBEAT_S = 15.0
PAUSE_S = 0.1
MOST_STREAMS = 4
_CHANGED = b"event: changed\ndata:\n\n"
_STILL_HERE = b": still here\n\n"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_open_streams: Counter[str] = Counter()
"""How many streams each browser sign-in holds, in this process."""


class _Stream(StreamingResponse):
    """The same without a task group for each: a thousand may be open at once."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ways = [asyncio.create_task(way) for way in (self.stream_response(send), self.listen_for_disconnect(receive))]
        try:
            ended, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ended:
                way.result()
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


def stream(request: Request, topic: str, pause_s: float = PAUSE_S) -> Response:
    """The changes of `topic`, those within `pause_s` seconds as one; 204, which makes a browser stop asking, when this
    sign-in holds four streams already.
    """
    sign_in = request.cookies.get(cookie_name(request), "")
    if _open_streams[sign_in] >= MOST_STREAMS:
        return Response(status_code=204)
    signals = _signals(parts(request).live, topic, pause_s, sign_in)
    return _Stream(signals, 200, _HEADERS, "text/event-stream")


async def _signals(live: Live, topic: str, pause_s: float, sign_in: str) -> AsyncIterator[bytes]:
    """A signal at once and after every change."""
    _open_streams[sign_in] += 1
    try:
        with live.listening(topic) as heard:
            while not live.is_stopped:
                heard.clear()
                yield _CHANGED
                await asyncio.sleep(pause_s)
                while not await _is_heard(heard):
                    yield _STILL_HERE
    finally:
        _open_streams[sign_in] -= 1
        if not _open_streams[sign_in]:
            del _open_streams[sign_in]


async def _is_heard(heard: asyncio.Event) -> bool:
    """Whether it is set before the next sign of life is due."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HEARTBEAT_S):
            await heard.wait()
    return heard.is_set()
