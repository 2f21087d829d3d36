"""One file out of a browser's form, read with a limit. Knows nothing of what the file is."""

from email.message import Message

from starlette.requests import Request

from server.domain.errors import DomainError


async def read_upload(request: Request, limit: int) -> bytes:
    """The first file of a multipart form (RFC 7578). Raises `too_large` (above `limit` bytes) or `bad_request`."""
    body = bytearray(b"\r\n")
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise DomainError("too_large")
    form = Message()
    form["Content-Type"] = request.headers.get("content-type", "")
    boundary = form.get_boundary()
    for part in body.split(f"\r\n--{boundary}".encode()) if boundary else ():
        head, _, content = part.partition(b"\r\n\r\n")
        if b"filename=" in head:
            return bytes(content)
    raise DomainError("bad_request")
