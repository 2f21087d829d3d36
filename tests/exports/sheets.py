"""Reads the spreadsheets that Tyck writes, as plain as they lie in their zip files: sheets by name, rows of cells."""

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

_X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_O = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"


def read_xlsx(body: bytes) -> dict[str, list[list[Any]]]:
    """Numbers as int, texts as str, empty cells as None."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        texts = ["".join(item.itertext()) for item in _root(archive, "xl/sharedStrings.xml")]
        names = [sheet.get("name", "") for sheet in _root(archive, "xl/workbook.xml").iter(f"{_X}sheet")]
        sheets = [_root(archive, f"xl/worksheets/sheet{number}.xml") for number in range(1, len(names) + 1)]
    return {
        name: [_xlsx_row(row, texts) for row in sheet.iter(f"{_X}row")]
        for name, sheet in zip(names, sheets, strict=True)
    }


def _root(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))


def _xlsx_row(row: ElementTree.Element, texts: list[str]) -> list[Any]:
    found: list[Any] = []
    for cell in row:
        letters = (cell.get("r") or "").rstrip("0123456789")
        while len(found) < ord(letters) - ord("A"):
            found.append(None)
        value = cell.find(f"{_X}v")
        text = value.text if value is not None else None
        found.append(None if text is None else texts[int(text)] if cell.get("t") == "s" else int(text))
    return found


def read_ods(body: bytes) -> dict[str, list[list[Any]]]:
    """The same of an OpenDocument spreadsheet."""
    office, table = _O % "office", _O % "table"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        content = _root(archive, "content.xml")
    return {
        sheet.get(f"{table}name", ""): [
            [_ods_cell(cell, office) for cell in row.iter(f"{table}table-cell")]
            for row in sheet.iter(f"{table}table-row")
        ]
        for sheet in content.iter(f"{table}table")
    }


def _ods_cell(cell: ElementTree.Element, office: str) -> Any:
    kind = cell.get(f"{office}value-type")
    if kind == "float":
        return int(cell.get(f"{office}value", ""))
    return "".join(cell.itertext()) if kind == "string" else None
