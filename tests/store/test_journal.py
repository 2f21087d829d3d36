"""What is written into the journal survives, what was torn or taken back is none, and the chain tells what lacks."""

import os
import stat
from pathlib import Path

import pytest

from server.store.journal import Entry, Journal, Statement, make_entry

WORK: list[Statement] = [("INSERT INTO t VALUES (?, ?)", [(1, "å"), (None, b"\x00\xff")]), ("DELETE FROM t", [()])]


def entry(name: str, previous: str = "") -> Entry:
    return make_entry(name, previous, "0010", WORK, "sqlite")


def ids(found: list[Entry] | None) -> list[str] | None:
    return found if found is None else [each.id for each in found]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def file_of(journal: Journal) -> Path:
    (path,) = journal.folder.iterdir()
    return path


def test_an_entry_comes_back_as_it_was_written(journal: Journal) -> None:
    assert journal.is_empty()
    written = entry("e1")
    journal.write(written)
    assert not journal.is_empty()
    (found,) = journal.entries()
    assert found == written
    assert found.statements == WORK


def test_the_journal_is_its_owners_alone(journal: Journal) -> None:
    journal.write(entry("e1"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in journal.folder.iterdir()}
    assert (stat.S_IMODE(journal.folder.stat().st_mode), modes) == (0o700, {0o600})


def test_an_entry_is_on_the_disk_before_it_counts(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_size)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    journal.write(entry("e1"))
    assert file_of(journal).stat().st_size in synced
    assert len(synced) >= 2, "the folder too: the file is new"


@pytest.mark.parametrize("kept", [0, 1, 20, -2])
def test_a_torn_line_is_no_entry_and_spoils_no_other(journal: Journal, kept: int) -> None:
    journal.write(entry("e1"))
    whole = file_of(journal).read_bytes()
    journal.write(entry("e2", "e1"))
    torn = file_of(journal).read_bytes()[len(whole) :]
    file_of(journal).write_bytes(whole + torn[:kept])
    journal.write(entry("e3", "e1"))
    assert [each.id for each in journal.entries()] == ["e1", "e3"]
    assert ids(journal.entries_after("e1")) == ["e3"]


def test_what_has_rotted_is_no_entry_and_breaks_the_chain(journal: Journal) -> None:
    for number in (1, 2, 3):
        journal.write(entry(f"e{number}", f"e{number - 1}"))
    path = file_of(journal)
    path.write_text(path.read_text().replace('"id":"e2"', '"id":"e9"'))
    assert [each.id for each in journal.entries()] == ["e1", "e3"]
    assert ids(journal.entries_after("e1")) is None
    assert ids(journal.entries_after("e2")) == ["e3"]


@pytest.mark.parametrize("line", ["7", "[]", '{"void"', "null", '{"id":"x","sum":"y"}', "ö"])
def test_any_other_line_is_passed_over(journal: Journal, line: str) -> None:
    journal.write(entry("e1"))
    with file_of(journal).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert [each.id for each in journal.entries()] == ["e1"]


def test_what_was_taken_back_never_was(journal: Journal) -> None:
    journal.write(entry("e1"))
    # The two may come in either order: a thread that still writes is not waited for.
    journal.void("e3")
    journal.write(entry("e2", "e1"))
    journal.void("e2")
    journal.write(entry("e3", "e1"))
    assert [each.id for each in journal.entries()] == ["e1"]
    assert ids(journal.entries_after("e1")) == []
    journal.write(entry("e4", "e1"))
    assert ids(journal.entries_after("e1")) == ["e4"]


def test_the_chain_passes_over_what_another_process_did_not_see(journal: Journal) -> None:
    """A killed server left e2; before its next start the command line wrote e3 behind e1."""
    for name, previous in (("e1", "g"), ("e2", "e1"), ("e3", "e1")):
        journal.write(entry(name, previous))
    assert ids(journal.entries_after("e1")) == ["e3"]
    assert ids(journal.entries_after("g")) == ["e1", "e3"]
    assert ids(journal.entries_after("e3")) == []


def test_days_are_files_and_old_ones_go(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    # The clock is set back once: what comes later still stands behind what came before.
    for number, day in enumerate((10, 11, 9, 12), 1):
        monkeypatch.setattr("time.time", lambda day=day: day * 86_400.0)
        journal.write(entry(f"e{number}", f"e{number - 1}"))
    assert sorted(path.name for path in journal.folder.iterdir()) == ["10.jsonl", "11.jsonl", "12.jsonl"]
    assert ids(journal.entries_after("e0")) == ["e1", "e2", "e3", "e4"]
    journal.forget_before(11)
    assert ids(journal.entries_after("e1")) == ["e2", "e3", "e4"]
    assert ids(journal.entries_after("e0")) is None
    journal.forget_before(99)
    assert [each.id for each in journal.entries()] == ["e4"], "a chain needs its end"


def test_an_empty_journal_reaches_back_to_nothing(journal: Journal) -> None:
    assert journal.entries_after("g") is None
    assert list(journal.entries()) == []
