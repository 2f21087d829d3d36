"""The poll on paper, in both languages and without script: answer sheets, picture boards, and a sheet for waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES, Poll, Profile
from server.domain.errors import DomainError
from server.domain.questions import Option, Question
from server.web.parts import parts
from server.web.templating import page


@dataclass(frozen=True)
class PictureBoard:
    """One A4 to point at: what is asked, and the pictures that answer it."""

    id: str
    picture: str
    text: Any
    options: Sequence[Option]


async def sheets(request: Request) -> Response:
    """An answer sheet for each language, for when tablets fail. Raises `not_found`."""
    poll, profile = await _asked(request)
    return _printed(request, "sheet", poll, profile, {"questions": poll.played(profile.id)})


async def picture_boards(request: Request) -> Response:
    """A board for each question, to answer by pointing or looking. Raises `not_found`."""
    poll, profile = await _asked(request)
    boards = [_assent(poll), *(board for question in _questions(poll, profile) for board in _boards(question))]
    return _printed(request, "boards", poll, profile, {"boards": boards})


async def waiting_sheet(request: Request) -> Response:
    """Something to draw on while others have the tablets; nobody collects it. Raises `not_found`."""
    poll, profile = await _asked(request)
    return _printed(request, "waiting", poll, profile, {})


async def _asked(request: Request) -> tuple[Poll, Profile]:
    """The poll's newest revision and the profile asked for, else the first."""
    revision = await parts(request).revisions.find_newest_of_poll(request.path_params["poll"])
    if revision is None:
        raise DomainError("not_found")
    wanted = request.query_params.get("profile")
    profile = revision.poll.profile(wanted) if wanted else revision.poll.profiles[0]
    if profile is None:
        raise DomainError("not_found")
    return revision.poll, profile


def _printed(request: Request, name: str, poll: Poll, profile: Profile, context: dict[str, Any]) -> Response:
    """The page with one part for each language asked for: the words of a part are all in its own language."""
    only = request.query_params.get("only", "")
    if only and only not in LANGUAGES:
        raise DomainError("not_found")
    shared = {"poll": poll, "profile": profile, **context}
    templates = parts(request).templates
    drawn = {
        lang: Markup(templates.draw(f"paper/_{name}.html", lang, shared)) for lang in ([only] if only else LANGUAGES)
    }
    return page(request, f"paper/{name}.html", {**shared, "drawn": drawn, "only": only})


def _questions(poll: Poll, profile: Profile) -> list[Question]:
    return [poll.practice, *poll.played(profile.id)]


def _boards(question: Question) -> list[PictureBoard]:
    """One for each entry of the ledger; of an idea, the ways to give one."""
    if question.inputs:
        return [PictureBoard(question.id, question.picture, question.text, question.inputs)]
    return [PictureBoard(entry.id, entry.picture, entry.text, entry.options) for entry in question.entries]


def _assent(poll: Poll) -> PictureBoard:
    assent = poll.assent
    return PictureBoard("assent", assent.picture, assent.heading, (assent.yes, assent.no))
