"""The second factor on the way in: a code, a passkey, or making the first of them; and the recovery codes, once."""

from collections.abc import Sequence
from typing import Any

import pyotp
import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.store.passkeys import list_passkeys
from server.store.second_factors import count_recovery_codes, find_second_factor
from server.store.staff import find_member
from server.usecases import second_factor
from server.usecases.passkeys import has_factor
from server.usecases.second_factor import Proved
from server.web.cookies import cookie_name, keep_secret
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.sign_in import SECOND, local_path
from server.web.templating import page


async def show(request: Request) -> Response:
    """What is asked for: whichever this person has, or the choice of a first one."""
    return await _page(request, local_path(request.query_params.get("next", "")))


async def begin_app(request: Request) -> Response:
    """Makes a secret for an app and shows it. Raises `wrong_state` when there is an app or a passkey already."""
    here, person = parts(request), request.state.half
    after = local_path(field(await read_form(request), "next"))
    if await has_factor(here.db, person.id):
        # Else a password alone would be enough to make a second factor of one's own.
        raise DomainError("wrong_state")
    await second_factor.begin_app(here.db, here.factor_key, person.id)
    return await _page(request, after)


async def give(request: Request) -> Response:
    """Takes a code, and lets in; or shows the page again. Raises `too_many`."""
    here, person = parts(request), request.state.half
    form = await read_form(request)
    code, after = field(form, "code"), local_path(field(form, "next"))
    here.limits.code(person.id)
    given = (here.db, here.clock, here.factor_key, request.cookies[cookie_name(request)], person.id, code)
    has_one = await has_factor(here.db, person.id)
    try:
        proved = await (second_factor.show_code if has_one else second_factor.confirm_app)(*given)
    except DomainError as error:
        if error.kind.code != "wrong_code":
            raise
        return await _page(request, after, error)
    return proceed(request, proved, after)


def proceed(request: Request, proved: Proved, after: str) -> Response:
    """Gives this browser its new sign-in, and shows new recovery codes on the way."""
    response = show_codes(request, proved.codes, after) if proved.codes else go_to(request, after)
    keep_secret(request, response, cookie_name(request), proved.token)
    return response


def show_codes(request: Request, codes: Sequence[str], after: str) -> Response:
    """This once: they are kept as hashes."""
    return page(request, "sign_in/codes.html", {"codes": codes, "next": after, "path": after})


async def find_app(request: Request, person: str) -> dict[str, Any] | None:
    """What an app has to be told, while one is being set up."""
    here = parts(request)
    secret = await second_factor.find_new_secret(here.db, here.factor_key, person)
    async with here.db.reading() as db:
        member = await find_member(db, person)
    if secret is None or member is None:
        return None
    address = pyotp.TOTP(secret).provisioning_uri(name=member.account.email, issuer_name="Tyck")
    drawn = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return {"address": address, "qr": Markup(drawn), "secret": " ".join(groups)}


async def _page(request: Request, after: str, error: DomainError | None = None) -> Response:
    person = request.state.half
    async with parts(request).db.reading() as db:
        factor = await find_second_factor(db, person.id)
        passkeys = await list_passkeys(db, person.id)
        codes = await count_recovery_codes(db, person.id)
    context = {
        "half": person,
        "has_app": factor is not None and factor.confirmed,
        "has_passkey": bool(passkeys),
        "has_codes": codes > 0,
        "app": None if passkeys else await find_app(request, person.id),
        "error": error,
        "next": after,
        "path": SECOND,
    }
    return page(request, "sign_in/second.html", context, status=error.kind.status if error else 200)
