"""Results as CSV: RFC 4180, UTF-8; a byte order mark in front where spreadsheets are to read å, ä and ö."""

import csv
import io
from collections.abc import Iterable

from server.exports.rows import Record, rows_of
from server.exports.words import COLUMNS, raw

MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: object) -> object:
    """A spreadsheet runs what begins like a formula, also after spaces; an apostrophe in front makes it a text."""
    is_formula = isinstance(cell, str) and (cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA))
    return f"'{cell}" if is_formula else cell


def as_csv(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table whose cells are texts and whole numbers; None is an empty cell."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(head)
    table.writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def write_csv(record: Record, lang: str) -> bytes:
    """Every row in one language, with the stable names of its columns as the head."""
    rows = (raw(row, record, lang).values() for row in rows_of(record.levels))
    return (MARK + as_csv(COLUMNS, rows)).encode()
