"""Passkeys: asking a browser for one, signing in with it, making one on the way in or on one's own page."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.errors import DomainError
from server.usecases import passkeys
from server.usecases.challenges import SOON_S
from server.usecases.passkeys import Asked
from server.web.cookies import cookie_name, forget_secret, keep_secret
from server.web.forms import field, go_to, read_form
from server.web.me import show_again
from server.web.parts import parts
from server.web.second import proceed
from server.web.sign_in import HOME, address_of, let_in, local_path, refuse_sign_in

_ABOUT = "passkey"


async def ask(request: Request) -> Response:
    """What the browser is to ask for, to sign in. Raises `too_many`."""
    here = parts(request)
    here.limits.ask(address_of(request))
    return _asked(request, await passkeys.ask_for_passkey(here.db, here.clock, here.settings.base_url))


async def sign_in(request: Request) -> Response:
    """Signs in, or shows the form again."""
    here, form = parts(request), await read_form(request)
    token, credential = request.cookies.get(cookie_name(request, _ABOUT), ""), field(form, "credential")
    after = local_path(field(form, "next"))
    known = (here.db, here.clock, here.settings.base_url)
    try:
        signed_in = await passkeys.sign_in(*known, token, credential, demo=here.settings.demo)
    except DomainError as error:
        if error.kind.code != "wrong_passkey":
            raise
        return _answered(request, refuse_sign_in(request, after, error))
    return _answered(request, await let_in(request, signed_in, after))


async def ask_for_first(request: Request) -> Response:
    """What the browser is to make, half-way in. Raises `wrong_state` when a passkey or an app has to be shown."""
    await _check_first(request)
    return await _ask_for_new(request, request.state.half.id)


async def add_first(request: Request) -> Response:
    """Keeps a first passkey, which is the second factor too, and lets in. Raises `wrong_passkey` or `wrong_state`."""
    await _check_first(request)
    form = await read_form(request)
    return await _add(request, request.state.half.id, field(form, "credential"), field(form, "name"), form_next(form))


async def ask_for_new(request: Request) -> Response:
    """What the browser is to make, on one's own page. Raises `bad_form` when there are enough."""
    return await _ask_for_new(request, request.state.person.id)


async def add(request: Request) -> Response:
    """Keeps a passkey, or shows the page again. Raises `wrong_passkey`."""
    form = await read_form(request)
    credential, name = field(form, "credential"), field(form, "name")
    try:
        return await _add(request, request.state.person.id, credential, name, "/staff/me?done=passkey")
    except DomainError as error:
        if error.kind.code not in ("bad_form", "wrong_passkey"):
            raise
        return _answered(request, await show_again(request, error))


async def remove(request: Request) -> Response:
    """Raises `not_found`."""
    here, token = parts(request), request.cookies[cookie_name(request)]
    await passkeys.remove_passkey(here.db, token, request.state.person.id, request.path_params["passkey"])
    return go_to(request, "/staff/me?done=removed")


def form_next(form: dict[str, list[str]]) -> str:
    return local_path(field(form, "next") or HOME)


async def _check_first(request: Request) -> None:
    """A password alone must not make a second factor for somebody who has one."""
    here = parts(request)
    if await passkeys.has_factor(here.db, request.state.half.id):
        raise DomainError("wrong_state")


async def _ask_for_new(request: Request, person: str) -> Response:
    here = parts(request)
    here.limits.ask(address_of(request))
    return _asked(request, await passkeys.ask_for_new_passkey(here.db, here.clock, here.settings.base_url, person))


async def _add(request: Request, person: str, credential: str, name: str, after: str) -> Response:
    here, token = parts(request), request.cookies[cookie_name(request)]
    asked = request.cookies.get(cookie_name(request, _ABOUT), "")
    known = (here.db, here.clock, here.settings.base_url)
    proved = await passkeys.add_passkey(*known, token, person, asked, credential, name)
    return _answered(request, proceed(request, proved, after))


def _asked(request: Request, asked: Asked) -> Response:
    response = JSONResponse(asked.options, headers={"Cache-Control": "no-store"})
    keep_secret(request, response, cookie_name(request, _ABOUT), asked.token, max_age=SOON_S)
    return response


def _answered(request: Request, response: Response) -> Response:
    forget_secret(request, response, cookie_name(request, _ABOUT))
    return response
