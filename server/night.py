"""What the server does while everybody sleeps: a backup in a process of its own, and the round of deletions."""

import asyncio
import logging
import os
import sys
from datetime import datetime
from pathlib import Path

from server.seals import Seals
from server.settings import Settings
from server.store.database import Database
from server.usecases.backup import nightly_file, rotate
from server.usecases.retention import keep_to_retention

_HOUR = 2
"""From this hour on a day's work is due: a server that slept until the morning does it then."""

_ROOT = Path(__file__).parents[1]

log = logging.getLogger(__name__)


class BackupFailed(Exception):
    """The log says why."""


class Night:
    """Knows for which day the round was made; the backups themselves say for which days they were."""

    def __init__(self, settings: Settings, db: Database, seals: Seals) -> None:
        self._settings = settings
        self._db = db
        self._seals = seals
        self._round_of = ""

    async def work(self, now: datetime) -> None:
        """Does what is due at `now`, in local time. Raises BackupFailed."""
        day = now.date().isoformat()
        if now.hour < _HOUR:
            return
        try:
            if self._round_of != day:
                await keep_to_retention(self._db, self._seals, self._settings.data_dir, int(now.timestamp()))
                self._round_of = day
        finally:
            file = nightly_file(self._settings.data_dir, day)
            if self._settings.backups and not file.exists():
                await self._back_up(file)
                rotate(self._settings.data_dir, self._settings.backups)

    async def _back_up(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", "19", sys.executable, "-m", "server", "backup", str(file)),
            cwd=_ROOT,
            env={**os.environ, "TYCK_DATA_DIR": str(self._settings.data_dir)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
        if process.returncode:
            log.error("no backup: %s", said.decode(errors="replace").strip().rpartition("\n")[2])
            raise BackupFailed
