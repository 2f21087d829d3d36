"""The measure beside the server: a Starlette route that parses and validates the same request and stores nothing."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.demo import CONSULTATION
from server.domain.consultations import parse_poll
from server.domain.deliveries import judge
from server.store.shelf import find_shelf_poll
from server.web.sync import SyncBody

_POLL = parse_poll(find_shelf_poll(CONSULTATION))


async def _sync(request: Request) -> Response:
    body = SyncBody.model_validate_json(await request.body())
    items, _rejected = judge(_POLL, "short", request.query_params["revision"], body.items)
    if not all(item.fits for item in items):
        return Response(status_code=400)
    return Response(b'{"items":%d}' % len(items), media_type="application/json")


async def _healthz(_request: Request) -> Response:
    return Response(b"ok")


if __name__ == "__main__":
    app = Starlette(
        routes=[Route("/api/v1/sync", _sync, methods=["POST"]), Route("/healthz", _healthz, methods=["GET"])]
    )
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning", server_header=False)
