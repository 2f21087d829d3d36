"""Signing in at another service: there, and back with a code, once; or connecting an account of it to one's own."""

import json
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.domain.errors import DomainError
from server.domain.provided import Identity
from server.usecases import provided
from server.usecases.challenges import SOON_S, ask, take
from server.web.cookies import cookie_name, forget_secret, keep_secret
from server.web.forms import go_to
from server.web.oidc import Provider
from server.web.parts import parts
from server.web.sign_in import address_of, let_in, local_path, refuse_sign_in

_BACK = "/staff/sign-in/provider/back"
_ME = "/staff/me"
_ABOUT = "provider"


async def begin(request: Request) -> Response:
    """Sends the browser to the other service. Raises `not_found` where none is set up, `too_many`, `provider_away`."""
    return await _begin(request, local_path(request.query_params.get("next", "")), "")


async def begin_connecting(request: Request) -> Response:
    """The same for somebody who is signed in and wants to use it from now on."""
    return await _begin(request, _ME, request.state.person.id)


async def come_back(request: Request) -> Response:
    """Signs in whom the other service sent, or connects; a refusal leads to the form."""
    here, provider = parts(request), _provider(request)
    asked, kept = request.query_params, await _take(request)
    after = local_path(kept.get("next", ""))
    try:
        if not _is_ours(kept, asked.get("state", ""), asked.get("iss"), provider.settings.issuer):
            raise DomainError("provider_refused")
        identity = await provider.end(_redirect_uri(request), asked.get("code", ""), kept)
        if person := kept["person"]:
            response = await _connect(request, person, identity)
        else:
            response = await let_in(request, await provided.sign_in(here.db, here.clock, identity), after)
    except DomainError as error:
        if error.kind.code not in ("provider_refused", "provider_away", "unknown_identity"):
            raise
        response = refuse_sign_in(request, after, error)
    forget_secret(request, response, cookie_name(request, _ABOUT))
    return response


async def _begin(request: Request, after: str, person: str) -> Response:
    here, provider = parts(request), _provider(request)
    here.limits.ask(address_of(request))
    address, kept = await provider.begin(_redirect_uri(request))
    token = await ask(here.db, here.clock, _ABOUT, json.dumps({**kept, "next": after, "person": person}))
    response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    keep_secret(request, response, cookie_name(request, _ABOUT), token, max_age=SOON_S)
    return response


async def _connect(request: Request, person: str, identity: Identity) -> Response:
    token = request.cookies.get(cookie_name(request), "")
    await provided.connect(parts(request).db, token, person, identity)
    return go_to(request, f"{_ME}?done=provider")


async def _take(request: Request) -> dict[str, str]:
    here, token = parts(request), request.cookies.get(cookie_name(request, _ABOUT), "")
    kept: dict[str, str] = json.loads(await take(here.db, here.clock, token, _ABOUT) or "{}")
    return kept


def _is_ours(kept: dict[str, str], state: str, issuer: str | None, known: str) -> bool:
    """This browser went there, and comes from there."""
    is_same = secrets.compare_digest(kept.get("state", "").encode(), state.encode())
    return bool(kept) and is_same and issuer in (None, known)


def _redirect_uri(request: Request) -> str:
    return parts(request).settings.base_url + _BACK


def _provider(request: Request) -> Provider:
    provider = parts(request).provider
    if provider is None:
        raise DomainError("not_found")
    return provider
