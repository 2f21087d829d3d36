"""Pages for anyone: whose pictures these are, what is stored about a child, and whether the service lives."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.store.consultations import list_consultations
from server.web.parts import parts
from server.web.templating import page


async def pictures(request: Request) -> Response:
    """Whose pictures and letters we use, and under which licence."""
    return page(request, "about/pictures.html", {})


async def privacy(request: Request) -> Response:
    """What is stored about a child, and the rule that results follow."""
    return page(request, "about/privacy.html", {})


async def healthz(request: Request) -> Response:
    """`ok` once the database has answered."""
    async with parts(request).db.reading() as db:
        await list_consultations(db)
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})
