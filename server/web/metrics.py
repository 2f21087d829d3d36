"""`/metrics` for a monitoring program, and the counting behind it: numbers of the whole installation, no ids."""

import hmac
import json
import os
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics import Metrics, Sample, written
from server.store.tally import Tally
from server.usecases.backup import BACKUPS
from server.web.parts import Parts, parts
from server.workers import FOLDER

NO_STORE = {"Cache-Control": "no-store"}
_KINDS = (
    ("/api/v1/sync", "sync"),
    ("/api/v1/join", "join"),
    ("/api/v1/ideas/", "idea"),
    ("/api/", "api"),
    ("/app/", "child"),
    ("/staff/", "staff"),
    ("/static/", "file"),
    ("/media/", "file"),
)
_BEGAN_AT = time.time()
_FORGOTTEN_S = 20
"""A worker whose numbers are older is no more."""


class Counting:
    """Counts every answer, and how long it took to begin."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.answered(_kind(scope["path"]), message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counted)


def _kind(path: str) -> str:
    return next((kind for begins, kind in _KINDS if path.startswith(begins)), "page")


async def show(request: Request) -> Response:
    """The numbers, for whoever shows the token that lies in the data directory."""
    here = parts(request)
    _, _, token = request.headers.get("authorization", "").partition(" ")
    if not hmac.compare_digest(token.encode(), here.metrics_token):
        said = "Send Authorization: Bearer and the token that lies in keys/metrics.key.\n"
        return PlainTextResponse(said, 401, {"WWW-Authenticate": "Bearer", **NO_STORE})
    return Response(
        written([*_of_every_process(here), *_of_now(here)]),
        headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8", **NO_STORE},
    )


def tell(tally: Tally) -> list[Sample]:
    """What a tally of the database is called."""
    return [
        *(("tyck_sessions", {"state": state}, number) for state, number in sorted(tally.sessions.items())),
        ("tyck_sessions_not_released", {}, tally.unreleased),
        ("tyck_tablets_silent", {}, tally.silent),
        ("tyck_held", {}, tally.held),
        ("tyck_ideas_waiting", {}, tally.ideas),
        ("tyck_worries_waiting", {}, tally.worries),
    ]


def share(here: Parts) -> None:
    """Lays this worker's numbers where the others find them."""
    file = _file(here, str(here.worker))
    # While one worker takes over from another, both have this number.
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps([*_of_this_process(here)]), "utf-8")
    draft.replace(file)


def _of_every_process(here: Parts) -> Iterator[Sample]:
    """Whichever worker is asked, it tells what each of them counted."""
    if not here.worker:
        yield from _of_this_process(here)
        return
    share(here)
    for file in sorted(_file(here, "1").parent.glob(_file(here, "*").name)):
        if file.stat().st_mtime > time.time() - _FORGOTTEN_S:
            for name, labels, value in json.loads(file.read_text("utf-8")):
                yield name, {**labels, "worker": file.stem.rpartition("-")[2]}, value


def _file(here: Parts, worker: str) -> Path:
    return here.settings.data_dir / FOLDER / f"metrics-{worker}.json"


def _of_this_process(here: Parts) -> Iterator[Sample]:
    yield from here.metrics.samples()
    yield "tyck_event_streams", {}, here.live.listeners
    yield "process_start_time_seconds", {}, _BEGAN_AT
    yield "process_max_fds", {}, resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if (system := Path("/proc/self")).exists():
        pages = int((system / "statm").read_text().split()[1])
        yield "process_resident_memory_bytes", {}, pages * resource.getpagesize()
        yield "process_open_fds", {}, len(os.listdir(system / "fd"))


def _of_now(here: Parts) -> Iterator[Sample]:
    yield "tyck_info", {"build": here.assets.build}, 1
    folder = here.settings.data_dir
    yield "tyck_database_bytes", {}, sum(path.stat().st_size for path in folder.glob("tyck.sqlite3*"))
    yield "tyck_disk_free_bytes", {}, shutil.disk_usage(folder).free
    if made := [path.stat().st_mtime for path in (folder / BACKUPS).glob("*.tar")]:
        yield "tyck_backup_timestamp_seconds", {}, max(made)
