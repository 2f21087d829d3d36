"""The one request by which a tablet delivers an idea (docs/sync.md): parse, call, answer. Logs nothing of it."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.deliveries import Receipt
from server.domain.errors import DomainError
from server.domain.ideas import MAX_BYTES, read_content, read_idea
from server.domain.responses import Gone, Rejected, is_id
from server.usecases.ideas import receive
from server.web.body import read_body
from server.web.parts import parts
from server.web.sync import NO_STORE, PROTO, read_grant, said


async def put_idea(request: Request) -> Response:
    """Takes one idea; what can never be taken is `rejected`, so that the tablet stops sending it."""
    here = parts(request)
    grant = read_grant(request, here.key)
    here.limits.sync(grant.grant)
    body = await read_body(request, MAX_BYTES, MAX_BYTES)
    content = read_content(body)
    if content is None or type(content.get("proto")) is not int or not isinstance(content.get("session"), str):
        raise DomainError("bad_request")
    if content["proto"] != PROTO:
        raise DomainError("old_app")
    if content["session"] != grant.session:
        raise DomainError("wrong_session")
    idea_id = request.path_params["idea"]
    try:
        if not is_id(idea_id):
            raise Rejected("bad_id")
        about = grant.about(f"ideas/{idea_id}")
        if isinstance(given := content.get("seal"), str):
            body = here.seals.open(*about, given)
        idea = read_idea(read_content(body) or {})
        kept = await receive(here.db, here.revisions, here.easel, here.clock, grant, idea_id, idea)
    except Rejected as error:
        return _answer(idea_id, said(Receipt("rejected", error.why)))
    except Gone:
        return _answer(idea_id, said(Receipt("gone")))
    seal = None if kept.is_over else await asyncio.to_thread(here.seals.seal, *about, body)
    return _answer(idea_id, {**said(kept.receipt, seal), "commit": kept.commit})


def _answer(idea_id: str, word: dict[str, Any]) -> Response:
    return JSONResponse({"proto": PROTO, "id": idea_id, **word}, headers=NO_STORE)
