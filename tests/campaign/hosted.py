"""The real server in processes that end at a named moment, as `kill -9` ends them: `python -m tests.campaign.hosted`.

Loads the program once and forks each server, so that a start costs only what the server itself does then. What is
watched are the libraries below it, SQLite's and HTTP's; of our own code nothing is changed but by a planted bug.
Orders are lines of JSON on stdin; stdout says `{"pid"}`, the server's own line, `{"ended"}`.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib
import json
import os
import signal
import sqlite3
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import uvicorn
from uvicorn._types import ASGI3Application, ASGIReceiveEvent, ASGISendEvent, HTTPScope

from tests.campaign.moments import KILL
from tests.campaign.planted import PLANTED
from tests.campaign.platter import lay_platter

_DIE_WITH_PARENT = 1
_FLUSHED_S = 0.005

_next_death = ""


class _Minify(ModuleType):
    """Stands for the package until it is used: its runtime starts threads when it is loaded, which no fork survives."""

    def string(self, *about: str) -> str:
        sys.modules.pop("minify", None)
        made: str = importlib.import_module("minify").string(*about)
        return made


sys.modules["minify"] = _Minify("minify")
program = importlib.import_module("server.__main__")


def _at(moment: str) -> None:
    if _next_death == moment:
        os.kill(os.getpid(), signal.SIGKILL)


class _Cursor(sqlite3.Cursor):
    connection: _Connection

    def execute(self, sql: str, *parameters: Any) -> _Cursor:
        super().execute(sql, *parameters)
        if sql.startswith("BEGIN"):
            self.connection.began_at = self.connection.total_changes
        elif self.connection.has_changed:
            _at("in_transaction")
        return self


class _Connection(sqlite3.Connection):
    began_at = 0

    @property
    def has_changed(self) -> bool:
        """Whether the transaction changed anything: the server's own jobs look around at its start."""
        return self.in_transaction and self.total_changes > self.began_at

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, *parameters: Any) -> Any:
        return self.cursor().execute(sql, *parameters)

    def commit(self) -> None:
        if not self.has_changed:
            return super().commit()
        _at("before_commit")
        super().commit()
        _at("after_commit")


class _Watched:
    """The application, and the moments of a request outside any transaction."""

    def __init__(self, app: ASGI3Application) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(cast(HTTPScope, scope)["headers"]) if scope["type"] == "http" else {}
        moment = headers.get(KILL.lower().encode(), b"").decode()
        if not moment:
            return await self._app(scope, receive, send)
        global _next_death
        _next_death = moment

        async def hear() -> ASGIReceiveEvent:
            event: ASGIReceiveEvent = await receive()
            _at("parse")
            return event

        async def say(event: ASGISendEvent) -> None:
            if event["type"] == "http.response.start":
                _at("before_reply")
            await send(event)
            if event["type"] == "http.response.body" and not event.get("more_body"):
                # The loop writes what was said before it comes to what is due later.
                asyncio.get_running_loop().call_later(_FLUSHED_S, _at, "after_reply")

        await self._app(scope, hear, say)


def _watch() -> None:
    sqlite3.connect = partial(sqlite3.connect, factory=_Connection)  # type: ignore[assignment]
    load = uvicorn.Config.load

    def load_watched(config: uvicorn.Config) -> None:
        load(config)
        config.loaded_app = _Watched(cast(ASGI3Application, config.loaded_app))

    uvicorn.Config.load = load_watched  # type: ignore[assignment,method-assign]


def _serve(order: dict[str, Any]) -> None:
    _end_with_parent()
    os.environ.update(order["environment"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    if ahead_s := order["ahead_s"]:
        real = time.time
        time.time = lambda: real() + ahead_s
    if order["platter"]:
        lay_platter(Path(order["data"]), Path(order["platter"]))
    if order["planted"]:
        PLANTED[order["planted"]]()
    program.main(order["arguments"], standalone_mode=False)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def main() -> None:
    _end_with_parent()
    _watch()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                _serve(json.loads(line))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _say({"pid": pid})
        _say({"ended": os.waitpid(pid, 0)[1]})


def _say(what: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
