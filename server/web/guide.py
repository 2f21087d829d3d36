"""The teacher's way through the lesson: the script, rounds and minutes, seats. Never an answer."""

import re

from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import Poll, Profile
from server.domain.errors import DomainError
from server.domain.rounds import Rounds, rounds
from server.domain.sessions import Session
from server.web.forms import small_number
from server.web.guardians import preview_path
from server.web.parts import Parts, parts
from server.web.progress import Progress, find_progress
from server.web.templating import language_of, page

_MOST = 500
_LINK_HERE = re.compile(r"\[(?:länk|linkki)\]")


async def show(request: Request) -> Response:
    """The guide of one session, planned for as many children and tablets as are known or asked for."""
    here = parts(request)
    async with here.db.reading() as db:
        found = await find_progress(db, request.path_params["session"], here.clock())
    poll, profile = await find_asked(here, found.session)
    children = small_number(request.query_params.get("children", ""), _MOST) or found.session.children
    tablets = small_number(request.query_params.get("tablets", ""), _MOST) or len(found.tablets)
    preview = here.settings.base_url + preview_path(found.session.consultation)
    context = {
        "progress": found,
        "session": found.session,
        "poll": poll,
        "profile": profile,
        "children": children,
        "tablets": tablets,
        "rounds": _rounds(children, tablets, profile),
        "letter": _LINK_HERE.sub(preview, poll.letter_home[language_of(request)]),
        "preview": preview,
        "most": _MOST,
    }
    return page(request, "guide/show.html", context)


async def find_asked(here: Parts, session: Session) -> tuple[Poll, Profile]:
    """What the children of a session are asked. Raises `not_found`."""
    revision = await here.revisions.find(session.revision)
    profile = revision.poll.profile(session.profile) if revision else None
    if revision is None or profile is None:
        raise DomainError("not_found")
    return revision.poll, profile


async def find_rounds(here: Parts, found: Progress) -> Rounds | None:
    """None while the number of children or tablets is unknown."""
    _, profile = await find_asked(here, found.session)
    return _rounds(found.session.children, len(found.tablets), profile)


def _rounds(children: int | None, tablets: int, profile: Profile) -> Rounds | None:
    return rounds(children, tablets, profile.minutes) if children and tablets else None
