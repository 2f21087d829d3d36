"""A page becomes a tagged PDF, in a child process that is given every file it may see. Knows no templates."""

import base64
from collections.abc import Mapping

from server.child import ask_child, module

NO_PANGO = 3
"""The exit code of the child when its libraries are not installed."""

_COMMAND = module("server.exports.printer")


async def make_pdf(html: str, files: Mapping[str, bytes]) -> bytes:
    """The document as PDF/UA; `files` holds what it names, by address. Raises `no_pdf` where Pango is not installed."""
    given = {"html": html, "files": {url: base64.b64encode(body).decode() for url, body in files.items()}}
    return await ask_child(_COMMAND, given, {NO_PANGO: "no_pdf"})
