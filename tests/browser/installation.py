"""An installation of one's own as a real process: empty but for what its command line made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.demo import ROOT, free_port
from tests.store.test_migrations import process

_STOP_S = 60


@dataclass(frozen=True)
class Installation:
    data: Path
    url: str

    @property
    def database(self) -> Path:
        return self.data / "tyck.sqlite3"

    def add_administrator(self, email: str, *municipalities: str) -> str:
        """By the command of operations.md; returns the one-time link."""
        for municipality in municipalities:
            named = ("--name", email.partition("@")[0].title(), "--municipality", municipality)
            added = process(self.data, "account", "add", email, *named, TYCK_BASE_URL=self.url)
            assert added.returncode == 0, added.stderr
        return added.stdout.splitlines()[0]


@contextmanager
def new_installation(data: Path) -> Iterator[Installation]:
    """Migrated and serving, with nobody in it."""
    migrated = process(data, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
    environment = {**inherited, "TYCK_DATA_DIR": str(data), "TYCK_PORT": str(port), "TYCK_VOICE": "off"}
    with (data / "test.log").open("ab") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
    assert serving.stdout is not None
    try:
        assert serving.stdout.readline(), (data / "test.log").read_text("utf-8")
        yield Installation(data, f"http://localhost:{port}")
    finally:
        serving.terminate()
        try:
            serving.wait(_STOP_S)
        finally:
            serving.kill()
            serving.wait()
            serving.stdout.close()
