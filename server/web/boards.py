"""What the class sees on the wall: the picture code, the beginning for everybody, and later the answers in words.

A mirrored screen must show no number of anything.
"""

from typing import Any
from urllib.parse import urlsplit

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.sessions import PICTURES, State
from server.domain.walls import wall as class_wall
from server.store.packets import list_session_packets
from server.web.forms import small_number
from server.web.guide import find_asked
from server.web.parts import parts
from server.web.progress import Progress, find_progress
from server.web.templating import page

STEPS = ("introduction", "assent", "practice", "code")
# A tablet that cannot use the link (no service worker on plain http) must not be offered it.
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


async def show(request: Request) -> Response:
    """The picture code, or with `?step=` what is played once for everybody before it. Raises `not_found`."""
    found = await _progress(request)
    step = request.query_params.get("step") or "code"
    if step not in STEPS:
        raise DomainError("not_found")
    return page(request, f"boards/{step}.html", await board_context(request, found, step))


async def wall(request: Request) -> Response:
    """The closed session's packets in words, one card at a time; `?card=` counts from 1."""
    found = await _progress(request)
    poll, profile = await find_asked(parts(request), found.session)
    async with parts(request).db.reading() as db:
        packets = await list_session_packets(db, found.session.consultation, found.session.id)
    cards = class_wall(poll, profile.id, packets) if found.session.state == State.CLOSED else ()
    at = small_number(request.query_params.get("card", "0"), len(cards))
    if at is None:
        raise DomainError("not_found")
    context = {
        **await board_context(request, found, "wall"),
        "cards": cards,
        "at": at,
        "card": cards[at - 1] if at else None,
        "is_small": not packets,
    }
    return page(request, "boards/wall.html", context)


async def _progress(request: Request) -> Progress:
    here = parts(request)
    async with here.db.reading() as db:
        return await find_progress(db, request.path_params["session"], here.clock())


async def board_context(request: Request, found: Progress, step: str) -> dict[str, Any]:
    """What every board knows."""
    settings = parts(request).settings
    poll, _ = await find_asked(parts(request), found.session)
    link = f"{settings.base_url}/app/j/{found.session.link}"
    is_usable = settings.is_https or urlsplit(settings.base_url).hostname in _THIS_MACHINE
    return {
        "progress": found,
        "session": found.session,
        "poll": poll,
        "step": step,
        "steps": STEPS,
        "code": [(name, PICTURES[name]) for name in found.session.pictures or ()],
        "qr": _qr(link) if found.session.pictures and is_usable else None,
        "address": f"{settings.base_url}/app/".partition("://")[2],
    }


def _qr(link: str) -> Markup:
    # Made by segno from our own address, so it is safe markup.
    return Markup(segno.make(link, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None))
