"""A session's class card: printed by its teacher; whoever holds it may open, finish and close that one session."""

import hmac
from typing import Any

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.domain.actions import BY_CARD
from server.domain.errors import DomainError
from server.domain.grants import card_session, corner_pin, sign_card
from server.domain.sessions import PICTURES, Session
from server.store.sessions import find_session
from server.usecases import run_session
from server.web.forms import go_to
from server.web.guide import find_asked
from server.web.parts import parts
from server.web.progress import Progress, find_progress
from server.web.templating import page


async def show(request: Request) -> Response:
    """The card to print: picture code, script, and the address that opens this one session."""
    here = parts(request)
    found = await _progress(request, request.path_params["session"])
    poll, _ = await find_asked(here, found.session)
    address = f"{here.settings.base_url}/staff/c/{sign_card(found.session.id, found.session.card, here.key)}"
    # Made by segno from our own address, so it is safe markup.
    qr = Markup(segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None))
    context = {"poll": poll, "address": address, "qr": qr, "pin": corner_pin(found.session.id, here.key)}
    return page(request, "cards/print.html", {**_context(found), **context})


async def renew(request: Request) -> Response:
    """Makes the cards printed so far worthless."""
    session = request.path_params["session"]
    await run_session.renew_card(parts(request).db, session)
    return go_to(request, f"/staff/sessions/{session}/card")


async def held(request: Request) -> Response:
    """The session of a card, for whoever holds it: counts, and the next step. Raises `not_found`."""
    found = await _progress(request, (await _session(request)).id)
    return page(request, "cards/show.html", {**_context(found), "home": _home(request)})


async def progress(request: Request) -> Response:
    """The part of that page that changes. Raises `not_found`."""
    found = await _progress(request, (await _session(request)).id)
    return page(request, "cards/_progress.html", {**_context(found), "home": _home(request)})


async def open_session(request: Request) -> Response:
    """Raises `wrong_state` or `not_found`."""
    here, session = parts(request), await _session(request)
    await run_session.open_session(here.db, here.live, session.id, by=BY_CARD)
    return RedirectResponse(_home(request), 303)


async def finish(request: Request) -> Response:
    """Raises `wrong_state` or `not_found`."""
    here, session = parts(request), await _session(request)
    await run_session.finish(here.db, here.live, session.id, by=BY_CARD)
    return RedirectResponse(_home(request), 303)


async def close(request: Request) -> Response:
    """Raises `wrong_state`, `frozen` or `not_found`."""
    here, session = parts(request), await _session(request)
    await run_session.close(here.db, here.live, here.revisions, here.key, session.id, by=BY_CARD)
    return RedirectResponse(_home(request), 303)


async def _session(request: Request) -> Session:
    """The session whose good card this is. Nobody guesses one: it holds 128 bits of an HMAC."""
    here, card = parts(request), request.path_params["card"]
    async with here.db.reading() as db:
        session = await find_session(db, card_session(card))
    if session and hmac.compare_digest(card.encode(), sign_card(session.id, session.card, here.key).encode()):
        return session
    raise DomainError("not_found")


async def _progress(request: Request, session_id: str) -> Progress:
    here = parts(request)
    async with here.db.reading() as db:
        return await find_progress(db, session_id, here.clock())


def _context(found: Progress) -> dict[str, Any]:
    code = [(name, PICTURES[name]) for name in found.session.pictures or ()]
    return {"progress": found, "session": found.session, "code": code}


def _home(request: Request) -> str:
    return f"/staff/c/{request.path_params['card']}"
