"""Pages where a consultation is begun and described, and its polls are listed. Knows no questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.drafts import FACT_DATES, Content, as_facts, short_text
from server.domain.errors import DomainError
from server.domain.gaps import list_fact_gaps, list_gaps
from server.domain.packages import LANGUAGES
from server.domain.people import Action
from server.domain.sessions import GRADES
from server.store.areas import Area, list_areas, list_path_in
from server.store.consultations import Consultation, Published, find_consultation, list_published
from server.store.drafts import Draft, list_drafts
from server.store.shelf import find_empty_poll
from server.usecases import compose, edit
from server.web.access import require
from server.web.advice import advise
from server.web.fields import Fields, answer_fields, field_context, known_pictures, read_fields
from server.web.forms import Form, field, go_to, is_htmx, read_form
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.words import by_name


@dataclass(frozen=True)
class Line:
    """A poll in the list; `revision` is its newest one."""

    draft: Draft
    questions: int
    gaps: int
    revision: Published | None
    is_in_use: bool


async def new(request: Request) -> Response:
    """What shall it be called, and where?"""
    return await _new(request, {}, {})


async def begin(request: Request) -> Response:
    """Begins a consultation with an empty poll. Raises `not_allowed` for an area of others."""
    here, form = parts(request), await read_form(request)
    areas = await places_to_begin(request)
    area = field(form, "area") or (areas[0].id if len(areas) == 1 else "")
    wrong: dict[str, str] = {} if area else {"area": "missing"}
    title = {lang: field(form, f"title_{lang}") for lang in LANGUAGES}
    try:
        title = {lang: short_text(f"title_{lang}", written) for lang, written in title.items()}
    except DomainError as error:
        wrong |= dict(error.details)
    if not any(title.values()):
        wrong["title_sv"] = "missing"
    if wrong:
        return await _new(request, form, wrong)
    await require(request, Action.COMPOSE, area)
    content = {**find_empty_poll(), "title": title}
    _, poll = await compose.start_draft(here.db, area, content, by=request.state.person.id)
    return go_to(request, f"/staff/polls/{poll}/workshop")


async def show(request: Request) -> Response:
    """What a consultation is about, and its polls."""
    found = await _found(request)
    return await _show(request, found)


async def save(request: Request) -> Response:
    """Saves fields of what the consultation is about. Raises `frozen`."""
    here, consultation = parts(request), request.path_params["consultation"]
    fields = await read_fields(request)
    try:
        fields.conflicts = await edit.save_facts(
            here.db, here.clock, consultation, fields.wishes, by=request.state.person.id
        )
    except DomainError as error:
        fields.refuse(error)
    if not is_htmx(request) and not fields.is_held:
        return go_to(request, f"/staff/consultations/{consultation}/workshop")
    return await _show(request, await _found(request), fields)


async def change(request: Request) -> Response:
    """Adds a poll, or moves, takes away or brings back one. Raises `bad_form`, `wrong_state`, `frozen`, `not_found`."""
    here, consultation = parts(request), request.path_params["consultation"]
    do, _, poll = field(await read_form(request), "do").partition(" ")
    home = f"/staff/consultations/{consultation}/workshop"
    found = await _found(request)
    if do == "add":
        content = {**find_empty_poll(), "title": dict(found.title)}
        poll = await compose.add_poll(here.db, here.clock, consultation, content, by=request.state.person.id)
        return go_to(request, f"/staff/polls/{poll}/workshop")
    async with here.db.reading() as db:
        if poll not in {draft.poll for draft in await list_drafts(db, consultation)}:
            raise DomainError("not_found")
    if do in ("up", "down"):
        await compose.move_poll(here.db, poll, -1 if do == "up" else 1)
    elif do in ("remove", "restore"):
        await compose.remove_poll(here.db, here.clock, poll, back=do == "restore")
    else:
        raise DomainError("bad_form", [("do", "unknown")])
    return go_to(request, f"{home}#polls")


async def _found(request: Request) -> Consultation:
    async with parts(request).db.reading() as db:
        found = await find_consultation(db, request.path_params["consultation"])
    if found is None:
        raise DomainError("not_found")
    return found


async def _show(request: Request, consultation: Consultation, fields: Fields | None = None) -> Response:
    here, lang = parts(request), language_of(request)
    async with here.db.reading() as db:
        drafts = await list_drafts(db, consultation.id)
        published = await list_published(db, consultation.id)
        known = await list_areas(db)
    facts = as_facts(consultation.title, consultation.facts)
    gaps = advise(list_fact_gaps(facts), lang)
    home = f"/staff/consultations/{consultation.id}/workshop"
    shared = {**field_context(facts, gaps, fields or Fields(), lang), "save_at": home}
    if fields and is_htmx(request):
        return answer_fields(request, fields, shared)
    below = [area for area in known.values() if consultation.area in list_path_in(known, area.id)[1:]]
    context = {
        **shared,
        "consultation": consultation,
        "lines": [_line(here.assets, draft, published) for draft in drafts if draft.removed_at is None],
        "removed": [draft for draft in drafts if draft.removed_at is not None],
        "areas": by_name(below, lang),
        "grades": GRADES,
        "dates": FACT_DATES,
        "path": home,
    }
    status = fields.status if fields else 200
    return page(request, "workshop/consultation.html", context, status=status)


def _line(assets: Any, draft: Draft, published: Sequence[Published]) -> Line:
    revision = next((each for each in published if each.poll == draft.poll), None)
    questions = [each for each in draft.content["questions"] if not each.get("removed") and each["id"] != "exit"]
    gaps = list_gaps(draft.content, known_pictures(assets, draft.content))
    return Line(draft, len(questions), len(gaps), revision, bool(published) and revision == published[0])


async def places_to_begin(request: Request) -> list[Area]:
    """Where this person may make a consultation."""
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
    person = request.state.person
    mine = [
        area
        for area in known.values()
        if area.kind != "school" and person.may(Action.COMPOSE, list_path_in(known, area.id))
    ]
    return by_name(mine or [known[area] for _role, area in person.roles if area in known], language_of(request))


async def _new(request: Request, form: Form, wrong: Mapping[str, str]) -> Response:
    context: Content = {
        "areas": await places_to_begin(request),
        "area": field(form, "area"),
        "titles": {lang: field(form, f"title_{lang}") for lang in LANGUAGES},
        "wrong": wrong,
        "path": "/staff/workshop/new",
    }
    return page(request, "workshop/new.html", context, status=422 if wrong else 200)
