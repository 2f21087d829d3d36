"""The child process that writes an OpenDocument spreadsheet: a book of sheets.py on stdin, the file on stdout."""

import io
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document, Style

from server.exports.zipped import unzipped, zipped

_MADE = datetime(2000, 1, 1)
_EMPTY = b"<office:spreadsheet/>"
_CM_PER_CHARACTER = 0.2


def write(book: Mapping[str, Any]) -> bytes:
    """A text stays a text, whatever it begins with; what is withheld is an empty cell."""
    document = Document("ods")
    document.body.clear()
    document.meta.title = book["title"]
    document.meta.creation_date = document.meta.date = _MADE
    styles = document.content.get_element("//office:automatic-styles")
    assert styles is not None
    for width in sorted({width for _, widths, _ in book["sheets"] for width in widths}):
        styles.append(Style("table-column", name=f"w{width}", width=f"{width * _CM_PER_CHARACTER:.1f}cm"))
    made = io.BytesIO()
    document.save(made)
    files = unzipped(made.getvalue())
    tables = "".join(_table(*sheet) for sheet in book["sheets"])
    filled = f"<office:spreadsheet>{tables}</office:spreadsheet>".encode()
    files["content.xml"] = files["content.xml"].replace(_EMPTY, filled, 1)
    return zipped(files, stored="mimetype")


def _table(name: str, widths: Sequence[int], rows: Sequence[Sequence[str | int | None]]) -> str:
    """As text, and set into the document as text: the library takes seconds for the rows of a town."""
    columns = "".join(f'<table:table-column table:style-name="w{width}"/>' for width in widths)
    lines = "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
    return f"<table:table table:name={quoteattr(name)}>{columns}{lines}</table:table>"


def _cell(value: str | int | None) -> str:
    if not isinstance(value, str | int):
        return "<table:table-cell/>"
    kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}">{text}</table:table-cell>'


if __name__ == "__main__":
    sys.stdout.buffer.write(write(json.load(sys.stdin)))
