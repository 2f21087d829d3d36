"""The demo municipality as a real process: started, stopped, killed, started again on the same data and port.

Knows no browser.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from server.domain.grants import corner_pin

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
"""Long enough for two cores that are busy with something else."""


def free_port() -> int:
    """Below the ports that systems hand out to anybody: a server that was stopped must find its own free again."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def later() -> str:
    """A day on which a prepared session may open."""
    return (date.today() + timedelta(days=30)).isoformat()


@dataclass(frozen=True)
class Class:
    """One session as a test plays it: what its board shows."""

    id: str
    school: str
    grades: tuple[int, ...]
    pictures: tuple[str, ...]
    link: str


def _class(told: dict[str, Any]) -> Class:
    """As its tablets name it: the demo tells the whole link."""
    link = told["link"].rsplit("/", 1)[-1]
    return Class(told["session"], told["school"], tuple(told["grades"]), tuple(told["pictures"]), link)


@dataclass
class DemoServer:
    data: Path
    port: int = field(default_factory=free_port)
    voice: str = "off"
    town: bool = False
    root: Path = ROOT
    _process: subprocess.Popen[str] | None = None
    _line: dict[str, Any] = field(default_factory=dict)
    _signed_in: dict[str, httpx2.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database(self) -> Path:
        return self.data / "tyck.sqlite3"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def resident_mb(self) -> float:
        """Resident memory in MB (10⁶ bytes)."""
        assert self._process
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6

    @property
    def classes(self) -> list[Class]:
        return [_class(each) for each in self._line["sessions"]]

    def password(self, role: str) -> tuple[str, str]:
        """The demo person's e-mail and password."""
        return next((each["email"], each["password"]) for each in self._line["staff"] if each["role"] == role)

    def start(self) -> DemoServer:
        command = [sys.executable, "-m", "server", "demo", "--port", str(self.port), "--data", str(self.data), "--json"]
        command += ["--town"] if self.town else []
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
        environment = {**inherited, "TYCK_VOICE": self.voice}
        with (self.data / "test.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.root, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"The server did not start:\n{(self.data / 'test.log').read_text('utf-8')}"
        self._line = json.loads(line)
        return self

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut ends it: no handler runs."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self.is_running:
            self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE_S)
        finally:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def staff(self, role: str) -> httpx2.Client:
        """A program signed in as staff, once for all tests of this server: sign-ins are limited."""
        if role not in self._signed_in:
            email, password = self.password(role)
            client = httpx2.Client(base_url=self.url, timeout=PATIENCE_S)
            answer = client.post("/staff/sign-in", data={"email": email, "password": password})
            assert answer.status_code == 303, answer.status_code
            self._signed_in[role] = client
        return self._signed_in[role]

    def new_class(self, school: str = "satukallio", grades: tuple[int, ...] = (1, 2), **more: str) -> str:
        """Starts one more session and returns its id."""
        fields = {"consultation": "third-place", "area": school, "grades": [str(grade) for grade in grades], **more}
        answer = self.staff("teacher").post("/staff/sessions", data=fields)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"].rsplit("/", 1)[-1])

    def pin(self, session: str) -> str:
        """The figures on a session's class card."""
        return corner_pin(session, (self.data / "keys/grants.key").read_bytes())

    def join(self, joined: Class) -> Any:
        """What a tablet is told that joins."""
        answer = httpx2.post(f"{self.url}/api/v1/join", json={"link": joined.link}, timeout=PATIENCE_S)
        return answer.raise_for_status().json()

    def deliver(self, joined: Class, children: int) -> None:
        """A tablet that joins and hands in so many children's answers to the first question."""
        tablet = self.join(joined)
        body = {"revision": tablet["revision"], "lang": "fi", "end": "done"}
        answers = ({"q1": "home" if child % 2 else "forest"} for child in range(children))
        request = {
            "proto": 1,
            "rid": "rig",
            "session": tablet["session"],
            "items": [{"id": str(uuid4()), "body": json.dumps({**body, "answers": given})} for given in answers],
            "ledger": {"confirmed": children, "pending": 0, "attention": 0},
            "tablet": {"ready": "yes", "turn": "idle"},
        }
        token = {"Authorization": f"Bearer {tablet['token']}"}
        answer = httpx2.post(f"{self.url}/api/v1/sync", json=request, headers=token, timeout=PATIENCE_S)
        answer.raise_for_status()

    def post(self, role: str, path: str) -> None:
        """One of the buttons that need nothing but a press: finish, close, freeze."""
        answer = self.staff(role).post(path)
        assert answer.status_code == 303, answer.text
