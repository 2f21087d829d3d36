"""Results as a spreadsheet: a sheet that explains, and one long table. A child process writes the file."""

import asyncio
from typing import Any

from server.child import ask_child, module
from server.exports.rows import Record
from server.exports.words import WIDTHS, notes, say, table

_NOTE_WIDTH = 100


async def write_sheets(record: Record, lang: str, kind: str) -> bytes:
    """The file as `xlsx` or `ods`."""
    # Tables of many schools take a while: nobody who answers waits.
    return await ask_child(module(f"server.exports.{kind}_file"), await asyncio.to_thread(book, record, lang))


def book(record: Record, lang: str) -> dict[str, Any]:
    """What a child is given: the title, who publishes it, each sheet's name, widths of columns in characters, rows."""
    _ = say(lang)
    title = record.consultation.title[lang]
    about = [[title], *([note] for note in notes(record, lang))]
    sheets = [(_("Read me"), (_NOTE_WIDTH,), about), (_("Results"), WIDTHS, table(record, lang))]
    return {"title": title, "author": record.publisher.name[lang], "sheets": sheets}
