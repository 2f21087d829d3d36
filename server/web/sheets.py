"""Paper sheets at the municipality: a moderator opens a session for them and types them in through the booklet."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.sessions import GRADES
from server.store.areas import list_areas, list_path_in
from server.store.consultations import find_consultation
from server.usecases import run_session
from server.web.forms import Form, field, go_to, read_form
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
    grades = form.get("grades", [])
    known = {"area": field(form, "area") in await _places(request), "grades": bool(grades)}
    wrong = {name for name, is_right in known.items() if not is_right}
    if any(grade not in map(str, GRADES) for grade in grades):
        wrong.add("grades")
    if wrong:
        return await _form(request, form, wrong)
    session = await run_session.prepare(
        here.db,
        here.revisions,
        request.path_params["consultation"],
        field(form, "area"),
        [int(grade) for grade in grades],
        typed=True,
        today=datetime.fromtimestamp(here.clock(), UTC).date().isoformat(),
        by=request.state.person.id,
    )
    here.live.announce(session.consultation)
    return go_to(request, f"/staff/sessions/{session.id}")


async def _places(request: Request) -> set[str]:
    """The schools and other places of the consultation."""
    async with parts(request).db.reading() as db:
        consultation = await find_consultation(db, request.path_params["consultation"])
        known = await list_areas(db)
    if consultation is None:
        raise DomainError("not_found")
    if consultation.frozen:
        raise DomainError("frozen")
    return {area for area in known if consultation.area in list_path_in(known, area)[1:]}


async def _form(request: Request, chosen: Form, wrong: set[str]) -> Response:
    places = await _places(request)
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
    context = {
        "consultation": request.path_params["consultation"],
        "schools": by_name([known[area] for area in places], language_of(request)),
        "area": field(chosen, "area"),
        "chosen_grades": chosen.get("grades", []),
        "grades": GRADES,
        "wrong": wrong,
    }
    return page(request, "sheets/new.html", context, status=422 if wrong else 200)
