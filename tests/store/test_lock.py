"""One process keeps a data directory; whoever only looks hinders nobody."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from server.store.lock import InUse, hold, is_held


def test_one_process_at_a_time(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    assert not list(tmp_path.iterdir())
    with hold(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(InUse), hold(tmp_path):
            pass
    assert not is_held(tmp_path)


def test_two_who_look_do_not_take_each_other_for_a_server(tmp_path: Path) -> None:
    with hold(tmp_path):
        pass
    with (tmp_path / "server.lock").open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not is_held(tmp_path)


def test_a_server_starts_while_somebody_looks(tmp_path: Path) -> None:
    """With `doctor` asking all the time, each start takes the next gap."""
    over = Event()

    def look() -> None:
        while not over.is_set():
            is_held(tmp_path)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            for _ in range(300):
                with hold(tmp_path):
                    pass
        finally:
            over.set()
        looking.result()
