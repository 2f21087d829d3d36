"""What must no longer be there is nowhere: played through the real process, then looked for in every byte it left."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.browser.demo import DemoServer
from tests.town import new_id
from tests.traces import traces

SECRET = "Elsan salaisuus 4711"
CHILDREN = 12


class Played:
    """A tablet of a session of one demo, and what it has sent."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        self.session = server.classes[2]
        link = {"link": self.session.link.rpartition("/")[2]}
        self.client = httpx2.Client(base_url=server.url, timeout=60)
        joined = self.client.post("/api/v1/join", json=link).json()
        self.revision, self.token = joined["revision"], joined["token"]

    def deliver(self, *answers: dict[str, Any]) -> tuple[list[str], list[str]]:
        """The ids, and the bodies as they stand in the database."""
        body = {"revision": self.revision, "lang": "sv", "end": "done"}
        items = [{"id": new_id(), "body": json.dumps({**body, "answers": given})} for given in answers]
        request = {"proto": 1, "rid": "r", "session": self.session.id, "items": items}
        request |= {"ledger": {"confirmed": len(items), "pending": 0, "attention": 0}}
        request |= {"tablet": {"ready": "yes", "turn": "idle"}}
        reply = self.client.post("/api/v1/sync", json=request, headers=self._pass)
        assert {said["s"] for said in reply.json()["items"].values()} <= {"stored", "held"}, reply.text
        return [item["id"] for item in items], [item["body"] for item in items]

    def draw(self) -> str:
        """The id of an idea with words of its own."""
        idea = {"proto": 1, "session": self.session.id, "question": "q10", "lang": "sv", "may_show": True}
        named = new_id()
        content = {**idea, "grades": list(self.session.grades), "text": SECRET}
        assert self.client.put(f"/api/v1/ideas/{named}", json=content, headers=self._pass).json()["s"] in (
            "stored",
            "held",
        )
        return named

    @property
    def _pass(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def where(folder: Path, *needles: str) -> set[str]:
    """The files that hold one of these: `tyck.sqlite3` for any file of the database, else a name or a folder."""
    files = {trace.where.partition("!")[0].partition("/")[0] for trace in traces(folder, needles)}
    return {"tyck.sqlite3" if name.startswith("tyck.sqlite3") else name for name in files}


def test_nothing_is_left_of_an_answer_once_its_session_is_closed(tmp_path: Path) -> None:
    server = DemoServer(tmp_path).start()
    try:
        played = Played(server)
        ids, bodies = played.deliver(*({"q1": "forest" if child % 2 else "home"} for child in range(CHILDREN)))
        held, unfit = played.deliver({"q1": "no such option"})
        idea = played.draw()
        answers = '"answers": {"q1": "forest"}'
        assert where(tmp_path, *ids) == where(tmp_path, *bodies) == where(tmp_path, answers) == {"tyck.sqlite3"}
        backed_up = tmp_path / "while-open.tar"
        command = [sys.executable, "-m", "server", "backup", str(backed_up)]
        subprocess.run(command, env={**os.environ, "TYCK_DATA_DIR": str(tmp_path)}, check=True, capture_output=True)
        assert where(tmp_path, *ids) == {"tyck.sqlite3", backed_up.name}

        server.post("teacher", f"/staff/sessions/{played.session.id}/close")
        assert where(tmp_path, *ids) == where(tmp_path, *bodies) == {backed_up.name}, "as long as the backup is kept"
        backed_up.unlink()
        late, late_bodies = played.deliver({"q1": "forest"})
        gone = [*ids, *bodies, *late, *late_bodies, answers]
        assert traces(tmp_path, gone) == []
        assert where(tmp_path, *held, *unfit, SECRET, idea) == {"tyck.sqlite3"}

        server.post("moderator", "/staff/consultations/third-place/freeze")
        after, after_bodies = played.deliver({"q1": "home"})
        gone += [*after, *after_bodies, *held, *unfit, '"no such option"', played.token]
        token = (tmp_path / "keys/metrics.key").read_text("ascii")
        metrics = played.client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
        (tmp_path / "metrics.txt").write_text(metrics.text, "utf-8")
        assert traces(tmp_path, gone) == []
    finally:
        server.stop()
    assert traces(tmp_path, gone) == []
    assert where(tmp_path, SECRET, idea) == {"tyck.sqlite3"}
    assert (tmp_path / "test.log").read_text("utf-8") == ""


@pytest.mark.parametrize(
    "form", [str.encode, lambda text: text.encode("utf-16-le"), lambda text: text.encode("latin-1")]
)
def test_the_search_finds_what_is_there(tmp_path: Path, form: Any) -> None:
    named, said = new_id(), "på gården"
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/raw").write_bytes(b"\x00\x01" + form(named) + b"\xff" + form(said))
    (tmp_path / "packed.gz").write_bytes(gzip.compress(form(named)))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/it", form(said))
    found = {(trace.where, trace.needle) for trace in traces(tmp_path, [named, said, new_id(), "nowhere"])}
    assert found == {
        ("deep/raw", named),
        ("deep/raw", said),
        ("packed.gz!gzip", named),
        ("packed.zip!in/it", said),
    }
