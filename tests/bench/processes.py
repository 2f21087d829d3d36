"""Starts and ends the processes that are measured. Knows no measurements."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from server.domain.consultations import LANGUAGES, parse_poll
from tests.needs import find_voice

_START_S = 30.0
_MAKING_S = 600.0
_SPOKEN = re.compile(r'data-say-aloud="([\w-]+)"')


@dataclass(frozen=True)
class Served:
    """A running server."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resident_mb(self) -> float:
        """Resident memory in MB (10⁶ bytes)."""
        status = Path(f"/proc/{self.pid}/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6

    def cpu_s(self) -> float:
        """Processor time used so far, all threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def tyck(data_dir: Path) -> Iterator[Served]:
    """The real server on this data directory, as `make run` starts it."""
    port = _free_port()
    with _running(["-m", "server", "demo", "--data", str(data_dir), "--port", str(port), "--json"], port) as served:
        yield served


@contextmanager
def starting(data_dir: Path) -> Iterator[Served]:
    """The same, from the moment its process begins."""
    port = _free_port()
    command = ["-m", "server", "demo", "--data", str(data_dir), "--port", str(port), "--json"]
    with _process(command) as process:
        yield Served(process.pid, port)


@contextmanager
def bare() -> Iterator[Served]:
    """The route that validates and stores nothing."""
    port = _free_port()
    with _running(["-m", "tests.bench.bare", str(port)], port) as served:
        yield served


def call_load(order: dict[str, Any]) -> dict[str, Any]:
    """Runs one load in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"], input=json.dumps(order), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def wait_for_sounds(server: Served, database: Path) -> None:
    """A server that has just started makes the sounds of its poll; nothing is measured until every text has one."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reading:
        polls = reading.execute("SELECT id, content FROM revisions").fetchall()
    editions = [f"{id_}-{profile.id}" for id_, poll in polls for profile in parse_poll(json.loads(poll)).profiles]
    wait_for_sounds_of(server, editions)


def wait_for_sounds_of(server: Served, editions: Iterable[str]) -> None:
    """The same, of these booklets and of the join page."""
    if not find_voice() or os.environ.get("TYCK_VOICE") == "off":
        return
    pages = {f"{edition}/{lang}": f"/app/b/{edition}/{lang}" for edition in editions for lang in LANGUAGES}
    pages |= {f"join/{lang}": f"/app/?lang={lang}" for lang in LANGUAGES}
    end = time.monotonic() + _MAKING_S
    while any(_silent(server, name, url) for name, url in pages.items()):
        if time.monotonic() > end:
            raise SystemExit("A server did not make all its sounds.")
        time.sleep(1)


def _silent(server: Served, name: str, url: str) -> set[str]:
    """The keys of a page's texts that have no sound yet."""
    with urlopen(server.url + url) as page, urlopen(f"{server.url}/app/sounds/{name}/opus") as sounds:
        return set(_SPOKEN.findall(page.read().decode())) - set(json.load(sounds)["sounds"])


@contextmanager
def _running(arguments: list[str], port: int) -> Iterator[Served]:
    with _process(arguments) as process:
        _wait_until_it_answers(process, port)
        yield Served(process.pid, port)


@contextmanager
def _process(arguments: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    # An installation keeps what it has compiled, whatever who measures wants.
    usual = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, env={**os.environ, **usual})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_it_answers(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"A server did not start: {process.args!r}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
