"""`backup` and `restore` as an operator runs them: whole or not at all, whatever file, disk or moment it is."""

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.__main__ import main
from server.domain.responses import Gone
from server.live import Live
from server.seals import Seals
from server.store import archive
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.journal import Journal
from server.store.keys import load_key
from server.store.lock import hold
from server.store.migrate import upgrade
from server.usecases import restore, run_session
from tests.browser.demo import DemoServer
from tests.copies import run_aside, sqlite_url
from tests.postgres import Cluster
from tests.test_restart import Load
from tests.web.staff import fill_world

ROOT = Path(__file__).parents[1]
FILES = {"tyck.sqlite3", "keys/grants.key", "keys/seals/third-place.key"}


def run(data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], env={"TYCK_DATA_DIR": str(data)})


def refusal(done: Result) -> str:
    """The one line that a refused command says, after what it said of its progress."""
    assert (done.exit_code, done.stdout) == (1, ""), done.output
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: "), done.stderr
    return last


def look(data: Path) -> dict[str, str]:
    """Every file of a data directory that is kept, by its content; a database by what it holds, but for where it stands
    in the journal.
    """
    found = {}
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        passes = name.startswith(("replaced/", "journal/")) or name.endswith((".lock", "-wal", "-shm"))
        if path.is_file() and not passes:
            content = dump(path) if path.suffix == ".sqlite3" else path.read_bytes()
            found[name] = hashlib.sha256(content).hexdigest()
    return found


def dump(database: Path) -> bytes:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db, closing(sqlite3.connect("")) as copy:
        db.backup(copy)
        copy.executescript("UPDATE sessions SET released = 1; DELETE FROM journaled; DELETE FROM sign_ins")
        return "\n".join(copy.iterdump()).encode()


