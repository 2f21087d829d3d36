"""The page where staff tell how it went with a poll: what they write travels with its package. Knows no answers."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES
from server.domain.sections import EXPERIENCE, MOST_EXPERIENCES
from server.store.drafts import Draft, find_draft
from server.usecases.packages import forget_experience, tell_experience
from server.web.forms import Form, field, go_to, read_form, small_number
from server.web.parts import parts
from server.web.templating import page


async def show(request: Request) -> Response:
    """What was told so far, and the form for one more. Raises `not_found`."""
    return await _show(request, {}, {})


async def tell(request: Request) -> Response:
    """Adds one, or takes one away. Raises `not_found`."""
    here, poll, by = parts(request), request.path_params["poll"], request.state.person.id
    form = await read_form(request)
    gone = small_number(field(form, "remove"), MOST_EXPERIENCES)
    try:
        if gone is None:
            told = {name: {lang: field(form, f"{name}_{lang}") for lang in LANGUAGES} for name in EXPERIENCE}
            await tell_experience(here.db, here.clock, poll, told, by=by)
        else:
            await forget_experience(here.db, here.clock, poll, gone, by=by)
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _show(request, form, dict(error.details))
    return go_to(request, f"/staff/polls/{poll}/experience")


async def _draft(request: Request) -> Draft:
    async with parts(request).db.reading() as db:
        draft = await find_draft(db, request.path_params["poll"])
    if draft is None:
        raise DomainError("not_found")
    return draft


async def _show(request: Request, form: Form, wrong: Mapping[str, str]) -> Response:
    draft = await _draft(request)
    context = {
        "draft": draft,
        "told": draft.content.get("experience", []),
        "typed": {f"{name}_{lang}": field(form, f"{name}_{lang}") for name in EXPERIENCE for lang in LANGUAGES},
        "wrong": wrong,
        "path": f"/staff/polls/{draft.poll}/experience",
    }
    return page(request, "shelf/experience.html", context, status=422 if wrong else 200)
