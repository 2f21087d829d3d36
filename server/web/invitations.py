"""One-time links: shown once to the administrator, sent by mail where that is set up, used by the invited person."""

from datetime import datetime

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES
from server.domain.errors import DomainError
from server.domain.passwords import MIN_LENGTH
from server.i18n import translations
from server.store.areas import list_areas
from server.store.staff import find_member
from server.usecases import accounts
from server.usecases.people import LINK_S, Invited
from server.web.forms import read_form
from server.web.parts import parts
from server.web.sign_in import address_of, let_in
from server.web.templating import page

_PATH = "/staff/invitations/"


async def show_link(request: Request, invited: Invited) -> Response:
    """The link, this once, to hand over or print; also that somebody needs none."""
    here, account = parts(request), invited.account
    address = f"{here.settings.base_url}{_PATH}{invited.token}" if invited.token else ""
    ends = datetime.fromtimestamp(here.clock() + LINK_S)
    context = {
        "account": account,
        "address": address,
        "ends": ends.date().isoformat(),
        "qr": _qr(address) if address else None,
        "mails": here.mail.is_set_up,
        "is_sent": bool(address) and await _send(request, account.email, account.name, address, ends),
        "path": f"/staff/people/{account.id}",
    }
    return page(request, "people/link.html", context)


async def show(request: Request) -> Response:
    """Where an invited person sets a password; looking at it does not use the link up. Raises `dead_link`."""
    return await _form(request, "")


async def accept(request: Request) -> Response:
    """Sets the password and signs in, or shows the form again. Raises `dead_link` or `too_many`."""
    here, token = parts(request), request.path_params["token"]
    here.limits.sign_in(address_of(request), token)
    form = await read_form(request)
    password, again = (form.get(name, [""])[0] for name in ("password", "again"))
    if password != again:
        return await _form(request, "not_the_same")
    try:
        return await let_in(request, await accounts.accept(here.db, here.clock, token, password), "/staff/")
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _form(request, dict(error.details)["password"])


async def _form(request: Request, problem: str) -> Response:
    here, token = parts(request), request.path_params["token"]
    account = await accounts.find_invited_account(here.db, here.clock, token)
    async with here.db.reading() as db:
        member = await find_member(db, account.id)
        known = await list_areas(db)
    context = {"member": member, "known": known, "problem": problem, "min_length": MIN_LENGTH}
    return page(request, "people/welcome.html", context, status=422 if problem else 200)


def _qr(address: str) -> Markup:
    # segno writes plain SVG without styles, which the content security policy lets through.
    return Markup(segno.make(address, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None))


async def _send(request: Request, email: str, name: str, address: str, ends: datetime) -> bool:
    """In every language, for nobody knows yet which one the person reads."""
    mail = parts(request).mail
    letters = [_letter(lang, name, address, ends) for lang in LANGUAGES]
    subject = " / ".join(translations(lang).gettext("Your account in Tyck") for lang in LANGUAGES)
    return await mail.send(email, subject, "\n\n–\n\n".join(letters))


def _letter(lang: str, name: str, address: str, ends: datetime) -> str:
    _ = translations(lang).gettext
    day = f"{ends.day}.{ends.month}.{ends.year}"
    return "\n\n".join(
        (
            _("Hello %(name)s!") % {"name": name},
            _("You have an account in Tyck, where children take part in decisions. Set a password here:"),
            address,
            _("The link works once, until %(day)s. If you do not expect it, you need not do anything.") % {"day": day},
        )
    )
