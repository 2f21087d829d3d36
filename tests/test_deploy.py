"""The files in `deploy/` as the programs that read them read them, where these are installed."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.__main__ import main
from tests.architecture.test_documented import commands

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed here: deploy/Caddyfile was not read.")
def test_caddy_takes_its_file(tmp_path: Path) -> None:
    command = ["caddy", "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here: units were not read.")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    service = (DEPLOY / "tyck.service").read_text("utf-8").replace("/opt/tyck/current/.venv/bin/python", sys.executable)
    (tmp_path / "tyck.service").write_text(service, "utf-8")
    shutil.copy(DEPLOY / "tyck.socket", tmp_path)
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / "tyck.service"), str(tmp_path / "tyck.socket")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_copies_all_that_runs_and_nothing_else() -> None:
    copied = set(re.findall(r"^COPY (\S+)", (DEPLOY / "Containerfile").read_text("utf-8"), flags=re.MULTILINE))
    assert copied == {"requirements.txt", "server", "pwa", "static", "locales"}


def test_every_command_that_the_pages_name_exists() -> None:
    known = set(commands(main))
    for path in [*(ROOT / "docs/operations").glob("*.md"), *DEPLOY.iterdir()]:
        for named in re.findall(r"python -m server ([a-z]+(?: [a-z]+)?)", path.read_text("utf-8")):
            assert named in known or named.split()[0] in known, (path.name, named)


def test_every_page_that_the_pages_lead_to_exists() -> None:
    for path in [ROOT / "docs/operations.md", *(ROOT / "docs/operations").glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), (path.name, link)
