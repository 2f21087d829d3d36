"""What shares a server, a browser or a walk runs in one process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shares import share_of

ROOT = Path(__file__).parent.parent
_NOTES_ITS_PROCESS = """
import os, pytest

@pytest.mark.parametrize("n", range(6))
def test_note(n):
    with open(f"{__name__.rpartition('.')[2]}.txt", "a") as notes:
        print(os.environ["PYTEST_XDIST_WORKER"], file=notes)
"""


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("tests/web/test_join.py::test_a", "tests/web/test_join.py::test_b[x]", True),
        ("tests/web/test_join.py::test_a", "tests/web/test_sync.py::test_a", False),
        ("tests/pwa/test_idea.py::test_a", "tests/pwa/test_outbox.py::test_b", True),
        ("tests/browser/test_screens.py::test_a[sv]", "tests/browser/test_screens.py::test_b[sv]", True),
        ("tests/browser/test_screens.py::test_a[sv]", "tests/browser/test_screens.py::test_a[fi]", False),
    ],
)
def test_what_shares_runs_together(one: str, other: str, together: bool) -> None:
    assert (share_of(one) == share_of(other)) is together


def test_the_tests_of_a_file_run_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_xdist_make_scheduler")
    for name in ("test_one.py", "test_other.py"):
        (tmp_path / name).write_text(_NOTES_ITS_PROCESS)
    command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "."]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    notes = [set((tmp_path / f"{name}.txt").read_text("utf-8").split()) for name in ("test_one", "test_other")]
    assert sorted(map(len, notes)) == [1, 1]
    assert notes[0] != notes[1]
