"""The signal "this session changed": carries no data. Whoever hears it fetches what they may see."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Live:
    """Listeners by topic (a session's or consultation's id), in this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self.is_stopped = False

    @property
    def listeners(self) -> int:
        """How many listen just now, to whatever."""
        return sum(map(len, self._listeners.values()))

    def announce(self, topic: str) -> None:
        for heard in self._listeners.get(topic, ()):
            heard.set()

    def stop(self) -> None:
        """Ends every stream, so that the server can stop."""
        self.is_stopped = True
        for topic in self._listeners:
            self.announce(topic)

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """An event that every change sets, and the end too; who listens clears it."""
        heard = asyncio.Event()
        self._listeners.setdefault(topic, set()).add(heard)
        try:
            yield heard
        finally:
            self._listeners[topic].discard(heard)
            if not self._listeners[topic]:
                del self._listeners[topic]
