"""Covering names and faces: words by their place, parts of the drawing by rectangles in parts of it from 0 to 1."""

from itertools import zip_longest

from starlette.requests import Request
from starlette.responses import Response

from server.domain.desk import MOST_BOXES, read_boxes, words
from server.domain.errors import DomainError
from server.usecases import moderate
from server.web.desk import desk_context, seen_idea, show_one
from server.web.forms import Form, field, go_to, read_form
from server.web.parts import parts
from server.web.templating import page

_MOST_FIELDS = 600
_SIDES = ("x", "y", "width", "height")


async def show(request: Request) -> Response:
    """The idea with what is covered of it by now, its words and its drawing to cover. Raises `not_found`."""
    return await _show(request, {}, None)


async def save(request: Request) -> Response:
    """Lets the idea be shown as it is covered now, and goes on to the next one."""
    here, named, form = parts(request), request.path_params, await read_form(request, max_fields=_MOST_FIELDS)
    about = (named["consultation"], named["idea"])
    try:
        boxes = read_boxes(*(form.get(side, []) for side in _SIDES))
        hidden = set(form.get("hide", []))
        was, by = field(form, "was"), request.state.person.id
        await moderate.cover_idea(here.db, here.easel, here.clock, *about, hidden, boxes, was=was, by=by)
    except DomainError as error:
        if error.kind.code == "already_decided":
            return await show_one(request, error)
        if error.kind.code != "bad_form":
            raise
        return await _show(request, form, error)
    return go_to(request, f"/staff/consultations/{about[0]}/ideas?after={about[1]}&last={about[1]}")


async def _show(request: Request, form: Form, refused: DomainError | None) -> Response:
    async with parts(request).db.reading() as db:
        context = await desk_context(request, db)
        idea = await seen_idea(request, db, context["consultation"])
    rows = list(zip_longest(*(form.get(side, []) for side in _SIDES), fillvalue=""))[:MOST_BOXES]
    more = {
        "idea": idea,
        "words": words(idea.said or ""),
        "hidden": form.get("hide", []),
        "sides": _SIDES,
        "rows": [*rows, *[("", "", "", "")] * (MOST_BOXES - len(rows))],
        "wrong": dict(refused.details) if refused else {},
        "path": f"{context['home']}/ideas/{idea.id}/cover",
    }
    return page(request, "ideas/cover.html", {**context, **more}, status=refused.kind.status if refused else 200)
