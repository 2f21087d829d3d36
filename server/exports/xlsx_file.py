"""The child process that writes a workbook: a book of sheets.py on stdin, the file on stdout."""

import io
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xlsxwriter import Workbook

# The same results make the same file, whenever it is made.
_MADE = datetime(2000, 1, 1)
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(book: Mapping[str, Any]) -> bytes:
    """A text stays a text, whatever it begins with; what is withheld is an empty cell."""
    made = io.BytesIO()
    with Workbook(made, _OPTIONS) as workbook:
        workbook.set_properties({"title": book["title"], "author": book["author"], "created": _MADE})
        bold = workbook.add_format({"bold": True})
        wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        for name, widths, rows in book["sheets"]:
            sheet = workbook.add_worksheet(name)
            for number, width in enumerate(widths):
                sheet.set_column(number, number, width, wrap if len(widths) == 1 else None)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row, bold if number == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows) - 1, len(widths) - 1)
    return made.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(write(json.load(sys.stdin)))
