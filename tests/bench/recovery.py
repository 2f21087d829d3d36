"""How long tablets wait for a server that was killed under load: from its start to the first stored response."""

import json
import os
import signal
import statistics
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.bench.load import build_request
from tests.bench.processes import Served, call_load, starting
from tests.bench.school_day import SchoolDay

_LOADED_S = 2.0
_CONNECTIONS = 32


def measure_recovery(data: Path, day: SchoolDay, tablets: Path, rounds: int) -> dict[str, float]:
    """Seconds, and the processor time that the new process took for it; the median counts."""
    waits, busy = [], []
    for _ in range(rounds):
        with starting(data) as server:
            _wait_until_stored(server, day)
            _load_until_killed(server, tablets)
        with starting(data) as server:
            began = time.monotonic()
            _wait_until_stored(server, day)
            waits.append(time.monotonic() - began)
            busy.append(server.cpu_s())
    return {"s": statistics.median(waits), "cpu_s": statistics.median(busy)}


def _load_until_killed(server: Served, tablets: Path) -> None:
    order = {"port": server.port, "query": "", "tablets": str(tablets), "connections": _CONNECTIONS, "items": 1}
    loading = threading.Thread(target=_load, args=({**order, "seconds": _LOADED_S * 2, "most": 20_000},))
    loading.start()
    time.sleep(_LOADED_S)
    os.kill(server.pid, signal.SIGKILL)
    loading.join()


def _load(order: Mapping[str, Any]) -> None:
    # Whose server dies is not answered.
    with suppress(SystemExit):
        call_load(dict(order))


def _wait_until_stored(server: Served, day: SchoolDay) -> None:
    tablet = day.tablets[0]
    body = build_request(tablet.session, tablet.token, day.body, items=1).partition(b"\r\n\r\n")[2]
    headers = {"Authorization": f"Bearer {tablet.token}", "Content-Type": "application/json"}
    while True:
        asking = HTTPConnection("127.0.0.1", server.port, timeout=5)
        try:
            asking.request("POST", "/api/v1/sync", body, headers)
            answer = json.loads(asking.getresponse().read())
            if any(item["s"] == "stored" for item in answer["items"].values()):
                return
        except (OSError, HTTPException, ValueError):
            time.sleep(0.01)
        finally:
            asking.close()
