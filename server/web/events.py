"""Server-sent events: a signal that something changed, never what. Whoever hears it fetches what they may see."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from server.live import Live
from server.web.access import cookie_name
from server.web.parts import parts

HEARTBEAT_S = 15.0
MOST_STREAMS = 4
_CHANGED = b"event: changed\ndata:\n\n"
_STILL_HERE = b": still here\n\n"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_open_streams: Counter[str] = Counter()
"""How many streams each browser sign-in holds, in this process."""


def stream(request: Request, topic: str) -> Response:
    """The changes of `topic`; 204, which makes a browser stop asking, when this sign-in holds four streams already."""
    sign_in = request.cookies.get(cookie_name(request), "")
    if _open_streams[sign_in] >= MOST_STREAMS:
        return Response(status_code=204)
    return StreamingResponse(_signals(parts(request).live, topic, sign_in), 200, _HEADERS, "text/event-stream")


async def _signals(live: Live, topic: str, sign_in: str) -> AsyncIterator[bytes]:
    changes = live.changes(topic)
    following = asyncio.ensure_future(anext(changes))
    _open_streams[sign_in] += 1
    try:
        while True:
            done, _ = await asyncio.wait({following}, timeout=HEARTBEAT_S)
            if not done:
                yield _STILL_HERE
                continue
            try:
                following.result()
            except StopAsyncIteration:
                return
            yield _CHANGED
            following = asyncio.ensure_future(anext(changes))
    finally:
        following.cancel()
        _open_streams[sign_in] -= 1
        if not _open_streams[sign_in]:
            del _open_streams[sign_in]
