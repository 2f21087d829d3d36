"""What to do when worried about a child: one page, also without network. Sends nothing and keeps nothing."""

import json

from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES
from server.web.parts import parts
from server.web.templating import page

_DRAWN_WITH = ("css/tokens.css", "css/staff.css", "fonts/atkinson", "icons/app.svg", "js/worry.js")
_WORKER = "js/worry-worker.js"
_HERE = "/staff/worry"


async def show(request: Request) -> Response:
    """The page. It names no child, no session and no school."""
    return page(request, "worry/show.html", {})


async def worker(request: Request) -> Response:
    """The worker that keeps the page, told what it is made of."""
    assets = parts(request).assets
    pages = [*(f"{_HERE}?lang={lang}" for lang in LANGUAGES), *assets.shell(_DRAWN_WITH)]
    facts = f"const CACHE = {json.dumps('worry-' + assets.build)};\nconst PAGES = {json.dumps(pages)};\n"
    body = facts.encode() + assets.by_url[assets.static(_WORKER)].body
    return Response(body, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
