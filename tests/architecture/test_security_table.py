"""docs/security.md has a row for every requirement of ASVS 5.0 up to level 2, and what it names as evidence exists."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([\d., –]+) \| (yes|partly|no|–) \| (.+) \|$", PAGE, flags=re.MULTILINE)
# The requirements of ASVS 5.0.0 at levels 1 and 2: how many of each section, always its first ones.
SECTIONS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1
    5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1
    8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
    12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4
    16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""


def numbers(written: str) -> Iterator[str]:
    """`1.2.6–1.2.8, 1.3.1` one by one."""
    for part in written.split(", "):
        first, _, last = part.partition("–")
        section, _, begin = first.rpartition(".")
        end = last.rpartition(".")[2] or begin
        yield from (f"{section}.{number}" for number in range(int(begin), int(end) + 1))


def test_every_requirement_has_one_row() -> None:
    parts = (part.split(":") for part in SECTIONS.split())
    wanted = {f"{section}.{number}" for section, most in parts for number in range(1, int(most) + 1)}
    assert Counter(each for row in ROWS for each in numbers(row[0])) == Counter(wanted)


def test_what_holds_is_shown_and_what_does_not_has_its_reason() -> None:
    for row, _, evidence in ROWS:
        assert len(evidence) > 10, row


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w./-]+\.py(?:::\w+)?)`", PAGE))))
def test_every_test_and_file_that_is_named_is_there(named: str) -> None:
    path, _, test = named.partition("::")
    found = next((place for place in (ROOT / "tests" / path, ROOT / path) if place.is_file()), None)
    assert found, named
    assert not test or re.search(rf"^(async )?def {test}\(", found.read_text("utf-8"), flags=re.MULTILINE), named


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"`((?:docs|server|pwa)/[\w./-]+\.(?:md|js|html)|requirements\.txt)`", PAGE)))
)
def test_every_document_that_is_named_is_there(named: str) -> None:
    assert (ROOT / named).is_file()
