"""What guardians may look at before their child is asked: what it is about, and the booklet, which keeps nothing."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.i18n import own_name
from server.store.consultations import Revision, find_consultation, find_newest_revision
from server.web.child import answer, as_preview, booklet_document, offered
from server.web.parts import parts
from server.web.templating import page


async def show(request: Request) -> Response:
    """What the consultation is about, and every booklet. Raises `not_found` until a poll is published."""
    revision = await _find_revision(request)
    async with parts(request).db.reading() as db:
        consultation = await find_consultation(db, revision.consultation)
    home = preview_path(revision.consultation)
    context = {
        "poll": revision.poll,
        "facts": consultation.facts if consultation else {},
        "tongues": {code: own_name(code) for code in offered(revision.poll)},
        "path": home,
    }
    return page(request, "guardians/show.html", context)


async def booklet(request: Request) -> Response:
    """The booklet that sessions use now. Raises `not_found`."""
    revision, named = await _find_revision(request), request.path_params
    return answer(
        request, await booklet_document(parts(request), revision.id, as_preview(named["profile"]), named["lang"])
    )


def preview_path(consultation: str) -> str:
    return f"/preview/{consultation}"


async def _find_revision(request: Request) -> Revision:
    here = parts(request)
    async with here.db.reading() as db:
        newest = await find_newest_revision(db, request.path_params["consultation"])
    revision = await here.revisions.find(newest) if newest else None
    if revision is None:
        raise DomainError("not_found")
    return revision
