"""What several workers on one PostgreSQL tell each other: which topics changed, that each of them lives, and who leads.

A connection of its own for each, LISTEN and NOTIFY, ids only. A signal that is lost costs two seconds at most.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

NAME = "tyck signals"
"""By this an operator knows these connections from the others."""

_CHANNEL = "tyck"
_LEADER = 0x5479636B
"""The advisory lock of whoever leads: PostgreSQL takes it away with the connection."""

_PAUSE_S = 0.05
_BEAT_S = 0.5
_SILENT_S = 1.4
_NOTICED_S = 2.0
"""Until then whoever led before has noticed that it does no longer."""

_TELL = text(f"SELECT pg_notify('{_CHANNEL}', said) FROM unnest(CAST(:said AS text[])) AS said")
_LEAD = text(f"SELECT pg_try_advisory_lock({_LEADER})")

log = logging.getLogger(__name__)


class Signals:
    """`hear` gets each topic that another worker announced; `miss` is called when any may have changed unheard;
    `lead` runs in one worker at a time, and is cancelled in one that leads no longer.
    """

    def __init__(
        self, url: str, hear: Callable[[str], None], miss: Callable[[], None], lead: Callable[[], Awaitable[None]]
    ) -> None:
        # Nothing is written, so a commit need not wait for the disk; an answer that does not come is a connection lost.
        settings = {"synchronous_commit": "off", "application_name": NAME}
        self._engine = create_async_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            connect_args={"command_timeout": _SILENT_S, "server_settings": settings},
        )
        self._hear, self._miss, self._lead = hear, miss, lead
        self._name = secrets.token_hex(4)
        self._waiting = set[str]()
        self._woken = asyncio.Event()
        self._heard_at: dict[str, float] = {}

    def announce(self, topic: str) -> None:
        """Tells the other workers soon; what is announced again meanwhile is told once."""
        self._waiting.add(topic)
        self._woken.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                async with self._engine.connect() as connection:
                    await self._talk(connection)
            except Exception as error:
                log.error("signals between workers broke off: %s", type(error).__name__)
            await asyncio.sleep(_PAUSE_S)

    async def _talk(self, connection: AsyncConnection) -> None:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.add_listener(_CHANNEL, self._on_notice)
        self._miss()
        leading: asyncio.Task[None] | None = None
        try:
            while True:
                await self._tell(connection)
                if leading is None and await connection.scalar(_LEAD):
                    leading = asyncio.create_task(self._lead_soon())
                await asyncio.sleep(_PAUSE_S)
                self._look_who_is_silent()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_BEAT_S):
                        await self._woken.wait()
        finally:
            if leading:
                leading.cancel()
                await asyncio.gather(leading, return_exceptions=True)

    async def _tell(self, connection: AsyncConnection) -> None:
        """One message for each topic, or an empty one as a sign of life."""
        self._woken.clear()
        topics, self._waiting = self._waiting, set()
        try:
            await connection.execute(_TELL, {"said": [f"{self._name} {topic}" for topic in topics or {""}]})
        except Exception:
            self._waiting |= topics
            raise

    def _on_notice(self, _connection: Any, _pid: int, _channel: str, said: str) -> None:
        name, _, topic = said.partition(" ")
        self._heard_at[name] = time.monotonic()
        if topic and name != self._name:
            self._hear(topic)

    def _look_who_is_silent(self) -> None:
        """Who died may have had something to tell."""
        since = time.monotonic() - _SILENT_S
        for name in [name for name, at in self._heard_at.items() if at < since]:
            del self._heard_at[name]
            self._miss()

    async def _lead_soon(self) -> None:
        await asyncio.sleep(_NOTICED_S)
        await self._lead()
