"""Several real workers on one port and one real PostgreSQL: they hear each other, count together, and go one by one."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from server.__main__ import main
from server.domain.sessions import PICTURES
from server.store.database import Database
from server.store.lock import is_held
from server.store.signals import NAME
from server.web.limits import WRONG_A_MINUTE
from tests.copies import run_aside
from tests.postgres import Cluster
from tests.test_restart import Load
from tests.town import new_id

pytestmark = pytest.mark.postgres
WORKERS = 2
_LONGEST_S = 120
_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :name
"""


@dataclass
class Served:
    """A demo with several workers."""

    process: "subprocess.Popen[str]"
    data: Path
    port: int
    url: str
    demo: dict[str, Any]
    manager: socket.socket
    """Where it tells the service manager what it does."""

    def workers(self) -> set[int]:
        """The numbers of the processes that this one keeps."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return set(map(int, children.read_text().split()))

    def worker_of(self, connection: http.client.HTTPConnection) -> int | None:
        """Which of them holds the other end; None while nobody took it yet."""
        port = f"{connection.sock.getsockname()[1]:04X}"
        here = f"{self.port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        [inode] = [row[9] for row in rows if row[1].endswith(":" + here) and row[2].endswith(":" + port)]
        for worker in self.workers():
            links = {os.readlink(link) for link in Path(f"/proc/{worker}/fd").iterdir() if link.is_symlink()}
            if f"socket:[{inode}]" in links:
                return worker
        return None

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_LONGEST_S)
        self.ask(connection, "GET", "/healthz")
        return connection

    @contextmanager
    def at(self, worker: int) -> Iterator[http.client.HTTPConnection]:
        """A connection to this worker: as many are opened as it takes."""
        while True:
            with closing(self.connect()) as connection:
                if self.worker_of(connection) == worker:
                    yield connection
                    return

    def ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[int, str, str]:
        """The answer's status, its cookie, what it says."""
        named = {"Host": f"localhost:{self.port}", "Origin": f"http://localhost:{self.port}"}
        connection.request(method, path, body, {**named, **headers})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Set-Cookie", "").partition(";")[0], answer.read().decode()

    def post(self, connection: http.client.HTTPConnection, path: str, body: object, **headers: str) -> tuple[int, Any]:
        status, _, said = self.ask(connection, "POST", path, json.dumps(body), **headers)
        return status, json.loads(said)

    def leaders(self) -> list[str]:
        """The workers that do what the server does by itself."""
        with closing(self.connect()) as connection:
            token = (self.data / "keys/metrics.key").read_text()
            _, _, said = self.ask(connection, "GET", "/metrics", Authorization=f"Bearer {token.strip()}")
        return re.findall(r'tyck_task_done_timestamp_seconds{task="care",worker="(\d)"}', said)


@pytest.fixture(scope="module")
def served(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data, url = tmp_path_factory.mktemp("workers"), cluster.new_database()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.setblocking(False)
    named = str(tmp_path_factory.mktemp("manager") / "socket")
    manager.bind(named)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
    said = {"TYCK_DATABASE_URL": url, "TYCK_WORKERS": str(WORKERS), "TYCK_VOICE": "off", "TYCK_PORT": str(port)}
    said["NOTIFY_SOCKET"] = named
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "demo", "--json", "--data", str(data)],
        env={**inherited, **said},
        stdout=subprocess.PIPE,
        text=True,
    )
    with manager, process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "The server did not start."
        yield Served(process, data, port, url, json.loads(line), manager)
        process.terminate()


def wait_for(what: Callable[[], object]) -> None:
    until = time.monotonic() + _LONGEST_S
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def cut_signals(url: str) -> None:
    async def cut() -> None:
        db = Database(url)
        async with db.reading() as tx:
            assert len((await tx.execute(text(_CUT), {"name": NAME})).all()) == WORKERS
        await db.close()

    run_aside(cut())


def deliver(served: Served, tablet: dict[str, Any], worker: int) -> None:
    """One response of a tablet that has joined."""
    body = {"revision": tablet["revision"], "lang": "fi", "answers": {"q1": "home"}, "end": "done"}
    request = {"proto": 1, "rid": "r", "session": tablet["session"], "tablet": {"ready": "yes", "turn": "idle"}}
    request["ledger"] = {"confirmed": 1, "pending": 0, "attention": 0}
    request["items"] = [{"id": new_id(), "body": json.dumps(body)}]
    with served.at(worker) as connection:
        status, _ = served.post(connection, "/api/v1/sync", request, Authorization=f"Bearer {tablet['token']}")
    assert status == 200


def join(served: Served, session: int, worker: int) -> dict[str, Any]:
    link = served.demo["sessions"][session]["link"].rpartition("/")[2]
    with served.at(worker) as connection:
        status, joined = served.post(connection, "/api/v1/join", {"link": link})
    assert status == 200
    return dict(joined)


