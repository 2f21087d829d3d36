"""The real process, stopped and started again while tablets deliver: nobody is refused and no answer is lost.

systemd's part is played here: the listening socket stays open in the test and is handed to one process after the other.
"""

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from server.systemd import handed_over, tell
from tests.browser.proxy import open_proxy
from tests.town import new_id

RESTARTS, TABLETS, BETWEEN = 3, 8, 60
_STOP_S, _REPLY_S = 30, 60
# What systemd does between fork and exec: the socket becomes file 3, and its number and the process are named.
HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execve(sys.executable, sys.argv[2:], {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
"""


def start(data: Path, listening: socket.socket) -> "tuple[subprocess.Popen[str], dict[str, str]]":
    """The demo's command on a socket that is handed over, and a session of it."""
    command = [sys.executable, "-m", "server", "demo", "--json", "--data", str(data)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
    process = subprocess.Popen(
        [sys.executable, "-c", HAND_OVER, str(listening.fileno()), *command],
        env={**inherited, "TYCK_VOICE": "off", "TYCK_PORT": str(listening.getsockname()[1])},
        pass_fds=[listening.fileno()],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    line = process.stdout.readline()
    assert line, "The server did not start."
    return process, json.loads(line)["sessions"][2]


def end(process: "subprocess.Popen[str]") -> None:
    with process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(_STOP_S) in (0, -signal.SIGTERM)


@dataclass
class Load:
    """Tablets that hand in one response after another, by turns at each of the ports, until they are told to stop.

    None is sent again unless its request was not answered.
    """

    ports: tuple[int, ...]
    confirmed: list[str] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def running(self, link: str) -> Iterator[None]:
        threads = [
            threading.Thread(target=self._play, args=(link, self.ports[n % len(self.ports)])) for n in range(TABLETS)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def wait_for(self, more: int) -> None:
        with self._changed:
            aim = len(self.confirmed) + more
            assert self._changed.wait_for(lambda: len(self.confirmed) >= aim, _REPLY_S)

    def _play(self, link: str, port: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_REPLY_S)) as connection:
            joined = json.loads(_post(connection, "/api/v1/join", {"link": link.rpartition("/")[2]}, {})[1])
            pass_ = {"Authorization": f"Bearer {joined['token']}"}
            body = json.dumps({"revision": joined["revision"], "lang": "fi", "answers": {"q1": "home"}, "end": "done"})
            request = {"proto": 1, "rid": "r", "session": joined["session"]}
            request["tablet"] = {"ready": "yes", "turn": "idle"}
            request["ledger"] = {"confirmed": 1, "pending": 0, "attention": 0}
            while not self._over.is_set():
                self._deliver(connection, {**request, "items": [{"id": new_id(), "body": body}]}, pass_)

    def _deliver(self, connection: http.client.HTTPConnection, request: dict[str, Any], pass_: dict[str, str]) -> None:
        [item] = request["items"]
        what = ""
        while what != "stored":
            status, answer = _post(connection, "/api/v1/sync", request, pass_)
            what = json.loads(answer)["items"][item["id"]]["s"] if status == "200" else status
            with self._changed:
                self.heard[what] += 1
                if what == "stored":
                    self.confirmed.append(item["id"])
                self._changed.notify_all()
            if what != "stored":
                self._over.wait(0.05)


def _post(
    connection: http.client.HTTPConnection, path: str, body: dict[str, Any], headers: dict[str, str]
) -> tuple[str, bytes]:
    """The answer's status, or what went wrong instead of one."""
    try:
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        return str(answer.status), answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return type(error).__name__, b""


def test_a_restart_under_load_refuses_nobody_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (
        socket.create_server(("127.0.0.1", 0), backlog=512) as listening,
        open_proxy(listening.getsockname()[1]) as proxy,
    ):
        process, session = start(data, listening)
        load = Load((listening.getsockname()[1], proxy.port))
        with load.running(session["link"]):
            for _ in range(RESTARTS):
                load.wait_for(BETWEEN)
                end(process)
                process, _session = start(data, listening)
            load.wait_for(BETWEEN)
        end(process)
    with closing(sqlite3.connect(data / "tyck.sqlite3")) as db:
        here = (session["session"],)
        stored = [id_ for (id_,) in db.execute("SELECT id FROM responses WHERE session = ?", here)]
        [counted] = db.execute("SELECT SUM(arrived) FROM participation WHERE session = ?", here).fetchone()
    assert sorted(stored) == sorted(load.confirmed)
    assert counted == len(stored) >= (RESTARTS + 1) * BETWEEN
    assert load.heard.keys() <= {"stored", "429"}, load.heard


def test_a_socket_is_taken_only_by_whom_it_was_handed_to() -> None:
    assert handed_over({}) is None
    assert handed_over({"LISTEN_PID": "1", "LISTEN_FDS": "1"}) is None
    assert handed_over({"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2"}) is None


@pytest.mark.parametrize("address", ["file", "@name"])
def test_the_service_manager_is_told(tmp_path: Path, address: str) -> None:
    named = str(tmp_path / "notify") if address == "file" else f"@tyck-{tmp_path.name}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(named.replace("@", "\0", 1))
        tell({"NOTIFY_SOCKET": named}, "READY=1")
        assert hearing.recv(100) == b"READY=1"
    tell({}, "READY=1")
