"""What a scripted tablet keeps: stores whose transactions happen whole or not at all, and end where power ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

STORES = ("sessions", "drafts", "outbox", "receipts", "attention", "counters")
Stores = dict[str, dict[str, dict[str, Any]]]


class PowerGone(Exception):
    """The tablet's battery is empty at this moment: whatever it was doing ends here."""


class NoRoom(Exception):
    """The tablet's storage is full: the transaction did not happen."""


@dataclass
class Storage:
    """`crash` is what the next transaction that writes meets: `before`, `after`, `full` or nothing."""

    crash: str = ""
    stores: Stores = field(default_factory=lambda: {name: {} for name in STORES})
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def transaction(self) -> Iterator[Stores]:
        """Records are replaced, never changed in place."""
        with self._turn:
            draft = {name: dict(records) for name, records in self.stores.items()}
            yield draft
            crash, self.crash = self.crash, ""
            if crash == "full":
                raise NoRoom
            if crash == "before":
                raise PowerGone
            self.stores = draft
            if crash == "after":
                raise PowerGone

    def evict(self) -> None:
        """As browsers do with what they take for old."""
        self.stores = {name: {} for name in STORES}

    def of(self, store: str, session: str) -> list[dict[str, Any]]:
        return [record for record in [*self.stores[store].values()] if record["session"] == session]
