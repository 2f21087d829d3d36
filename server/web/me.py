"""One's own account: how one signs in, the password, and signing out everywhere."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.passwords import MIN_LENGTH
from server.store.areas import list_areas
from server.store.identities import list_identities
from server.store.passkeys import list_passkeys
from server.store.second_factors import count_recovery_codes, find_second_factor
from server.store.staff import find_member
from server.usecases import accounts, second_factor, sign_ins
from server.usecases.passkeys import MOST_NAME, MOST_PASSKEYS
from server.usecases.provided import forget_identities
from server.web.cookies import cookie_name
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.second import find_app, proceed, show_codes
from server.web.sign_in import address_of
from server.web.templating import page

_HERE = "/staff/me"
_APP = f"{_HERE}/app"
_DONE = ("password", "passkey", "app", "removed", "provider")


async def show(request: Request) -> Response:
    """Name, address, roles, and what one can do."""
    return await _page(request, {})


async def show_again(request: Request, error: DomainError) -> Response:
    """The page, with what was wrong about a new passkey."""
    return await _page(request, dict(error.details) or {"passkeys": "refused"})


async def change_password(request: Request) -> Response:
    """Changes it, or shows the form again. Raises `too_many`."""
    here, person = parts(request), request.state.person
    here.limits.sign_in(address_of(request), person.id)
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
    await sign_ins.sign_out_everywhere(parts(request).db, request.state.person.id)
    return go_to(request, "/staff/sign-in")


async def begin_app(request: Request) -> Response:
    """Makes a secret for an app. Raises `wrong_state` when there is an app already."""
    here = parts(request)
    await second_factor.begin_app(here.db, here.factor_key, request.state.person.id)
    return go_to(request, _APP)


async def show_app(request: Request) -> Response:
    """What the app has to be told. Raises `not_found` when none is being set up."""
    return await _app(request, None)


async def confirm_app(request: Request) -> Response:
    """Takes the app's first code, or shows the page again. Raises `too_many` or `wrong_state`."""
    here, person = parts(request), request.state.person
    here.limits.code(person.id)
    code, token = field(await read_form(request), "code"), request.cookies[cookie_name(request)]
    try:
        proved = await second_factor.confirm_app(here.db, here.clock, here.factor_key, token, person.id, code)
    except DomainError as error:
        if error.kind.code != "wrong_code":
            raise
        return await _app(request, error)
    return proceed(request, proved, f"{_HERE}?done=app")


async def remove_app(request: Request) -> Response:
    """Raises `not_found`."""
    here, token = parts(request), request.cookies[cookie_name(request)]
    await second_factor.remove_app(here.db, token, request.state.person.id)
    return go_to(request, f"{_HERE}?done=removed")


async def renew_codes(request: Request) -> Response:
    """Shows new recovery codes, this once. Raises `wrong_state` without a passkey or an app."""
    return show_codes(request, await second_factor.renew_codes(parts(request).db, request.state.person.id), _HERE)


async def disconnect(request: Request) -> Response:
    """Signs in no more with an account of another service. Raises `wrong_state` when there is no other way in."""
    here, token = parts(request), request.cookies[cookie_name(request)]
    await forget_identities(here.db, token, request.state.person.id)
    return go_to(request, f"{_HERE}?done=removed")


async def _app(request: Request, error: DomainError | None) -> Response:
    app = await find_app(request, request.state.person.id)
    if app is None:
        raise DomainError("not_found")
    context = {"app": app, "error": error, "path": _APP}
    return page(request, "people/app.html", context, status=error.kind.status if error else 200)


async def _page(request: Request, problems: dict[str, str]) -> Response:
    here, person = parts(request), request.state.person
    async with here.db.reading() as db:
        member, known = await find_member(db, person.id), await list_areas(db)
        passkeys, factor = await list_passkeys(db, person.id), await find_second_factor(db, person.id)
        codes, identities = await count_recovery_codes(db, person.id), await list_identities(db, person.id)
    oidc, done = here.settings.oidc, request.query_params.get("done")
    context = {
        "member": member,
        "known": known,
        "problems": problems,
        "min_length": MIN_LENGTH,
        "done": done if done in _DONE else None,
        "passkeys": passkeys,
        "may_add": len(passkeys) < MOST_PASSKEYS,
        "most_name": MOST_NAME,
        "has_app": factor is not None and factor.confirmed,
        "codes": codes,
        "must": person.needs_second and not here.settings.demo,
        "provider": oidc.name if oidc else None,
        "is_connected": bool(oidc and oidc.issuer in identities),
        "is_fresh": request.state.is_fresh,
        "path": _HERE,
    }
    return page(request, "people/me.html", context, status=422 if problems else 200)
