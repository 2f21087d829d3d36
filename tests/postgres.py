"""A private PostgreSQL server in a temporary folder, from the machine's own binaries."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.needs import find_postgres


@dataclass
class Cluster:
    binaries: Path
    folder: Path
    port: int
    owner: str | None
    durable: bool = False

    def __enter__(self) -> "Cluster":
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "tyck", "--auth=trust", "--no-sync")
        # No test pulls this server's plug, and vacuuming hundreds of databases would keep a core busy.
        spared = "" if self.durable else "-c fsync=off -c full_page_writes=off -c autovacuum=off"
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200 {spared}"
        self._run("pg_ctl", "-D", str(data), "-o", options, "-l", str(self.folder / "log"), "-w", "start")
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, like: str = "template1") -> str:
        """The URL of a fresh database: empty, or a copy of the one with this URL, which nobody may be using."""
        name = "t" + uuid.uuid4().hex
        template = like.rpartition("/")[2]
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tyck", "-T", template, name)
        return f"postgresql+asyncpg://tyck@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / program, *arguments],
            user=self.owner,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )


def start_cluster(*, durable: bool = False) -> Cluster | None:
    """A cluster to be entered, or None when no server binaries are found. Root starts it as `postgres` or `nobody`.

    `durable`: one that is measured writes to the disk as in earnest.
    """
    binaries = find_postgres()
    if binaries is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="tyck-pg-"))
    owner = _other_user() if os.geteuid() == 0 else None
    if owner:
        shutil.chown(folder, owner)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Cluster(binaries, folder, probe.getsockname()[1], owner, durable)


def _other_user() -> str:
    return "postgres" if any(user.pw_name == "postgres" for user in pwd.getpwall()) else "nobody"
