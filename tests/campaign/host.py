"""A server of the campaign: killed at a moment, put back to an older copy of its database, on another day."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.demo import ROOT, DemoServer

_START_S = 60.0
_DEATH_S = 0.3
DAY_S = 86_400


@dataclass
class Zygote:
    """The process in which the program is loaded once and whose children are the servers, one at a time."""

    _process: subprocess.Popen[str] = field(init=False)
    _said: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.hosted"],
            cwd=ROOT,
            env=inherited,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(json.loads(line))

    def order(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def hear(self, name: str, patience_s: float = _START_S) -> dict[str, Any]:
        """The next line that has this field, or that the server has ended. Raises queue.Empty."""
        while True:
            said = self._said.get(timeout=patience_s)
            if name in said or "ended" in said:
                return said

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


@dataclass
class Host(DemoServer):
    """`planted` names a bug (planted.py); with `platter` only what was synced there survives `cut_power`."""

    zygote: Zygote | None = None
    planted: str = ""
    platter: Path | None = None
    days_ahead: int = 0
    recoveries_ms: list[int] = field(default_factory=list)
    """How long each start after a kill took, and how much of it the server had a processor."""
    recoveries_cpu_ms: list[int] = field(default_factory=list)
    _was_killed: bool = False
    _pid: int = 0

    @property
    def is_running(self) -> bool:
        return bool(self._pid)

    def start(self) -> Host:
        assert self.zygote is not None
        since = time.monotonic()
        self.zygote.order(
            {
                "arguments": ["demo", "--port", str(self.port), "--data", str(self.data), "--json"],
                "environment": {"TYCK_VOICE": "off"},
                "data": str(self.data),
                "log": str(self.data / "test.log"),
                "ahead_s": self.days_ahead * DAY_S,
                "platter": str(self.platter or ""),
                "planted": self.planted,
            }
        )
        self._pid = int(self.zygote.hear("pid")["pid"])
        line = self.zygote.hear("url")
        if "url" not in line:
            self._pid = 0
        assert "url" in line, f"The server did not start:\n{(self.data / 'test.log').read_text('utf-8')[-4000:]}"
        self._line = line
        # Sign-ins may be too old by now, or gone with what was restored.
        self._signed_in.clear()
        if self._was_killed:
            self.recoveries_ms.append(round((time.monotonic() - since) * 1000))
            self.recoveries_cpu_ms.append(self._cpu_ms())
        return self

    def _cpu_ms(self) -> int:
        used = Path(f"/proc/{self._pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return sum(int(ticks) for ticks in used[11:13]) * 1000 // os.sysconf("SC_CLK_TCK")

    @property
    def pid(self) -> int:
        return self._pid

    def _end(self, how: signal.Signals) -> None:
        if self._pid:
            self._was_killed = how == signal.SIGKILL
            with suppress(ProcessLookupError):
                os.kill(self._pid, how)
            self.await_end()

    def kill_now(self) -> None:
        """Returns at once; somebody else awaits the end."""
        self._was_killed = True
        os.kill(self._pid, signal.SIGKILL)

    def has_ended(self) -> bool:
        """Whether the server died of what it was just asked."""
        assert self.zygote is not None
        with suppress(queue.Empty):
            self.zygote.hear("ended", _DEATH_S)
            self._pid, self._was_killed = 0, True
        return not self._pid

    def await_end(self) -> None:
        """Until the server is gone that was told, or is about, to die."""
        assert self.zygote is not None
        self.zygote.hear("ended")
        self._pid = 0

    def copy_database(self, to: Path) -> None:
        """A consistent copy while the server runs or not."""
        with closing(sqlite3.connect(self.database)) as here, closing(sqlite3.connect(to)) as there:
            here.backup(there)

    def put_back(self, copy: Path) -> None:
        """The database as it was, the keys and the journal as they are."""
        assert not self.is_running
        for suffix in ("-wal", "-shm"):
            self.database.with_name(self.database.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(copy, self.database)
        self.sync_all()
        # The next start replays the journal: that is no recovery.
        self._was_killed = False

    def sync_all(self) -> None:
        """All that stands in the files now would survive a power cut."""
        if self.platter is not None:
            shutil.rmtree(self.platter, ignore_errors=True)

    def cut_power(self) -> None:
        """Kills the server and leaves of its files what had been synced."""
        assert self.platter is not None
        self.kill()
        for path in [*self.data.rglob("*")]:
            if path.is_file() and path.name != "test.log":
                path.unlink()
        shutil.copytree(self.platter, self.data, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".content"))
