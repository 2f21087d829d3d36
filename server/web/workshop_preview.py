"""Trying a draft: the booklet itself, marked as a trial, on nobody's tablet. Nothing of it is stored."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.domain.consultations import Poll, PollError, parse_poll
from server.domain.draft_changes import shown
from server.domain.errors import DomainError
from server.domain.gaps import filled
from server.domain.packages import LANGUAGES
from server.domain.sounds import Spoken
from server.i18n import own_name
from server.store.drafts import Draft, find_draft
from server.web.assets import Assets
from server.web.child import booklet_context, draw, offered
from server.web.fields import known_pictures
from server.web.middleware import CONTENT_SECURITY_POLICY
from server.web.parts import Parts, parts
from server.web.templating import language_of, page
from server.web.workshop_poll import find_bench

_WIDTHS = ("tablet", "phone")
# Our own page shows the booklet in a frame as wide as the device.
_FRAMED = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
_FRAMING = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"


async def show(request: Request) -> Response:
    """The booklet in a frame: which profile, language and width is in the query. Raises `not_found`."""
    bench = await find_bench(request)
    profiles = [each for each in shown(bench.content)["gradeProfiles"] if each["questionIds"]]
    asked = request.query_params
    chosen = {
        "profile": asked.get("profile") or (profiles[0]["id"] if profiles else ""),
        "texts": asked.get("texts") or language_of(request),
        "width": asked.get("width") or _WIDTHS[0],
    }
    poll = _poll(parts(request).assets, bench.draft)
    languages = offered(poll) if poll else LANGUAGES
    known = ([each["id"] for each in profiles] or [""], languages, _WIDTHS)
    if any(value not in values for value, values in zip(chosen.values(), known, strict=True)):
        raise DomainError("not_found")
    context = {
        "bench": bench,
        "page_name": "try",
        "profiles": profiles,
        "widths": _WIDTHS,
        "chosen": chosen,
        "tongues": {code: own_name(code) for code in languages},
        "plays": poll is not None and bool(profiles),
        "path": f"{bench.home}/try",
    }
    response = page(request, "workshop/try.html", context)
    response.headers["Content-Security-Policy"] = _FRAMING
    return response


async def booklet(request: Request) -> Response:
    """The booklet of a draft. Raises `not_found`, or `incomplete` when it cannot be drawn yet."""
    here, named = parts(request), request.path_params
    async with here.db.reading() as db:
        draft = await find_draft(db, named["poll"])
    poll = _poll(here.assets, draft) if draft else None
    lang = named["lang"]
    if draft is None:
        raise DomainError("not_found")
    if poll is None:
        raise DomainError("incomplete")
    if lang not in offered(poll) or poll.profile(named["profile"]) is None:
        raise DomainError("not_found")
    drawn, _ = draw_booklet(here, poll, named["profile"], lang)
    return HTMLResponse(drawn, headers={"Cache-Control": "no-store", "Content-Security-Policy": _FRAMED})


def draw_booklet(here: Parts, poll: Poll, profile: str, lang: str) -> tuple[str, Mapping[str, Spoken]]:
    """The booklet of a poll that is no revision yet, and what it reads aloud, by key."""
    return draw(here, "workshop/booklet.html", lang, booklet_context(poll, "trial", profile), offered(poll))


def _poll(assets: Assets, draft: Draft) -> Poll | None:
    """The draft as a poll, with what is missing filled in; None when it cannot be read yet."""
    try:
        return parse_poll(filled(draft.content, known_pictures(assets, draft.content)))
    except PollError:
        return None
