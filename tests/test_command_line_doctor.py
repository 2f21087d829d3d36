"""`doctor` says what is wrong, `erase` and the night delete what has had its time, and the night makes backups."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from server.__main__ import main
from server.domain.responses import Gone
from server.night import BackupFailed, Night
from server.seals import Seals
from server.settings import Settings, read_settings
from server.store.archive import read_manifest
from server.store.database import Database
from server.store.journal import Journal
from server.usecases.backup import list_nightly, nightly_file
from server.usecases.forget import DAY_S
from server.usecases.retention import COPIES_DAYS, keep_to_retention
from tests.copies import run_aside, sqlite_url
from tests.web.staff import fill_world

NOW = int(time.time())
TWO_O_CLOCK = datetime(2026, 11, 22, 2, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


def run(data: Path, *arguments: object, **settings: str) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], env={"TYCK_DATA_DIR": str(data), **settings})


def sql(data: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "tyck.sqlite3")) as db, db:
        return db.execute(statement).fetchall()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "data"
    fill_world(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "data"))


def test_a_healthy_installation_has_nothing_wrong(data: Path) -> None:
    done = run(data, "doctor")
    assert done.exit_code == 0, done.output
    assert {line.split(": ")[0] for line in done.stdout.splitlines()} >= {
        f"well   {part}" for part in ("files", "keys", "disk", "database", "journal", "backups")
    }


def test_a_new_installation_has_nothing_wrong(tmp_path: Path) -> None:
    assert run(tmp_path / "new", "migrate").exit_code == 0
    done = run(tmp_path / "new", "doctor")
    assert done.exit_code == 0, done.output


def readable_by_others(data: Path) -> None:
    (data / "tyck.sqlite3").chmod(0o640)


def of_another_account(data: Path) -> None:
    os.chown(data / "keys" / "grants.key", 12345, 12345)


def no_key(data: Path) -> None:
    (data / "keys" / "grants.key").unlink()


def empty_key(data: Path) -> None:
    (data / "keys" / "grants.key").write_bytes(b"")


def torn(data: Path) -> None:
    with (data / "tyck.sqlite3").open("r+b") as file:
        file.seek(40_000)
        file.write(b"\x00" * 60_000)


def dangling(data: Path) -> None:
    sql(data, "UPDATE sessions SET area = 'nowhere'")


def no_journal(data: Path) -> None:
    shutil.rmtree(data / "journal")


def behind(data: Path) -> None:
    sql(data, "DELETE FROM journaled WHERE seq = (SELECT max(seq) FROM journaled)")


def unreleased(data: Path) -> None:
    sql(data, "UPDATE sessions SET released = 0")


def older(data: Path) -> None:
    sql(data, "UPDATE alembic_version SET version_num = '0009'")


def no_database(data: Path) -> None:
    (data / "tyck.sqlite3").unlink()


def no_backup(data: Path) -> None:
    os.utime(data / "keys" / "grants.key", (NOW - 3 * DAY_S, NOW - 3 * DAY_S))


def bad_backup(data: Path) -> None:
    (data / "backups").mkdir(mode=0o700)
    nightly_file(data, "2026-11-22").touch(0o600)


def interrupted(data: Path) -> None:
    (data / "restoring").mkdir(mode=0o700)
    (data / "restoring" / "ready.json").touch(0o600)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (readable_by_others, "files: others on this machine may read tyck.sqlite3"),
        pytest.param(
            of_another_account,
            "files: grants.key belong to another account",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="Only root gives files away."),
        ),
        (no_key, "keys: keys/grants.key is missing"),
        (empty_key, "keys: grants.key empty"),
        (torn, "database: The database is damaged"),
        (dangling, "database: rows point to rows that are not there, in sessions"),
        (no_journal, "journal: it does not reach back"),
        (behind, "journal: 1 entries are not in the database"),
        (unreleased, "sessions: after a restore 1 wait"),
        (older, "migrate"),
        (no_database, "database: "),
        (no_backup, "backups: none yet"),
        (bad_backup, "backups: tyck-2026-11-22.tar is of no use"),
        (interrupted, "restore: one was interrupted"),
    ],
)
def test_what_is_wrong_is_named(data: Path, spoil: Callable[[Path], None], says: str) -> None:
    spoil(data)
    done = run(data, "doctor")
    assert done.exit_code == 1
    assert any(line.startswith("WRONG") and says in line for line in done.stdout.splitlines()), done.stdout
    assert done.stderr.splitlines()[-1].startswith("Error: ")


def test_a_backup_that_is_two_days_old_is_too_old(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "backups").mkdir(mode=0o700)
    assert run(data, "backup", nightly_file(data, "2026-11-22")).exit_code == 0
    assert "well   backups: 1, the newest 0 hours old" in run(data, "doctor").stdout
    made_at = read_manifest(nightly_file(data, "2026-11-22")).made_at
    monkeypatch.setattr(time, "time", lambda: made_at + 2 * DAY_S)
    assert "WRONG  backups: 1, the newest 48 hours old" in run(data, "doctor").stdout
    assert "well   backups: nightly ones are off" in run(data, "doctor", TYCK_BACKUPS="0").stdout


def test_without_a_data_directory_there_is_one_line(tmp_path: Path) -> None:
    done = run(tmp_path / "none", "doctor")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("nights", ["31", "-1", "x"])
def test_a_setting_that_is_no_number_of_nights_is_refused(data: Path, nights: str) -> None:
    done = run(data, "doctor", TYCK_BACKUPS=nights)
    assert (done.exit_code, done.stderr.count("TYCK_BACKUPS")) == (1, 1)


def age(path: Path, days: float) -> Path:
    """Makes a file, or a folder, that was changed so many days ago."""
    path.parent.mkdir(exist_ok=True)
    if path.suffix:
        path.write_bytes(b"x")
    else:
        path.mkdir()
        (path / "old").touch()
    os.utime(path, (NOW - days * DAY_S, NOW - days * DAY_S))
    return path


async def test_the_round_deletes_what_has_had_its_time(data: Path) -> None:
    seals = Seals(data)
    spent, kept = (seals.seal(name, "x", b"y") for name in ("third-place", "other"))
    sql(data, f"UPDATE consultations SET frozen = 1, frozen_at = {NOW - 30 * DAY_S - 1}")
    sql(data, f"INSERT INTO actions (at, staff, what, area, about) VALUES ({NOW - 731 * DAY_S}, '', 'x', 'stad', '')")
    sql(data, f"INSERT INTO invitations VALUES ('dead', 'p_Alva', {NOW - 1}), ('good', 'p_Mika', {NOW + 1})")
    for token, seen_at in (("idle", NOW - 8 * 3600 - 1), ("here", NOW)):
        row = f"'{token}', 'p_Alva', {seen_at}, {NOW - 8 * 3600}"
        sql(data, f"INSERT INTO sign_ins (token_hash, staff, seen_at, began_at) VALUES ({row})")
    old = [
        age(data / "backups" / "tyck-2020-01-01.tar", COPIES_DAYS + 0.1),
        age(data / "backups" / ".tyck-backup-killed", 1.1),
        age(data / "replaced" / "old", COPIES_DAYS + 0.1),
        age(data / "journal" / f"{NOW // DAY_S - 91}.jsonl", 91),
    ]
    young = [
        age(data / "backups" / "tyck-2020-01-02.tar", COPIES_DAYS - 0.1),
        age(data / "backups" / ".tyck-backup-at-work", 0.9),
        age(data / "replaced" / "young", COPIES_DAYS - 0.1),
        *(data / "journal").glob(f"{NOW // DAY_S}.jsonl"),
    ]
    await make_round(data, seals, NOW)
    assert not [path for path in old if path.exists()]
    assert [path for path in young if path.exists()] == young
    assert sql(data, "SELECT token_hash FROM invitations") == [("good",)]
    assert sql(data, "SELECT token_hash FROM sign_ins") == [("here",)]
    assert sql(data, f"SELECT * FROM actions WHERE at < {NOW - 730 * DAY_S}") == []
    assert seals.open("other", "x", kept) == b"y"
    with pytest.raises(Gone):
        seals.open("third-place", "x", spent)


async def make_round(data: Path, seals: Seals, now: int) -> None:
    db = Database(sqlite_url(data), Journal(data / "journal"))
    await keep_to_retention(db, seals, data, now)
    await db.close()


def test_a_journal_that_rested_over_a_summer_keeps_its_end(data: Path) -> None:
    (newest,) = (data / "journal").iterdir()
    run_aside(make_round(data, Seals(data), NOW + 200 * DAY_S))
    assert newest.exists()
    assert "well   journal: all of it" in run(data, "doctor").stdout


def test_erase_does_the_same_by_command(data: Path) -> None:
    sql(data, "INSERT INTO invitations VALUES ('dead', 'p_Alva', 1)")
    done = run(data, "erase")
    assert done.exit_code == 0, done.output
    assert sql(data, "SELECT count(*) FROM invitations") == [(0,)]


def settings_of(data: Path, nights: int) -> Settings:
    return read_settings({"TYCK_DATA_DIR": str(data), "TYCK_BACKUPS": str(nights)})


async def test_each_night_has_its_backup_and_as_many_are_kept_as_was_said(data: Path) -> None:
    settings = settings_of(data, 2)
    db = Database(settings.database_url, Journal(data / "journal"))
    night = Night(settings, db, Seals(data))
    await night.work(TWO_O_CLOCK - timedelta(minutes=1))
    assert list_nightly(data) == []
    for day in range(3):
        await night.work(TWO_O_CLOCK + timedelta(days=day))
    made = [path.stat().st_mtime_ns for path in list_nightly(data)]
    await night.work(TWO_O_CLOCK + timedelta(days=2, hours=3))
    await db.close()
    assert [path.name for path in list_nightly(data)] == ["tyck-2026-11-23.tar", "tyck-2026-11-24.tar"]
    assert [path.stat().st_mtime_ns for path in list_nightly(data)] == made
    assert read_manifest(list_nightly(data)[0]).counts["responses"] == 8


async def test_a_night_without_a_backup_says_why_and_keeps_the_ones_there_are(
    data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_of(data, 1)
    db = Database(settings.database_url, Journal(data / "journal"))
    night = Night(settings, db, Seals(data))
    await night.work(TWO_O_CLOCK)
    (kept,) = list_nightly(data)
    torn(data)
    with pytest.raises(BackupFailed):
        await night.work(TWO_O_CLOCK + timedelta(days=1))
    await db.close()
    assert list_nightly(data) == [kept]
    assert "was not written: The database" in caplog.text


async def test_no_night_makes_backups_when_none_are_wanted(data: Path) -> None:
    settings = settings_of(data, 0)
    db = Database(settings.database_url, Journal(data / "journal"))
    await Night(settings, db, Seals(data)).work(TWO_O_CLOCK)
    await db.close()
    assert not (data / "backups").exists()
