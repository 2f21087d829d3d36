"""Where staff take in the file of a tablet that cannot send: parse, ask who may, call, say what came of it."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import ERROR_KINDS, DomainError, ErrorKind
from server.domain.parcels import Parcel, read_parcels
from server.domain.people import Action
from server.handover import MAX_FILE
from server.usecases.handover import Words, take_in
from server.web.access import require
from server.web.parts import Parts, parts
from server.web.templating import page
from server.web.uploads import read_upload

_FORM_BYTES = 64 * 1024
_REFUSALS = ("bad_handover", "bad_request", "too_large", "not_allowed", "not_found", "over_cap", "busy")


async def show(request: Request) -> Response:
    """The form for a tablet's file."""
    return _page(request)


async def take(request: Request) -> Response:
    """Takes in every answer of the file, or says why not; the same file again is harmless."""
    here = parts(request)
    try:
        file = await read_upload(request, MAX_FILE + _FORM_BYTES)
        parcels = await asyncio.to_thread(_read, here, file)
        for parcel in parcels:
            await require(request, Action.WATCH_SESSION, parcel.grant.area)
        words = Words()
        for parcel in parcels:
            words += await take_in(
                here.db,
                here.revisions,
                here.collector,
                here.easel,
                here.clock,
                here.seals,
                parcel,
                by=request.state.person.id,
            )
    except DomainError as error:
        if error.kind.code not in _REFUSALS:
            raise
        # A form without a file, or none at all.
        return _page(request, refused=ERROR_KINDS["bad_handover"] if error.kind.code == "bad_request" else error.kind)
    return _page(request, words=words)


def _read(here: Parts, file: bytes) -> list[Parcel]:
    return read_parcels(here.handover.open(file), here.key)


def _page(request: Request, *, refused: ErrorKind | None = None, words: Words | None = None) -> Response:
    context = {"refused": refused, "words": words, "most_megabytes": MAX_FILE // 1024**2}
    return page(request, "handover/show.html", context, status=refused.status if refused else 200)
