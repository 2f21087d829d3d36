"""One's own account: the password, and signing out everywhere. The place for passkeys and a second factor later."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.passwords import MIN_LENGTH
from server.store.areas import list_areas
from server.store.staff import find_member
from server.usecases import accounts
from server.web.access import cookie_name
from server.web.forms import go_to, read_form
from server.web.parts import parts
from server.web.templating import page

_HERE = "/staff/me"


async def show(request: Request) -> Response:
    """Name, address, roles, and what one can do."""
    return await _page(request, {})


async def change_password(request: Request) -> Response:
    """Changes it, or shows the form again. Raises `too_many`."""
    here, person = parts(request), request.state.person
    here.limits.sign_in(request.client.host if request.client else "", person.id)
    form = await read_form(request)
    old, password, again = (form.get(name, [""])[0] for name in ("old", "password", "again"))
    if password != again:
        return await _page(request, {"password": "not_the_same"})
    try:
        await accounts.change_password(here.db, request.cookies[cookie_name(request)], person.id, old, password)
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _page(request, dict(error.details))
    return go_to(request, f"{_HERE}?done=password")


async def sign_out_everywhere(request: Request) -> Response:
    """Ends every sign-in of this person."""
    await accounts.sign_out_everywhere(parts(request).db, request.state.person.id)
    return go_to(request, "/staff/sign-in")


async def _page(request: Request, problems: dict[str, str]) -> Response:
    async with parts(request).db.reading() as db:
        member = await find_member(db, request.state.person.id)
        known = await list_areas(db)
    context = {
        "member": member,
        "known": known,
        "problems": problems,
        "min_length": MIN_LENGTH,
        "is_done": request.query_params.get("done") == "password",
        "path": _HERE,
    }
    return page(request, "people/me.html", context, status=422 if problems else 200)
