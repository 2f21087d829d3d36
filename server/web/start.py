"""The form that starts a session: now, on a later day, or as a trial."""

from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from server.domain.areas import Kind
from server.domain.errors import DomainError
from server.domain.people import Action
from server.domain.sessions import GRADES
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import Consultation, find_consultation, find_newest_revision
from server.usecases import run_session
from server.usecases.areas import add_area
from server.web.access import require
from server.web.forms import Form, field, go_to, is_htmx, read_form, small_number
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.words import by_name

_MOST_CHILDREN = 500
_LONGEST_WAIT = timedelta(days=366)


async def new(request: Request) -> Response:
    """The form that starts a session. Raises `not_found`, `not_allowed` or `frozen`."""
    consultation = request.path_params["consultation"]
    asked = request.query_params
    chosen = {"area": [asked.get("school", "")], "trial": [asked.get("trial", "")]}
    return await _form(request, consultation, chosen, {})


async def create(request: Request) -> Response:
    """Starts or prepares a session, or shows the form again. Raises `not_found`, `not_allowed` or `frozen`."""
    here = parts(request)
    form = await read_form(request)
    consultation = field(form, "consultation")
    try:
        area = field(form, "area") or await _add_first_school(request, consultation, form)
        if area:
            await require(request, Action.RUN_SESSION, area)
        problems = _problems(form, area, today_of(request))
        if problems:
            return await _form(request, consultation, form, problems)
        session = await run_session.prepare(
            here.db,
            here.revisions,
            consultation,
            area,
            [int(grade) for grade in form["grades"]],
            profile=field(form, "profile") or None,
            children=small_number(field(form, "children"), _MOST_CHILDREN),
            opens=field(form, "opens") or None,
            closes=field(form, "closes") or None,
            special=field(form, "special") == "yes",
            trial=field(form, "trial") == "yes",
            today=today_of(request).isoformat(),
            by=request.state.person.id,
        )
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _form(request, consultation, form, dict(error.details))
    here.live.announce(consultation)
    return go_to(request, f"/staff/sessions/{session.id}")


async def _add_first_school(request: Request, consultation_id: str, form: Form) -> str:
    """The school that an administrator of a municipality without one names; empty where none can be added.

    Raises `bad_form` about `place`.
    """
    async with parts(request).db.reading() as db:
        consultation = await find_consultation(db, consultation_id)
        known = await list_areas(db)
    if consultation is None or not _may_add_first(request, consultation, known):
        return ""
    area = known[consultation.area]
    name = {area.language: field(form, "place")}
    try:
        return await add_area(parts(request).db, request.state.person, area.id, Kind.SCHOOL, name, area.language)
    except DomainError as error:
        raise DomainError("bad_form", [("place", "missing")]) if error.kind.code == "bad_form" else error from error


def _may_add_first(request: Request, consultation: Consultation, known: dict[str, Area]) -> bool:
    path, person = list_path_in(known, consultation.area), request.state.person
    is_empty = all(area.parent != consultation.area for area in known.values())
    may = person.may(Action.ADMINISTER, path) and person.may(Action.RUN_SESSION, path)
    return is_empty and may and known[consultation.area].kind == Kind.MUNICIPALITY


def _problems(form: Form, area: str, today: date) -> dict[str, str]:
    """What is wrong with the form by itself: field -> code."""
    problems = {} if area else {"area": "missing"}
    grades = form.get("grades", [])
    if not grades or any(grade not in map(str, GRADES) for grade in grades):
        problems["grades"] = "missing"
    children = field(form, "children")
    if children and not small_number(children, _MOST_CHILDREN):
        problems["children"] = "out_of_range"
    for name in ("opens", "closes"):
        if field(form, name) and not is_day_ahead(field(form, name), today):
            problems[name] = "out_of_range"
    return problems


def is_day_ahead(text: str, today: date) -> bool:
    """Whether the text is an ISO date from today on, at most a year ahead."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and today <= day <= today + _LONGEST_WAIT


def today_of(request: Request) -> date:
    """The server's day."""
    return datetime.fromtimestamp(parts(request).clock(), UTC).date()


async def _form(request: Request, consultation_id: str, chosen: Form, problems: dict[str, str]) -> Response:
    here = parts(request)
    async with here.db.reading() as db:
        consultation = await find_consultation(db, consultation_id)
        known = await list_areas(db)
        newest = await find_newest_revision(db, consultation_id)
    revision = await here.revisions.find(newest) if newest else None
    if consultation is None or revision is None:
        raise DomainError("not_found")
    if consultation.frozen:
        raise DomainError("frozen")
    schools = _schools(request, consultation, known)
    if not schools and not _may_add_first(request, consultation, known):
        raise DomainError("not_allowed")
    context = {
        "consultation": consultation,
        "schools": schools,
        "given": {
            "opens": _first_day(request, consultation),
            **{name: values[0].strip() for name, values in chosen.items()},
        },
        "chosen_grades": chosen.get("grades", []),
        "problems": problems,
        "today": today_of(request).isoformat(),
        "latest": (today_of(request) + _LONGEST_WAIT).isoformat(),
        "most_children": _MOST_CHILDREN,
        "path": f"/staff/consultations/{consultation.id}/start",
        "profiles": revision.poll.profiles,
        "grades": consultation.grades,
    }
    name = "sessions/_start.html" if is_htmx(request) else "sessions/start.html"
    return page(request, name, context, status=422 if problems else 200)


def _first_day(request: Request, consultation: Consultation) -> str:
    """The first day of a period that has not begun, proposed in the form; else empty."""
    first = str(consultation.facts.get("begins") or "")
    return first if first > today_of(request).isoformat() else ""


def _schools(request: Request, consultation: Consultation, known: dict[str, Area]) -> list[Area]:
    """The places of this consultation where the person may run a session, by name."""
    places = consultation.list_places_in(known).items()
    mine = [known[area] for area, path in places if request.state.person.may(Action.RUN_SESSION, path)]
    return by_name(mine, language_of(request))
