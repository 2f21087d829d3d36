"""`results` as an operator runs it: the same files as the reviewer's page, beside a server that writes."""

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.__main__ import main
from server.exports import pdf
from server.web.files import FORMATS
from tests.copies import run_aside
from tests.web.staff import HOME, open_world


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["results", *arguments], env={"TYCK_DATA_DIR": str(data)})


def refusal(done: Result) -> str:
    """The one line that a refused command says."""
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    return line


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a town where eight children have answered, and one file of each kind as the page gave it."""
    folder = tmp_path_factory.mktemp("town")

    async def fill() -> None:
        async with open_world(folder) as world:
            await world.town.close(await world.answered(8))
            ritva = await world.signed_in("Ritva")
            for name in FORMATS.keys() - {"pdf"}:
                reply = await ritva.get(f"{HOME}/results/files/{name}?lang=fi")
                (folder / f"page.{name}").write_bytes(reply.content)

    run_aside(fill())
    return folder


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"pdf"}))
def test_the_file_is_the_one_of_the_page(town: Path, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    done = run(town, "third-place", "--format", name, "--out", str(out), "--language", "fi")
    assert done.exit_code == 0, done.output
    assert out.read_bytes() == (town / f"page.{name}").read_bytes()
    assert done.stdout == f"{out}: {out.stat().st_size} bytes\n"


def test_what_stands_in_the_files(town: Path, tmp_path: Path) -> None:
    for name in ("csv", "json", "datapackage"):
        assert run(town, "third-place", "--format", name, "--out", str(tmp_path / name)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "csv").read_text("utf-8-sig"))))
    assert {row["number"] for row in rows if row["question"] == "q1" and row["cell"] == "forest"} == {"7", ""}
    assert json.loads((tmp_path / "json").read_bytes())["questions"][0]["counts"]["forest"] == 7
    assert "datapackage.json" in zipfile.ZipFile(tmp_path / "datapackage").namelist()


def test_what_is_refused_is_one_clear_line(town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = str(tmp_path / "out")
    assert "no consultation nowhere" in refusal(run(town, "nowhere", "--format", "csv", "--out", out))
    lost = str(tmp_path / "none" / "x.csv")
    assert "Cannot write" in refusal(run(town, "third-place", "--format", "csv", "--out", lost))
    assert "migrate" in refusal(run(tmp_path / "empty", "third-place", "--format", "csv", "--out", out))
    monkeypatch.setattr(pdf, "_COMMAND", ("sh", "-c", f"exit {pdf.NO_PANGO}"))
    assert "Pango" in refusal(run(town, "third-place", "--format", "pdf", "--out", out))
    assert not Path(out).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("third-place",),
        ("third-place", "--format", "csv"),
        ("third-place", "--format", "xls", "--out", "x"),
        ("third-place", "--format", "csv", "--out", "x", "--language", "en"),
    ],
)
def test_wrong_usage_is_code_2(town: Path, arguments: tuple[str, ...]) -> None:
    assert run(town, *arguments).exit_code == 2