def sql(database: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as db, db:
        return db.execute(statement).fetchall()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town where eight children have answered in an open session, and its backup beside it."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    fill_world(folder)
    Seals(folder).seal("third-place", "x", b"")
    done = run(folder, "backup", folder.parent / "backup.tar")
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def backup(filled: Path) -> Path:
    return filled.parent / "backup.tar"


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    """A copy of that town that a test may spoil."""
    return Path(shutil.copytree(filled, tmp_path / "data"))


def test_a_backup_is_one_file_of_the_owner_with_everything_in_it(backup: Path, filled: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert {path.name for path in backup.parent.iterdir()} == {"backup.tar", "data"}
    with tarfile.open(backup) as tar:
        assert FILES | {"manifest.json"} <= set(tar.getnames())
    manifest = archive.read_manifest(backup)
    assert manifest.counts["responses"] == 8
    again = run(filled, "backup", backup)
    assert again.stdout.endswith("found whole: 1 consultations, 1 sessions, 8 responses, 0 packets, 0 ideas.\n")


@pytest.mark.parametrize("times", [1, 2])
def test_a_restored_folder_is_what_was_backed_up(filled: Path, backup: Path, tmp_path: Path, times: int) -> None:
    for _ in range(times):
        done = run(tmp_path / "new", "restore", backup)
        assert done.exit_code == 0, done.output
    assert "8 responses" in done.stdout
    assert look(tmp_path / "new") == look(filled)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert run(tmp_path / "new", "account", "list").exit_code == 0


def test_a_restore_replaces_what_is_newer_and_lays_it_aside(data: Path, backup: Path) -> None:
    before = look(data)
    sql(data / "tyck.sqlite3", "DELETE FROM responses")
    newer = look(data)
    done = run(data, "restore", backup)
    assert done.exit_code == 0, done.output
    assert look(data) == before
    (aside,) = (data / "replaced").iterdir()
    assert look(aside) == {"tyck.sqlite3": newer["tyck.sqlite3"]}
    assert str(aside) in done.stdout


def test_what_a_killed_server_left_in_its_log_goes_with_the_old_database(data: Path, backup: Path) -> None:
    before = look(data)
    killed = "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('PRAGMA wal_autocheckpoint=0');"
    killed += "db.execute('DELETE FROM responses'); db.commit(); os._exit(9)"
    subprocess.run([sys.executable, "-c", killed, data / "tyck.sqlite3"], check=False)
    assert (data / "tyck.sqlite3-wal").stat().st_size > 0
    assert run(data, "restore", backup).exit_code == 0
    assert look(data) == before
    (aside,) = (data / "replaced").iterdir()
    assert sql(aside / "tyck.sqlite3", "SELECT count(*) FROM responses") == [(0,)]


def test_newer_keys_stay_and_a_key_that_the_database_needs_comes_back(data: Path, backup: Path) -> None:
    right = (data / "keys" / "grants.key").read_bytes()
    (data / "keys" / "grants.key").unlink()
    load_key(data, "grants")  # as a server does that starts without its keys
    sealed = Seals(data).seal("newer", "x", b"y")
    assert run(data, "restore", backup).exit_code == 0
    assert (data / "keys" / "grants.key").read_bytes() == right
    assert Seals(data).open("newer", "x", sealed) == b"y"


def test_a_destroyed_key_stays_destroyed(data: Path, backup: Path) -> None:
    sealed = Seals(data).seal("third-place", "x", b"y")
    assert run(data, "restore", backup).exit_code == 0
    assert Seals(data).open("third-place", "x", sealed) == b"y"
    Seals(data).destroy("third-place")
    assert run(data, "restore", backup).exit_code == 0
    with pytest.raises(Gone):
        Seals(data).open("third-place", "x", sealed)


def test_a_backup_made_after_the_freeze_holds_no_key_of_seals(data: Path, tmp_path: Path) -> None:
    sql(data / "tyck.sqlite3", "UPDATE consultations SET frozen = 1")
    assert run(data, "backup", tmp_path / "after.tar").exit_code == 0
    parts = archive.read_manifest(tmp_path / "after.tar").parts
    assert {name for name, (size, _) in parts.items() if not size} == {"keys/seals/third-place.key"}


def test_what_was_closed_after_the_backup_stays_closed(data: Path, tmp_path: Path) -> None:
    assert run(data, "backup", tmp_path / "open.tar").exit_code == 0

    async def close() -> None:
        db = Database(sqlite_url(data), Journal(data / "journal"))
        [(session,)] = sql(data / "tyck.sqlite3", "SELECT id FROM sessions")
        await run_session.close(db, Live(), Revisions(db), load_key(data, "grants"), session)
        await db.close()

    run_aside(close())
    packets = sql(data / "tyck.sqlite3", "SELECT * FROM packets ORDER BY id")
    assert packets
    for _ in range(2):
        done = run(data, "restore", tmp_path / "open.tar")
        assert done.exit_code == 0, done.output
        assert "came 1 entries that the database lacked" in done.stderr
        assert sql(data / "tyck.sqlite3", "SELECT * FROM packets ORDER BY id") == packets
        assert sql(data / "tyck.sqlite3", "SELECT state, released FROM sessions") == [("closed", 1)]
        assert sql(data / "tyck.sqlite3", "SELECT count(*) FROM responses") == [(0,)]


def test_without_the_journal_sessions_wait_for_a_person(data: Path, backup: Path) -> None:
    shutil.rmtree(data / "journal")
    done = run(data, "restore", backup)
    assert done.exit_code == 0
    assert "sessions wait for a person at http://localhost:8000/staff/unreleased" in done.stderr
    assert sql(data / "tyck.sqlite3", "SELECT state, released FROM sessions") == [("open", 0)]
    assert run(data, "restore", backup).exit_code == 0
    assert sql(data / "tyck.sqlite3", "SELECT released FROM sessions") == [(0,)]


def test_a_restore_that_is_refused_leaves_no_trace_in_the_journal(
    data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (data / "journal").iterdir()}

    shutil.rmtree(data / "journal")
    assert run(data, "restore", backup).exit_code == 0
    before = lines()
    monkeypatch.setattr(restore, "_make_aside", lambda _data: (_ for _ in ()).throw(OSError(28, "No space left")))
    assert "No space left" in refusal(run(data, "restore", backup))
    assert lines() == before


def test_a_backup_of_an_older_version_gets_todays_tables(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"

    async def make() -> None:
        db = Database(sqlite_url(old))
        async with db.writing() as tx:
            await tx.run_sync(upgrade, "0003")
        await db.close()

    run_aside(make())
    load_key(old, "grants")
    assert run(old, "backup", tmp_path / "old.tar").exit_code == 0
    assert run(new, "restore", tmp_path / "old.tar").exit_code == 0
    assert run(new, "account", "list").exit_code == 0


def cut(file: Path, part: float) -> None:
    os.truncate(file, int(file.stat().st_size * part))


def flip(file: Path, name: str) -> None:
    """Changes one bit in the middle of a part."""
    with tarfile.open(file) as tar:
        member = tar.getmember(name)
    with file.open("r+b") as raw:
        raw.seek(member.offset_data + member.size // 2)
        (byte,) = raw.read(1)
        raw.seek(-1, os.SEEK_CUR)
        raw.write(bytes([byte ^ 1]))


def pack_again(file: Path, change: Callable[[Path, dict[str, Any]], None]) -> None:
    """Makes the backup anew, with digests that are right, after `change` of its parts and its manifest."""
    parts = file.parent / "parts"
    manifest = archive.read_archive(file, parts, lambda _done, _of: None)
    said: dict[str, Any] = {"made_at": manifest.made_at, "schema": manifest.schema, "counts": manifest.counts}
    change(parts, said)
    with file.open("wb") as out:
        archive.write_archive(out, parts, **said, told=lambda _done, _of: None)


def newer_schema(parts: Path, said: dict[str, Any]) -> None:
    sql(parts / "tyck.sqlite3", "UPDATE alembic_version SET version_num = '9999'")
    said["schema"] = "9999"


def torn_database(parts: Path, _said: dict[str, Any]) -> None:
    with (parts / "tyck.sqlite3").open("r+b") as file:
        file.seek(40_000)
        file.write(b"\x00" * 60_000)


def no_database(parts: Path, _said: dict[str, Any]) -> None:
    (parts / "tyck.sqlite3").unlink()


def other_rows(_parts: Path, said: dict[str, Any]) -> None:
    said["counts"] = {**said["counts"], "responses": 9}


def strange_part(parts: Path, _said: dict[str, Any]) -> None:
    (parts / "x").write_bytes(b"x")


def foreign_zip(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("poll.json", "{}")


def foreign_tar(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, "x")


def newer_format(file: Path) -> None:
    content = json.dumps({"tyck": 2}).encode()
    with tarfile.open(file, "w") as tar:
        info = tarfile.TarInfo("manifest.json")
        info.size = len(content)
        spool = file.with_suffix(".json")
        spool.write_bytes(content)
        with spool.open("rb") as read:
            tar.addfile(info, read)


SPOILED: list[tuple[str, Callable[[Path], object], str]] = [
    ("empty", lambda file: file.write_bytes(b""), "no backup of Tyck"),
    ("noise", lambda file: file.write_bytes(os.urandom(5000)), "no backup of Tyck"),
    ("zip", foreign_zip, "no backup of Tyck"),
    ("tar", foreign_tar, "no backup of Tyck"),
    ("database", lambda file: shutil.copyfile(file.parent / "data" / "tyck.sqlite3", file), "no backup of Tyck"),
    ("strange part", lambda file: pack_again(file, strange_part), "no backup of Tyck holds: 'x'"),
    *[(f"cut at {part}", lambda file, part=part: cut(file, part), "part of") for part in (0.01, 0.3, 0.6, 0.9, 0.95)],
    *[(f"bit of {name}", lambda file, name=name: flip(file, name), "damaged") for name in sorted(FILES)],
    ("newer Tyck", newer_format, "newer Tyck"),
    ("newer tables", lambda file: pack_again(file, newer_schema), "newer than this program"),
    ("torn database", lambda file: pack_again(file, torn_database), "is damaged"),
    ("no database", lambda file: pack_again(file, no_database), "unable to open"),
    ("other rows", lambda file: pack_again(file, other_rows), "something else than was packed"),
]


@pytest.mark.parametrize(("spoil", "says"), [row[1:] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_a_spoiled_file_changes_nothing(
    data: Path, backup: Path, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    file = Path(shutil.copyfile(backup, tmp_path / "spoiled.tar"))
    spoil(file)
    before = look(data)
    assert says in refusal(run(data, "restore", file))
    assert look(data) == before
    assert not {"restoring", "replaced"} & {path.name for path in data.iterdir()}


def test_a_server_that_runs_is_left_alone(data: Path, backup: Path) -> None:
    before = look(data)
    with hold(data):
        for command in (("restore", backup), ("serve",), ("demo",), ("migrate",)):
            assert "A server runs on" in refusal(run(data, *command))
        assert run(data, "backup", data.parent / "beside.tar").exit_code == 0
    assert look(data) == before


@pytest.mark.parametrize("moved", range(7))
def test_a_restore_that_is_cut_short_is_finished_by_whoever_comes_next(
    data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    wanted = look(data)
    sql(data / "tyck.sqlite3", "DELETE FROM responses")
    shutil.rmtree(data / "keys")
    load_key(data, "grants")
    left, move = moved, restore._move

    def cut_short(source: Path, target: Path) -> None:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        move(source, target)

    monkeypatch.setattr(restore, "_move", cut_short)
    run(data, "restore", backup)
    monkeypatch.undo()
    assert left == 0
    assert (data / "restoring").exists()
    restore.finish_restore(data)
    assert look(data) == wanted
    assert not (data / "restoring").exists()


def test_a_restore_that_was_cut_short_before_it_was_ready_leaves_nothing(
    data: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = look(data)
    monkeypatch.setattr(restore, "_be_ready", lambda *_: os._exit(9))
    if (child := os.fork()) == 0:
        run(data, "restore", backup)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (data / "restoring").exists()
    monkeypatch.undo()
    assert run(data, "migrate").exit_code == 0
    assert look(data) == before


def in_little_space(data: Path, command: str, file: Path) -> subprocess.CompletedProcess[str]:
    """The command as a process whose files can only be small: the disk is full for it."""
    limited = ["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", sys.executable, "-m", "server", command, str(file)]
    environment = {**os.environ, "TYCK_DATA_DIR": str(data)}
    return subprocess.run(limited, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_full_disk_leaves_nothing_behind(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "out").mkdir()
    file = tmp_path / "out" / "full.tar"
    done = in_little_space(data, "backup", file)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"Error: {file} was not written: ")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=50_000_000))
    assert "it needs 101 MB of disk, and 50 MB are free." in refusal(run(data, "backup", file))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_is_full_while_restoring_changes_nothing(data: Path, backup: Path) -> None:
    before = look(data)
    done = in_little_space(data, "restore", backup)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("Error: Nothing was restored: ")
    assert look(data) == before
    assert not (data / "restoring").exists()


@pytest.mark.parametrize("file", ["/proc/backup.tar", "missing/backup.tar"])
def test_a_place_that_cannot_be_written_is_one_line(data: Path, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data)
    assert "was not written" in refusal(run(data, "backup", file))


@pytest.mark.postgres
def test_postgresql_is_backed_up_by_its_own_programs(migrated: str, cluster: Cluster, tmp_path: Path) -> None:
    if not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed here.")
    url, data, file = cluster.new_database(like=migrated), tmp_path / "data", tmp_path / "backup.tar"
    load_key(data, "grants")
    environment = {"TYCK_DATA_DIR": str(data), "TYCK_DATABASE_URL": url}
    done = CliRunner().invoke(main, ["backup", str(file)], env=environment)
    assert done.exit_code == 0, done.output
    assert set(archive.read_manifest(file).parts) == {"tyck.dump", "keys/grants.key"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "TYCK_DATABASE_URL names another" in CliRunner().invoke(main, ["restore", str(file)], env=environment).stderr
    assert "PostgreSQL" in refusal(run(tmp_path / "new", "restore", file))
    with tarfile.open(file) as tar:
        tar.extract("tyck.dump", tmp_path)
    again = cluster.new_database()
    target = again.replace("postgresql+asyncpg", "postgresql")
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={target}", str(tmp_path / "tyck.dump")], check=True)
    checked = CliRunner().invoke(main, ["doctor"], env={**environment, "TYCK_DATABASE_URL": again})
    assert "well   database: PostgreSQL, at this version" in checked.stdout
    assert "well   journal: all of it" in checked.stdout


@pytest.mark.postgres
def test_without_pg_dump_postgresql_is_refused_in_one_line(
    migrated: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    environment = {"TYCK_DATA_DIR": str(tmp_path), "TYCK_DATABASE_URL": cluster.new_database(like=migrated)}
    done = CliRunner().invoke(main, ["backup", str(tmp_path / "x.tar")], env=environment)
    assert "pg_dump, which is not installed here" in refusal(done)
    assert not (tmp_path / "x.tar").exists()


def test_what_cannot_be_backed_up_or_restored_is_one_line(tmp_path: Path, data: Path) -> None:
    assert "no database" in refusal(run(tmp_path / "empty", "backup", tmp_path / "x.tar"))
    assert "No such file" in refusal(run(data, "restore", tmp_path / "x.tar"))
    (data / "tyck.sqlite3").write_bytes(b"no database at all" * 500)
    assert "not a database" in refusal(run(data, "backup", tmp_path / "x.tar"))
    assert not (tmp_path / "x.tar").exists()


def test_a_backup_made_while_tablets_deliver_holds_what_was_confirmed_before(tmp_path: Path) -> None:
    server = DemoServer(tmp_path / "data")
    server.data.mkdir()
    server.start()
    load = Load((server.port,))
    kept: dict[str, set[str]] = {}
    with load.running(server.classes[0].link):
        for name in ("one", "other"):
            load.wait_for(30)
            before = set(load.confirmed)
            assert run(server.data, "backup", tmp_path / f"{name}.tar").exit_code == 0
            assert run(tmp_path / name, "restore", tmp_path / f"{name}.tar").exit_code == 0
            kept[name] = {id_ for (id_,) in sql(tmp_path / name / "tyck.sqlite3", "SELECT id FROM responses")}
            counted = sql(tmp_path / name / "tyck.sqlite3", "SELECT sum(arrived) FROM participation")
            assert (before <= kept[name], counted) == (True, [(len(kept[name]),)])
        load.wait_for(30)
    server.stop()
    assert kept["one"] < kept["other"] < set(load.confirmed)
