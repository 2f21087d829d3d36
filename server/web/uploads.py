"""What a browser's form sends that has a file in it, read with a limit. Knows nothing of what the file is."""

import re
from dataclasses import dataclass

from starlette.requests import Request

from server.domain.errors import DomainError

_NAME = re.compile(rb'[; ]name="([^"]*)"')
# RFC 2046, 5.1.1: at most 70 characters. Python's own reader of such headers takes seconds for hostile ones.
_BOUNDARY = re.compile(r';\s{0,9}boundary="?([^"\s;,]{1,70})"?', re.IGNORECASE)
_FIELD_BYTES = 4096
_MOST_PARTS = 100


@dataclass(frozen=True)
class Upload:
    """The first file of a form, empty when none was chosen and None when there was no place for one; the fields."""

    file: bytes | None
    fields: dict[str, str]


async def read_upload(request: Request, limit: int) -> bytes:
    """The first file of a multipart form. Raises `too_large` (above `limit` bytes) or `bad_request`."""
    file = (await read_upload_form(request, limit)).file
    if file is None:
        raise DomainError("bad_request")
    return file


async def read_upload_form(request: Request, limit: int) -> Upload:
    """A multipart form (RFC 7578); nothing of any other. Raises `too_large` (above `limit` bytes) or `bad_request`."""
    file: bytes | None = None
    fields: dict[str, str] = {}
    for head, content in await _read_parts(request, limit):
        name = _NAME.search(head)
        if b"filename=" in head:
            file = content if file is None else file
        elif name:
            fields.setdefault(_text(name[1]), _text(content))
    return Upload(file, fields)


async def _read_parts(request: Request, limit: int) -> list[tuple[bytes, bytes]]:
    """Each part's head and content; a short boundary could make millions of them."""
    body = bytearray(b"\r\n")
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise DomainError("too_large")
    found = _BOUNDARY.search(request.headers.get("content-type", ""))
    if not found:
        return []
    parts = body.split(f"\r\n--{found[1]}".encode("latin-1"), _MOST_PARTS)
    if len(parts) > _MOST_PARTS:
        raise DomainError("bad_request")
    split = (part.partition(b"\r\n\r\n") for part in parts)
    return [(bytes(head), bytes(content)) for head, is_part, content in split if is_part]


def _text(sent: bytes) -> str:
    """A field's text; no database takes a NUL. Raises `bad_request`."""
    if len(sent) > _FIELD_BYTES or b"\0" in sent:
        raise DomainError("bad_request")
    try:
        return sent.decode().strip()
    except UnicodeDecodeError:
        raise DomainError("bad_request") from None
