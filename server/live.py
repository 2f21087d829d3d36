"""The signal "this session changed": carries no data. Whoever hears it fetches what they may see."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager


class Live:
    """Listeners by topic (a session's or consultation's id), in this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._stopped = False

    def announce(self, topic: str) -> None:
        for heard in self._listeners.get(topic, ()):
            heard.set()

    def stop(self) -> None:
        """Ends every stream, so that the server can stop."""
        self._stopped = True
        for topic in self._listeners:
            self.announce(topic)

    async def changes(self, topic: str, pause_s: float = 0.1) -> AsyncIterator[None]:
        """Yields at once, then after every change; changes within `pause_s` seconds become one."""
        with self._listening(topic) as heard:
            while not self._stopped:
                heard.clear()
                yield
                await asyncio.sleep(pause_s)
                await heard.wait()

    @contextmanager
    def _listening(self, topic: str) -> Iterator[asyncio.Event]:
        heard = asyncio.Event()
        self._listeners.setdefault(topic, set()).add(heard)
        try:
            yield heard
        finally:
            self._listeners[topic].discard(heard)
            if not self._listeners[topic]:
                del self._listeners[topic]
