"""Results as a workbook: a sheet that explains, and one long table to filter."""

import io
from datetime import datetime

from xlsxwriter import Workbook

from server.exports.rows import Record
from server.exports.words import WIDTHS, notes, say, table

_NOTE_WIDTH = 100
# The same results make the same file, whenever it is made.
_MADE = datetime(2000, 1, 1)
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_xlsx(record: Record, lang: str) -> bytes:
    """A text stays a text, whatever it begins with; what is withheld is an empty cell."""
    _ = say(lang)
    made = io.BytesIO()
    with Workbook(made, _OPTIONS) as book:
        title = record.consultation.title[lang]
        book.set_properties({"title": title, "author": record.publisher.name[lang], "created": _MADE})
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        about = book.add_worksheet(_("Read me"))
        about.set_column(0, 0, _NOTE_WIDTH, wrap)
        about.write_string(0, 0, title, bold)
        for number, note in enumerate(notes(record, lang), start=1):
            about.write_string(number, 0, note)
        sheet = book.add_worksheet(_("Results"))
        rows = table(record, lang)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row, bold if number == 0 else None)
        for number, width in enumerate(WIDTHS):
            sheet.set_column(number, number, width)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows) - 1, len(rows[0]) - 1)
    return made.getvalue()