def sign_in(served: Served, worker: int) -> str:
    """The teacher's cookie."""
    [teacher] = [person for person in served.demo["staff"] if person["role"] == "teacher"]
    form = urlencode({"email": teacher["email"], "password": teacher["password"]})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with served.at(worker) as connection:
        status, cookie, _ = served.ask(connection, "POST", "/staff/sign-in", form, **kind)
    assert status == 303
    return cookie


@contextmanager
def watching(served: Served, session: int, worker: int, cookie: str) -> Iterator[Callable[[], None]]:
    """A teacher's page of a session; gives what waits for its next signal."""
    path = f"/staff/sessions/{served.demo['sessions'][session]['session']}/events"
    with served.at(worker) as connection:
        connection.request("GET", path, headers={"Cookie": cookie})
        with closing(connection.getresponse()) as stream:
            assert stream.status == 200

            def hear() -> None:
                while stream.readline() != b"event: changed\n":
                    pass

            hear()
            yield hear


def test_a_teacher_at_one_worker_hears_of_a_tablet_at_the_other(served: Served) -> None:
    near, far = served.workers()
    tablet, cookie = join(served, 0, near), sign_in(served, near)
    with watching(served, 0, far, cookie) as hear:
        deliver(served, tablet, near)
        hear()
        cut_signals(served.url)
        deliver(served, tablet, near)
        hear()


def test_who_guesses_codes_is_counted_by_all_workers_together(served: Served) -> None:
    taken = {tuple(session["pictures"]) for session in served.demo["sessions"]}
    free = (list(code) for code in product(PICTURES, repeat=4) if code not in taken)
    stranger = {"X-Forwarded-For": "203.0.113.9"}

    def guess(connection: http.client.HTTPConnection) -> int:
        wrong = {"pictures": next(free), "school": None}
        return served.post(connection, "/api/v1/join", wrong, **stranger)[0]

    for _ in range(WRONG_A_MINUTE):
        with closing(served.connect()) as connection:
            assert guess(connection) == 404
    for worker in served.workers():
        with served.at(worker) as connection:
            assert guess(connection) == 429


def test_one_worker_does_what_the_server_does_by_itself_and_when_it_is_killed_another(served: Served) -> None:
    wait_for(lambda: len(served.leaders()) == 1)
    [leader] = served.leaders()
    before = served.workers()
    [pid] = [pid for pid in before if Path(f"/proc/{pid}/cmdline").read_text().split("\0")[-2] == leader]
    os.kill(pid, signal.SIGKILL)
    for _ in range(20):
        served.connect().close()
    wait_for(lambda: len(served.leaders()) == 1 and served.leaders() != [leader])
    wait_for(lambda: len(served.workers()) == WORKERS)
    for worker in served.workers():
        with served.at(worker):
            pass


def test_new_workers_take_over_one_by_one_and_refuse_nobody(served: Served) -> None:
    before = served.workers()
    session = served.demo["sessions"][2]
    load = Load((served.port,))
    with load.running(session["link"]):
        load.wait_for(60)
        served.process.send_signal(signal.SIGHUP)
        wait_for(lambda: len(served.workers()) == WORKERS and not served.workers() & before)
        load.wait_for(60)

    async def stored() -> tuple[list[str], int]:
        db = Database(served.url)
        here = {"session": session["session"]}
        async with db.reading() as tx:
            ids = (await tx.execute(text("SELECT id FROM responses WHERE session = :session"), here)).scalars().all()
            counted = await tx.scalar(text("SELECT SUM(arrived) FROM participation WHERE session = :session"), here)
        await db.close()
        return sorted(ids), int(counted)

    assert run_aside(stored()) == (sorted(load.confirmed), len(load.confirmed))
    assert load.heard.keys() <= {"stored", "429"}, load.heard


def test_nobody_else_takes_the_folder_while_workers_run_and_none_outlives_the_server(served: Served) -> None:
    said = {"TYCK_DATA_DIR": str(served.data), "TYCK_DATABASE_URL": served.url, "TYCK_WORKERS": "2"}
    assert "well   files" in CliRunner().invoke(main, ["doctor"], env=said).output
    refused = CliRunner().invoke(main, ["serve"], env=said)
    assert (refused.exit_code, refused.output) == (1, f"Error: A server runs on {served.data}: stop it first.\n")
    # Neither workers that came nor workers that went were a matter of the service manager's.
    assert served.manager.recv(100) == b"READY=1"
    with pytest.raises(BlockingIOError):
        served.manager.recv(100)
    workers = served.workers()
    served.process.kill()
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert not is_held(served.data)


@pytest.mark.parametrize("number", ["2", "0", "65", "two"])
def test_sqlite_has_one_worker_and_nobody_has_none(tmp_path: Path, number: str) -> None:
    refused = CliRunner().invoke(main, ["serve"], env={"TYCK_DATA_DIR": str(tmp_path), "TYCK_WORKERS": number})
    assert refused.exit_code == 1
    assert ("PostgreSQL" if number == "2" else "a number of processes from 1 to 64") in refused.output
