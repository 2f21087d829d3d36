"""A page becomes a tagged PDF, in a child process that is given every file it may see. Knows no templates."""

import asyncio
import base64
import json
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from server.domain.errors import DomainError

NO_PANGO = 3
"""The exit code of the child when its libraries are not installed."""

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE_S = 120
_COMMAND = ("nice", "-n", "10", sys.executable, "-m", "server.exports.printer")

log = logging.getLogger(__name__)


async def make_pdf(html: str, files: Mapping[str, bytes]) -> bytes:
    """The document as PDF/UA; `files` holds what it names, by address. Raises `no_pdf` where Pango is not installed."""
    given = {"html": html, "files": {url: base64.b64encode(body).decode() for url, body in files.items()}}
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        env={"PATH": os.environ.get("PATH", os.defpath), "HOME": os.environ.get("HOME", "/")},
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            made, told = await process.communicate(json.dumps(given).encode())
    except TimeoutError as error:
        raise DomainError("busy") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == NO_PANGO:
        raise DomainError("no_pdf")
    if process.returncode:
        log.error("printing failed: %s", told.decode(errors="replace").strip().rpartition("\n")[2])
        raise DomainError("internal")
    return made
