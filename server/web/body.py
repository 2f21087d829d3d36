"""Request bodies with limits: how much a tablet may send, compressed and not. Knows no JSON."""

import zlib

from starlette.requests import Request

from server.domain.errors import DomainError

MAX_SENT = 64 * 1024
MAX_INFLATED = 256 * 1024


async def read_body(request: Request, max_sent: int = MAX_SENT, max_inflated: int = MAX_INFLATED) -> bytes:
    """The body, unpacked as it arrives; the limits are in bytes. Raises `too_large` or `bad_gzip`."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding not in ("identity", "gzip"):
        raise DomainError("bad_gzip")
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    sent, body = 0, bytearray()
    async for chunk in request.stream():
        sent += len(chunk)
        if inflate:
            chunk = _inflated(inflate, chunk, max_inflated - len(body))
        body += chunk
        if sent > max_sent or len(body) > max_inflated:
            raise DomainError("too_large")
    if inflate and not inflate.eof:
        raise DomainError("bad_gzip")
    return bytes(body)


def _inflated(inflate: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        return inflate.decompress(chunk, room + 1)
    except zlib.error:
        raise DomainError("bad_gzip") from None
