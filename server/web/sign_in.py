"""Signing in and out of the staff pages."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.usecases import accounts
from server.web.access import cookie_name, signed_in
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.templating import page

_HOME = "/staff/"


async def show(request: Request) -> Response:
    """The sign-in form; whoever is signed in already goes on."""
    after = _local(request.query_params.get("next", ""))
    if await signed_in(request):
        return go_to(request, after)
    return page(request, "sign_in/show.html", {"email": "", "next": after, "error": None})


async def sign_in(request: Request) -> Response:
    """Signs in, or shows the form again with a kind sentence. Raises `too_many`."""
    here = parts(request)
    form = await read_form(request)
    email, after = field(form, "email"), _local(field(form, "next"))
    here.limits.sign_in(request.client.host if request.client else "", email)
    # A password may begin or end with a space.
    password = form.get("password", [""])[0]
    try:
        token = await accounts.sign_in(here.db, here.clock, email, password, demo=here.settings.demo)
    except DomainError as error:
        shown = {"email": email, "next": after, "error": error}
        return page(request, "sign_in/show.html", shown, status=error.kind.status)
    return await let_in(request, token, after)


async def let_in(request: Request, token: str, after: str) -> Response:
    """Gives this browser a new sign-in in place of an earlier one, and goes on."""
    await _end(request)
    response = go_to(request, after)
    secure = parts(request).settings.is_https
    response.set_cookie(cookie_name(request), token, secure=secure, httponly=True, samesite="lax")
    return response


async def sign_out(request: Request) -> Response:
    """Ends the sign-in, here and on the server."""
    await _end(request)
    response = go_to(request, "/staff/sign-in")
    secure = parts(request).settings.is_https
    response.delete_cookie(cookie_name(request), secure=secure, httponly=True, samesite="lax")
    return response


async def _end(request: Request) -> None:
    if token := request.cookies.get(cookie_name(request)):
        await accounts.sign_out(parts(request).db, token)


def _local(path: str) -> str:
    """`path` when it is a staff page of ours, else the staff's first page."""
    is_ours = path.startswith("/staff/") and path.isprintable() and "\\" not in path
    return path if is_ours and not path.startswith("/staff/sign-") else _HOME
