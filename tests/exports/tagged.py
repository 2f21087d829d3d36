"""Reads a tagged PDF as a screen reader does: the tree of its parts, each with its kind, its words and its text."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pdfminer.pdfdevice import TagExtractor
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

_SPAN = re.compile(r'<\w+ MCID="(\d+)">(.*?)</\w+>', re.DOTALL)


@dataclass
class Part:
    """`kind` is the tag, as `H1` or `TD`; `alt` the words for a figure; `own` what is written right in it."""

    kind: str
    alt: str
    own: str = ""
    parts: list["Part"] = field(default_factory=list)

    def all(self, kind: str) -> Iterator["Part"]:
        for part in self.parts:
            if part.kind == kind:
                yield part
            yield from part.all(kind)

    @property
    def text(self) -> str:
        return " ".join(filter(None, [self.own, *(part.text for part in self.parts)]))

    def tables(self) -> dict[str, list[list[str]]]:
        """The rows of each table by its caption."""
        return {
            next(table.all("Caption")).text: [
                [cell.text for cell in row.parts if cell.kind in ("TH", "TD")] for row in table.all("TR")
            ]
            for table in self.all("Table")
        }


def read_tagged(body: bytes) -> Part:
    """The document, part by part, in its reading order."""
    written = _written(body)
    with pikepdf.open(io.BytesIO(body)) as pdf:
        pages = {page.objgen: number for number, page in enumerate(pdf.pages)}
        return _part(pdf.Root.StructTreeRoot, pages, written, 0)


def _written(body: bytes) -> dict[tuple[int, int], str]:
    """What is written in each marked piece, by page and number."""
    resources, out = PDFResourceManager(), io.BytesIO()
    reader = PDFPageInterpreter(resources, TagExtractor(resources, out, codec="utf-8"))
    found = {}
    for number, page in enumerate(PDFPage.get_pages(io.BytesIO(body))):
        out.seek(0)
        out.truncate()
        reader.process_page(page)
        for mark, text in _SPAN.findall(out.getvalue().decode()):
            found[number, int(mark)] = text.replace("\xa0", " ").strip()
    return found


def _part(node: Any, pages: dict[Any, int], written: dict[tuple[int, int], str], page: int) -> Part:
    page = pages[node.Pg.objgen] if "/Pg" in node else page
    part = Part(str(node.get("/S", "")).removeprefix("/"), str(node.get("/Alt", "")))
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, int):
            part.own = f"{part.own} {written.get((page, child), '')}".strip()
        elif child.get("/Type") != "/OBJR":
            part.parts.append(_part(child, pages, written, page))
    return part
