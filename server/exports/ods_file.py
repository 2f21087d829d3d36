"""Results as an OpenDocument spreadsheet: a sheet that explains, and one long table."""

import io
from collections.abc import Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from odfdo import Document, Style

from server.exports.rows import Record
from server.exports.words import WIDTHS, notes, say, table
from server.exports.zipped import unzipped, zipped

_MADE = datetime(2000, 1, 1)
_EMPTY = b"<office:spreadsheet/>"
_NOTE_WIDTH = 100
_CM_PER_CHARACTER = 0.2


def write_ods(record: Record, lang: str) -> bytes:
    """A text stays a text, whatever it begins with; what is withheld is an empty cell."""
    _ = say(lang)
    title = record.consultation.title[lang]
    document = Document("ods")
    document.body.clear()
    document.meta.title = title
    document.meta.creation_date = document.meta.date = _MADE
    about = [[title], *([note] for note in notes(record, lang))]
    styles = document.content.get_element("//office:automatic-styles")
    assert styles is not None
    for width in sorted({_NOTE_WIDTH, *WIDTHS}):
        styles.append(Style("table-column", name=f"w{width}", width=f"{width * _CM_PER_CHARACTER:.1f}cm"))
    made = io.BytesIO()
    document.save(made)
    files = unzipped(made.getvalue())
    tables = _table(_("Read me"), (_NOTE_WIDTH,), about) + _table(_("Results"), WIDTHS, table(record, lang))
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
