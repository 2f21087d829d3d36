"""The shelf: ready polls to begin from, and packages that come from elsewhere or go there."""

from collections.abc import Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import MINI, Poll, Profile, parse_poll
from server.domain.errors import ERROR_KINDS, DomainError, ErrorKind
from server.domain.package_files import MAX_PACKAGE, PackageError
from server.domain.packages import PollError
from server.domain.people import Action
from server.i18n import further_languages
from server.store.shelf import find_shelf_poll, list_shelf_polls
from server.usecases import packages
from server.usecases.compose import start_draft
from server.web.access import require
from server.web.fields import has_picture
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.uploads import Upload, read_upload_form
from server.web.workshop import places_to_begin

_MOST_FAULTS = 30
_FORM_BYTES = 16 * 1024
_REFUSALS = {"bad_package", "bad_request", "too_large", "busy"}


async def show(request: Request) -> Response:
    """The ready polls, and the form that takes a package in."""
    return await _show(request)


async def begin(request: Request) -> Response:
    """A new draft from a poll of the shelf. Raises `not_found` or `not_allowed`."""
    here, name = parts(request), request.path_params["poll"]
    if name not in list_shelf_polls():
        raise DomainError("not_found")
    area = await _area(request, field(await read_form(request), "area"))
    consultation, _poll = await start_draft(here.db, area, find_shelf_poll(name), by=request.state.person.id)
    return go_to(request, f"/staff/consultations/{consultation}/workshop")


async def take_in(request: Request) -> Response:
    """A new draft from a package file, or the page with everything that is wrong in it. Raises `not_allowed`."""
    here, sent = parts(request), Upload(None, {})
    try:
        sent = await read_upload_form(request, MAX_PACKAGE + _FORM_BYTES)
        area = await _area(request, sent.fields.get("area", ""))
        consultation = await packages.import_package(
            here.db,
            here.easel,
            here.voice,
            lambda hexcode: has_picture(here.assets, hexcode),
            sent.file or b"",
            area,
            by=request.state.person.id,
            languages=further_languages(),
        )
    except DomainError as error:
        if error.kind.code not in _REFUSALS:
            raise
        faults = error.faults if isinstance(error, PackageError) and sent.file else ()
        # A form without a file, or none at all.
        kind = ERROR_KINDS["bad_package"] if error.kind.code == "bad_request" else error.kind
        return await _show(request, kind, faults)
    return go_to(request, f"/staff/consultations/{consultation}/workshop")


async def package(request: Request) -> Response:
    """A consultation's newest poll as a file. Raises `incomplete` for a draft with something missing."""
    consultation = request.path_params["consultation"]
    data = await packages.export_package(parts(request).db, consultation, by=request.state.person.id)
    headers = {"Content-Disposition": f'attachment; filename="{consultation}.zip"', "Cache-Control": "no-store"}
    return Response(data, headers=headers, media_type="application/zip")


async def _area(request: Request, named: str) -> str:
    """The place a form names, or the only one there is. Raises `bad_form`, `not_found` or `not_allowed`."""
    places = await places_to_begin(request)
    area = named or (places[0].id if len(places) == 1 else "")
    if not area:
        raise DomainError("bad_form", [("area", "missing")])
    await require(request, Action.COMPOSE, area)
    return area


async def _show(request: Request, refused: ErrorKind | None = None, faults: Sequence[PollError] = ()) -> Response:
    context = {
        "polls": sorted(_polls(), key=lambda poll: poll.title[language_of(request)]),
        "profiles": _by_length,
        "areas": await places_to_begin(request),
        "refused": refused,
        "faults": faults[:_MOST_FAULTS],
        "more": len(faults[_MOST_FAULTS:]),
        "most_megabytes": MAX_PACKAGE // 1024**2,
        "path": "/staff/shelf",
    }
    return page(request, "shelf/show.html", context, status=refused.status if refused else 200)


@cache
def _polls() -> tuple[Poll, ...]:
    """Read once: what stands on the shelf comes with the program."""
    return tuple(parse_poll(find_shelf_poll(name)) for name in list_shelf_polls())


def _by_length(poll: Poll) -> list[Profile]:
    """The two minutes first."""
    return sorted(poll.profiles, key=lambda profile: (profile.id != MINI, profile.minutes))
