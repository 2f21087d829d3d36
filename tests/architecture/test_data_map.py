"""Every column of every table is said in docs/privacy.md: what it is, why it is there, how long it stays."""

import re
from pathlib import Path

import pytest

from server.store.schema import metadata

ROOT = Path(__file__).resolve().parents[2]
MAP = (
    (ROOT / "docs/privacy.md")
    .read_text("utf-8")
    .partition("## Every column")[2]
    .partition("**Beside the database.**")[0]
)
ROWS = {
    row[0].strip("` "): row[1:]
    for line in MAP.splitlines()
    if line.startswith("| `") and len(row := [cell.strip() for cell in line.strip("|").split("|")])
}


def test_the_map_names_the_tables_there_are() -> None:
    assert ROWS.keys() == metadata.tables.keys()


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_column_has_its_entry(table: str) -> None:
    columns, why, how_long = ROWS[table]
    assert re.findall(r"`(\w+)`", columns) == [column.name for column in metadata.tables[table].columns]
    assert len(why) > 10
    assert re.search(r"until|kept|days|year|minutes|hours|for good|overwritten", how_long)
