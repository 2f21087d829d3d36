"""Children's drawings as pictures: what anybody may see, and what only the desk sees. Knows no page."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.store.consultations import find_consultation
from server.store.desk import find_desk_picture
from server.store.ideas import find_shown_picture
from server.usecases.moderate import may_see
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


async def at_desk(request: Request) -> Response:
    """A drawing as it came, or as it is covered with `?covered`, for those who may see it now. Raises `not_found`."""
    named, covered = request.path_params, "covered" in request.query_params
    async with parts(request).db.reading() as db:
        consultation = await find_consultation(db, named["consultation"])
        found = await find_desk_picture(db, named["consultation"], named["idea"], covered=covered)
        if not consultation or not found or not await may_see(db, consultation, found[0], request.state.person.id):
            raise DomainError("not_found")
    return Response(found[1], headers={"Cache-Control": "no-store"}, media_type="image/webp")
