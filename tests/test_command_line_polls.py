"""`poll export` and `poll import` as an operator runs them, beside a server that writes."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.__main__ import main
from server.domain.package_checks import read_package
from server.store.shelf import find_shelf_poll


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of a demo that is running."""
    data = tmp_path_factory.mktemp("data")
    command = [sys.executable, "-m", "server", "demo", "--port", str(_free_port()), "--data", str(data), "--json"]
    environment = {**os.environ, "TYCK_VOICE": "off"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as server:
        assert server.stdout
        assert json.loads(server.stdout.readline())["consultation"] == "third-place"
        yield data
        server.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["poll", *arguments], env={"TYCK_DATA_DIR": str(data)})


def refusal(done: Result) -> str:
    """The one line that a refused command says."""
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    return line


def test_there_and_back_while_the_server_runs(served: Path, tmp_path: Path) -> None:
    file, again = tmp_path / "third.zip", tmp_path / "again.zip"
    assert run(served, "export", "third-place", str(file)).exit_code == 0
    assert read_package(file.read_bytes(), lambda name: True).content == find_shelf_poll("third-place")
    made = [run(served, "import", str(file), *area) for area in ((), ("--area", "pedersore"))]
    assert [done.exit_code for done in made] == [0, 0], made
    first, second = (done.stdout.strip() for done in made)
    assert len({first, second, "third-place"}) == 3
    assert run(served, "export", second, str(again)).exit_code == 0
    content = dict(read_package(again.read_bytes(), lambda name: True).content)
    assert {**content, "id": "third-place"} == find_shelf_poll("third-place")


def test_what_is_refused_is_one_clear_line(served: Path, tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.zip", tmp_path / "good.zip"
    broken.write_bytes(b"PK no zip")
    assert run(served, "export", "third-place", str(good)).exit_code == 0
    assert refusal(run(served, "import", str(broken))) == (
        "Error: The package cannot be taken in: zip: is damaged, or no zip file"
    )
    assert "--area" in refusal(run(served, "import", str(good), "--area", "nowhere"))
    assert "No such file" in refusal(run(served, "import", str(tmp_path / "none.zip")))
    assert "no consultation nowhere" in refusal(run(served, "export", "nowhere", str(good)))
    assert "Cannot write" in refusal(run(served, "export", "third-place", str(tmp_path / "none" / "x.zip")))
    assert "migrate" in refusal(run(tmp_path / "empty", "import", str(good)))


@pytest.mark.parametrize("arguments", [(), ("import",), ("export", "third-place"), ("import", "a", "b"), ("send",)])
def test_wrong_usage_is_code_2(served: Path, arguments: tuple[str, ...]) -> None:
    assert run(served, *arguments).exit_code == 2
