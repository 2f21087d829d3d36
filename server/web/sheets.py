"""Paper sheets at the municipality: a moderator opens a session for them and types them in through the booklet."""

from collections.abc import Set
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.sessions import GRADES
from server.store.areas import list_areas
from server.store.consultations import find_consultation
from server.usecases import run_session
from server.web.forms import Form, field, go_to, read_form, small_number
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.words import by_name


async def new(request: Request) -> Response:
    """Which envelope? Raises `frozen`."""
    return await _form(request, {}, set())


async def create(request: Request) -> Response:
    """Opens a session for one envelope of sheets, or shows the form again. Raises `frozen`."""
    here = parts(request)
    form = await read_form(request)
    grades = [small_number(grade, GRADES[-1]) or 0 for grade in form.get("grades", [])]
    if not field(form, "area"):
        return await _form(request, form, {"area"})
    try:
        session = await run_session.prepare(
            here.db,
            here.revisions,
            request.path_params["consultation"],
            field(form, "area"),
            grades,
            typed=True,
            today=datetime.fromtimestamp(here.clock(), UTC).date().isoformat(),
            by=request.state.person.id,
        )
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _form(request, form, dict(error.details).keys())
    here.live.announce(session.consultation)
    return go_to(request, f"/staff/sessions/{session.id}")


async def _form(request: Request, chosen: Form, wrong: Set[str]) -> Response:
    async with parts(request).db.reading() as db:
        consultation = await find_consultation(db, request.path_params["consultation"])
        known = await list_areas(db)
    if consultation is None:
        raise DomainError("not_found")
    if consultation.frozen:
        raise DomainError("frozen")
    context = {
        "consultation": consultation.id,
        "schools": by_name([known[area] for area in consultation.list_places_in(known)], language_of(request)),
        "area": field(chosen, "area"),
        "chosen_grades": chosen.get("grades", []),
        "grades": consultation.grades,
        "wrong": wrong,
    }
    return page(request, "sheets/new.html", context, status=422 if wrong else 200)
