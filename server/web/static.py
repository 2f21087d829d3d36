"""Static files from memory: named by their content, so they never change under their name."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.web.assets import Asset
from server.web.parts import parts

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


async def asset(request: Request) -> Response:
    """A shell file or picture. Raises `not_found`."""
    found = parts(request).assets.by_url.get(request.url.path)
    if found is None:
        raise DomainError("not_found")
    return _answer(found, request.headers.get("accept-encoding", ""))


def _answer(found: Asset, accepted: str) -> Response:
    headers = {**FOREVER, "Vary": "Accept-Encoding"}
    if found.gzip and "gzip" in accepted:
        return Response(found.gzip, headers={**headers, "Content-Encoding": "gzip"}, media_type=found.media_type)
    return Response(found.body, headers=headers, media_type=found.media_type)
