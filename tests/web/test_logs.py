"""What the real process writes while tablets and strangers talk to it: nothing about a response, and no address."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.town import new_id

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(data: Path, said: list[str]) -> Iterator[dict[str, Any]]:
    """The demo's command on a free port; what it wrote, on both channels, is in `said` in the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TYCK_")}
    environment = {**inherited, "TYCK_VOICE": "off"}
    command = [sys.executable, "-m", "server", "demo", "--json", "--port", port, "--data", str(data)]
    errors = data.with_name("stderr")
    with (
        errors.open("w") as stderr,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
    ):
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)
            said += [process.stdout.read(), errors.read_text()]
    assert process.returncode in (0, -signal.SIGTERM)


def test_the_process_writes_nothing_of_what_it_is_sent(tmp_path: Path) -> None:
    said: list[str] = []
    item = {"id": new_id(), "body": ""}
    with running(tmp_path / "data", said) as demo, httpx2.Client(base_url=demo["url"], timeout=60) as client:
        link = demo["sessions"][0]["link"].rpartition("/")[2]
        joined = client.post("/api/v1/join", json={"link": link}).json()
        answers = {"revision": joined["revision"], "lang": "fi", "answers": {"q1": "forest"}, "end": "done"}
        item["body"] = json.dumps(answers)
        sync = {"proto": 1, "rid": "seen-in-log", "session": joined["session"], "items": [item, {"id": "odd-id"}]}
        sync |= {"ledger": {"confirmed": 1, "pending": 0, "attention": 0}, "tablet": {"ready": "yes", "turn": "idle"}}
        headers = {"Authorization": f"Bearer {joined['token']}", "User-Agent": "elsas-tablet"}
        statuses = [
            client.post("/api/v1/sync", json=sync, headers=headers).status_code,
            client.post("/api/v1/sync", json={**sync, "session": "s_other"}, headers=headers).status_code,
            client.post("/api/v1/sync", json=sync, headers={"Authorization": "Bearer made-up"}).status_code,
            client.post("/api/v1/sync", content=b"{" + item["body"].encode(), headers=headers).status_code,
            client.post("/api/v1/sync", content=b"x" * 300_000, headers=headers).status_code,
            client.post("/api/v1/join", json={"pictures": ["cat"] * 4, "school": "made-up"}).status_code,
            client.post("/staff/sign-in", data={"email": "elsa@made-up.example", "password": "secret"}).status_code,
            client.get("/staff/sessions/made-up").status_code,
            client.get("/made-up?q=forest").status_code,
        ]
        assert statuses == [200, 403, 401, 400, 413, 404, 401, 303, 404]
    written = "".join(said)
    secrets = [item["id"], "forest", "odd-id", "seen-in-log", joined["token"], joined["session"], "made-up", link]
    secrets += [
        "elsa",
        "secret",
        "127.0.0.1",
        "/api/v1",
        "Traceback",
        *(person["password"] for person in demo["staff"]),
    ]
    assert not [secret for secret in secrets if secret in written], written


def test_a_second_start_shows_the_same_demo_and_keeps_the_answers(tmp_path: Path) -> None:
    said: list[str] = []
    with running(tmp_path / "data", said) as first:
        pass
    with running(tmp_path / "data", said) as second:
        pass
    for demo in (first, second):
        url = demo.pop("url")
        for session in demo["sessions"]:
            session["link"] = session["link"].removeprefix(url)
    assert first == second
    assert said == ["", "", "", ""]
    assert len(first["sessions"]) >= 6
    assert [(one["school"], one["grades"]) for one in first["sessions"][:2]] == [
        ("satukallio", [1, 2]),
        ("satukallio", [3, 4]),
    ]
    assert {person["role"] for person in first["staff"]} == {"teacher", "moderator", "reviewer", "administrator"}


def test_every_line_of_the_log_is_documented() -> None:
    said = set()
    for path in (ROOT / "server").rglob("*.py"):
        for line in re.findall(r'\blog\.(?:warning|error|info)\(\s*"([^"]*)"', path.read_text("utf-8")):
            said.add(line.replace("%s", "…").partition(":")[0] + ":")
    written = (ROOT / "docs/operations/watching.md").read_text("utf-8").partition("## The log")[2]
    assert set(re.findall(r"^\| `([^`]+)` \|", written, flags=re.MULTILINE)) >= said
