"""Signing in and out of the staff pages."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.usecases import accounts, sign_ins
from server.web.access import signed_in
from server.web.cookies import cookie_name, forget_secret, keep_secret
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.templating import page

HOME = "/staff/"
SECOND = "/staff/sign-in/second"


async def show(request: Request) -> Response:
    """The sign-in form; whoever is signed in already goes on, unless they are to prove `again` who they are."""
    after, again = local_path(request.query_params.get("next", "")), "again" in request.query_params
    if await signed_in(request) and not again:
        return go_to(request, after)
    return _form(request, after, again=again)


async def sign_in(request: Request) -> Response:
    """Signs in, or shows the form again with a kind sentence. Raises `too_many`."""
    here = parts(request)
    form = await read_form(request)
    email, after = field(form, "email"), local_path(field(form, "next"))
    here.limits.sign_in(address_of(request), email)
    # A password may begin or end with a space.
    password = form.get("password", [""])[0]
    try:
        token = await accounts.sign_in(here.db, here.clock, email, password, demo=here.settings.demo)
    except DomainError as error:
        return _form(request, after, email=email, error=error)
    return await let_in(request, token, after)


def refuse_sign_in(request: Request, after: str, error: DomainError) -> Response:
    """The form again, after another way in than a password has failed."""
    return _form(request, after, error=error)


async def let_in(request: Request, token: str, after: str) -> Response:
    """Gives this browser a new sign-in in place of an earlier one, and goes on: first to the second factor."""
    here = parts(request)
    await _end(request)
    found = await sign_ins.find_signed_in(here.db, here.clock, token, demo=here.settings.demo)
    response = go_to(request, f"{SECOND}?next={quote(after)}" if found and found.is_half else after)
    keep_secret(request, response, cookie_name(request), token)
    return response


async def sign_out(request: Request) -> Response:
    """Ends the sign-in, here and on the server."""
    await _end(request)
    response = go_to(request, "/staff/sign-in")
    forget_secret(request, response, cookie_name(request))
    return response


async def _end(request: Request) -> None:
    if token := request.cookies.get(cookie_name(request)):
        await sign_ins.sign_out(parts(request).db, token)


def _form(
    request: Request, after: str, *, email: str = "", error: DomainError | None = None, again: bool = False
) -> Response:
    oidc = parts(request).settings.oidc
    shown = {"email": email, "next": after, "error": error, "again": again, "provider": oidc.name if oidc else None}
    context = {**shown, "path": "/staff/sign-in"}
    return page(request, "sign_in/show.html", context, status=error.kind.status if error else 200)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def local_path(path: str) -> str:
    """`path` when it is a staff page of ours, else the staff's first page."""
    is_ours = path.startswith(HOME) and path.isprintable() and "\\" not in path
    return path if is_ours and not path.startswith("/staff/sign-") else HOME
