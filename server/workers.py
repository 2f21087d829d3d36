"""Several workers on one listening socket: starts them, starts again one that ended, and on SIGHUP replaces them one by
one. `serve` becomes this program, which is all that stays of it; a worker ends when its input does, as it does when we
are no more. Knows no application.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, NoReturn

from server import systemd

READY = "ready"
"""What a worker says once it answers."""

FOLDER = "workers"
"""What the workers share, in the data directory; empty at every start."""

KEY = "WORKERS_KEY"
"""The environment variable with a secret of this start, by which they write what they share."""

_ANNOUNCEMENT = "WORKERS_ANNOUNCEMENT"
_START_S = 120
_LONGEST_PAUSE_S = 30
_RAN_WELL_S = 60

log = logging.getLogger(__name__)


class Workers:
    """One worker for each number from 1 on; `command` starts one when its number is put behind it."""

    def __init__(self, command: list[str], number: int, files: list[int]) -> None:
        self._command = command
        # The service manager is told of all of them together.
        self._environment = {name: value for name, value in os.environ.items() if name != systemd.MANAGER}
        self._files = files
        self._started = set[Process]()
        self._asked = {each: asyncio.Event() for each in range(1, number + 1)}
        self._one_by_one = asyncio.Lock()

    async def run(self, announcement: str) -> int:
        """Until SIGTERM or SIGINT, or until one does not start at the beginning: the exit code."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stopped.set)
        loop.add_signal_handler(signal.SIGHUP, self._replace_all)
        first = asyncio.gather(*map(self._start, self._asked))
        await _first_of(first, stopped.wait())
        is_well = first.done() and None not in first.result()
        keeping: list[asyncio.Task[None]] = []
        if is_well:
            keeping = [asyncio.create_task(self._keep(*each)) for each in zip(self._asked, first.result(), strict=True)]
            sys.stdout.write(f"{announcement}\n")
            sys.stdout.flush()
            systemd.tell(os.environ, "READY=1")
            await stopped.wait()
        systemd.tell(os.environ, "STOPPING=1")
        first.cancel()
        for task in keeping:
            task.cancel()
        for process in self._started:
            with suppress(ProcessLookupError):
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self._started))
        return 0 if stopped.is_set() else 1

    def _replace_all(self) -> None:
        for asked in self._asked.values():
            asked.set()

    async def _keep(self, number: int, process: Process | None) -> None:
        """Always a worker with this number: another one after it ended, or before it ends where that was asked for."""
        pause_s = 0.0
        while True:
            began = time.monotonic()
            if process:
                await _first_of(process.wait(), self._asked[number].wait())
            if process and process.returncode is None:
                process = await self._replaced(number, process)
                continue
            pause_s = 0.0 if time.monotonic() - began > _RAN_WELL_S else max(0.5, min(2 * pause_s, _LONGEST_PAUSE_S))
            how = process.returncode if process else "before it was ready"
            log.warning("worker %s ended (%s): another one is started", number, how)
            await asyncio.sleep(pause_s)
            process = await self._start(number)

    async def _replaced(self, number: int, process: Process) -> Process:
        async with self._one_by_one:
            self._asked[number].clear()
            new = await self._start(number)
            if new is None:
                log.warning("no new worker %s started: the old one stays", number)
                return process
            process.terminate()
            await process.wait()
            return new

    async def _start(self, number: int) -> Process | None:
        """A worker that answers; None if it ended before it did."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, str(number), stdin=PIPE, stdout=PIPE, pass_fds=self._files, env=self._environment
            )
        except OSError:
            return None
        assert process.stdout
        self._started = {process, *(each for each in self._started if each.returncode is None)}
        try:
            async with asyncio.timeout(_START_S):
                if await process.stdout.readline():
                    return process
        except TimeoutError:
            process.kill()
        await process.wait()
        return None


def become(number: int, listening: int, lock: int, announcement: str, worker: list[str]) -> NoReturn:
    """Puts this program in place of the one that calls, with the files of two numbers."""
    for file in (listening, lock):
        os.set_inheritable(file, True)
    sys.stdout.flush()
    given = [str(number), str(listening), str(lock), *worker]
    # Anyone may read a program's arguments, and the demo's announcement holds passwords.
    env = {**os.environ, _ANNOUNCEMENT: announcement}
    os.execve(sys.executable, [sys.executable, "-m", "server.workers", *given], env)


async def _first_of(*awaited: Awaitable[Any]) -> None:
    """Until one of them is done."""
    tasks = [asyncio.ensure_future(each) for each in awaited]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            if not task.done():
                task.cancel()


if __name__ == "__main__":
    number, listening, lock, *command = sys.argv[1:]
    announcement = os.environ.pop(_ANNOUNCEMENT)
    workers = Workers([*command, listening], int(number), [int(listening), int(lock)])
    sys.exit(asyncio.run(workers.run(announcement)))
