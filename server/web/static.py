"""Static files from memory: named by their content, so they never change under their name."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.web.packing import send
from server.web.parts import parts

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


async def asset(request: Request) -> Response:
    """A shell file or picture. Raises `not_found`."""
    found = parts(request).assets.find(request.url.path)
    if found is None:
        raise DomainError("not_found")
    return send(request, found.packed, {**FOREVER, "Vary": "Accept-Encoding"}, found.media_type)
