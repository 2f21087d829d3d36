"""A worry about a child behind an idea: whoever reads it marks it, and those who keep worries hand it over."""

from starlette.requests import Request
from starlette.responses import Response

from server.domain.desk import WORRIES, State
from server.domain.errors import DomainError
from server.store.areas import Area
from server.usecases import moderate
from server.web.desk import desk_context, seen_idea, show_one
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.templating import page


async def show(request: Request) -> Response:
    """What to do, before an idea is marked; for a worry, to those who keep it. Raises `not_found`."""
    return await _show(request)


async def mark(request: Request) -> Response:
    """Gives an idea to those who keep worries, and says who they are."""
    here, named, form = parts(request), request.path_params, await read_form(request)
    person, was = request.state.person.id, field(form, "was")
    about = (named["consultation"], named["idea"], State.WORRY)
    try:
        await moderate.decide(here.db, here.clock, *about, was=was, by=person)
    except DomainError as error:
        if error.kind.code != "already_decided":
            raise
        return await show_one(request, error)
    return go_to(request, f"/staff/consultations/{named['consultation']}/ideas/keepers?marked=yes")


async def school(request: Request) -> Response:
    """The school, this once and with a line in the log. Raises `not_found` or `wrong_state`."""
    named = request.path_params
    by = request.state.person.id
    return await _show(
        request, await moderate.open_school(parts(request).db, named["consultation"], named["idea"], by=by)
    )


async def hand_over(request: Request) -> Response:
    """Notes that it was handed over. Raises `not_found` or `wrong_state`."""
    here, named = parts(request), request.path_params
    await moderate.hand_over(here.db, here.clock, named["consultation"], named["idea"], by=request.state.person.id)
    return go_to(request, f"/staff/consultations/{named['consultation']}/ideas/{named['idea']}/worry")


async def _show(request: Request, opened: Area | None = None) -> Response:
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        idea = await seen_idea(request, db, context["consultation"])
    more = {
        "idea": idea,
        "is_worry": idea.verdict.state in WORRIES,
        "school": opened,
        "path": f"{context['home']}/ideas/{idea.id}/worry",
    }
    return page(request, "ideas/worry.html", {**context, **more})
