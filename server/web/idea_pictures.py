"""Children's drawings as pictures: what anybody may see, and what only the desk sees. Knows no page."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.store.ideas import find_shown_picture
from server.web.parts import parts

# A decision that is taken back holds for everybody soon.
_FOR_A_WHILE = {"Cache-Control": "public, max-age=300"}


async def shown(request: Request) -> Response:
    """A drawing that others may see, with what was covered, once results are public. Raises `not_found`."""
    named = request.path_params
    async with parts(request).db.reading() as db:
        body = await find_shown_picture(db, named["consultation"], named["idea"])
    if body is None:
        raise DomainError("not_found")
    return Response(body, headers=_FOR_A_WHILE, media_type="image/webp")
