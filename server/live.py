"""The signal "this session changed": carries no data. Whoever hears it fetches what they may see."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Live:
    """Listeners by topic (a session's or consultation's id), in this process; `beyond` tells the other processes."""

    def __init__(self) -> None:
        self.beyond: Callable[[str], None] | None = None
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self.is_stopped = False

    @property
    def listeners(self) -> int:
        """How many listen just now, to whatever."""
        return sum(map(len, self._listeners.values()))

    def announce(self, topic: str) -> None:
        """Something changed here."""
        self.hear(topic)
        if self.beyond:
            self.beyond(topic)

    def hear(self, topic: str) -> None:
        """Something changed, here or in another process."""
        for heard in self._listeners.get(topic, ()):
            heard.set()

    def hear_all(self) -> None:
        """Anything may have changed."""
        for topic in self._listeners:
            self.hear(topic)

    def stop(self) -> None:
        """Ends every stream, so that the server can stop."""
        self.is_stopped = True
        self.hear_all()

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
