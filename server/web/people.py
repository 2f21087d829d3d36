"""Pages of people: who has which role in the areas one administers, inviting them, and what can be done about one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.people import Action, Role
from server.store.areas import Area, list_areas, list_below_in, list_path_in
from server.store.staff import find_member, list_members
from server.usecases import people
from server.usecases.second_factor import has_any
from server.web.forms import Form, field, go_to, read_form
from server.web.invitations import show_link
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.words import by_name

_MOST_SHOWN = 100
_MOST_SEARCH = 80


async def show_all(request: Request) -> Response:
    """Who has a role in one's areas, or in one of them and below, by name."""
    known, own = await _own_areas(request)
    chosen = request.query_params.get("area", "")
    search = request.query_params.get("q", "").strip()[:_MOST_SEARCH]
    within = list_below_in(known, [chosen]) if chosen in {area.id for area in own} else [area.id for area in own]
    async with parts(request).db.reading() as db:
        found = await list_members(db, within, search=search, most=_MOST_SHOWN + 1)
    context = {
        "members": found[:_MOST_SHOWN],
        "is_cut": len(found) > _MOST_SHOWN,
        "areas": own,
        "known": known,
        "chosen": chosen,
        "search": search,
    }
    return page(request, "people/list.html", context)


async def new(request: Request) -> Response:
    """The form that invites somebody."""
    return await _form(request, {"area": [request.query_params.get("area", "")]}, {})


async def invite(request: Request) -> Response:
    """Invites and shows the link, or the form again. Raises `not_found` or `not_allowed`."""
    here = parts(request)
    form = await read_form(request)
    role, area = _read_role(form)
    if role is None or not area:
        problems = {} if role else {"role": "missing"}
        return await _form(request, form, problems if area else {**problems, "area": "missing"})
    try:
        name, email = field(form, "name"), field(form, "email")
        invited = await people.invite(here.db, here.clock, request.state.person, name, email, role, area)
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _form(request, form, dict(error.details))
    return await show_link(request, invited)


async def show(request: Request) -> Response:
    """One person: roles, and what an administrator may do."""
    return await _person(request, {})


async def give_role(request: Request) -> Response:
    """Raises `not_found` or `not_allowed`."""
    here, person = parts(request), request.path_params["person"]
    role, area = _read_role(await read_form(request))
    if role is None or not area:
        return await _person(request, {"area": "missing"} if role else {"role": "missing"})
    invited = await people.give_role(here.db, here.clock, request.state.person, person, role, area)
    return await show_link(request, invited) if invited.token else _back(request)


async def remove_role(request: Request) -> Response:
    """Raises `not_found`, `not_allowed` or `last_administrator`."""
    role, area = _read_role(await read_form(request))
    if role is None:
        raise DomainError("not_found")
    here, person = parts(request), request.path_params["person"]
    await people.remove_role(here.db, request.state.person, person, role, area)
    async with here.db.reading() as db:
        member = await find_member(db, person)
    return _back(request) if member and member.roles else go_to(request, "/staff/people")


async def disable(request: Request) -> Response:
    """Raises `not_allowed` or `last_administrator`."""
    await people.disable(parts(request).db, request.state.person, request.path_params["person"])
    return _back(request)


async def enable(request: Request) -> Response:
    """Raises `not_allowed`."""
    await people.enable(parts(request).db, request.state.person, request.path_params["person"])
    return _back(request)


async def reset(request: Request) -> Response:
    """Takes the password away and shows a new link. Raises `not_allowed`, `last_administrator` or `wrong_state`."""
    here = parts(request)
    return await show_link(
        request, await people.reset(here.db, here.clock, request.state.person, request.path_params["person"])
    )


async def reset_second_factor(request: Request) -> Response:
    """Takes away passkeys, app and recovery codes. Raises `not_allowed`."""
    person = request.path_params["person"]
    await people.reset_second_factor(parts(request).db, request.state.person, person)
    return go_to(request, f"/staff/people/{person}?done=second")


async def _form(request: Request, form: Form, problems: dict[str, str]) -> Response:
    known, own = await _own_areas(request)
    given = {name: field(form, name) for name in ("name", "email", "role", "area")}
    context = {"areas": own, "known": known, "given": given, "problems": problems, "path": "/staff/people/new"}
    return page(request, "people/new.html", context, status=422 if problems else 200)


async def _person(request: Request, problems: dict[str, str]) -> Response:
    known, own = await _own_areas(request)
    async with parts(request).db.reading() as db:
        member = await find_member(db, request.path_params["person"])
        has_second = member is not None and await has_any(db, member.account.id)
    if member is None:
        raise DomainError("not_found")
    mine = {area.id for area in own}
    context: dict[str, Any] = {
        "member": member,
        "areas": own,
        "known": known,
        "mine": mine,
        "is_within": set(member.areas) <= mine,
        "is_me": member.account.id == request.state.person.id,
        "has_second": has_second,
        "problems": problems,
        "path": f"/staff/people/{member.account.id}",
        "asks": request.query_params.get("ask"),
        "done": request.query_params.get("done"),
    }
    return page(request, "people/show.html", context, status=422 if problems else 200)


async def _own_areas(request: Request) -> tuple[dict[str, Area], list[Area]]:
    """Every area by id, and those the person administers: what stands above first, by name."""
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
    below = list_below_in(known, request.state.person.areas_for(Action.ADMINISTER))
    own = by_name((known[area] for area in below), language_of(request))
    return known, sorted(own, key=lambda area: len(list_path_in(known, area.id)))


def _read_role(form: Form) -> tuple[Role | None, str]:
    role = field(form, "role")
    return Role(role) if role in list(Role) else None, field(form, "area")


def _back(request: Request) -> Response:
    return go_to(request, f"/staff/people/{request.path_params['person']}")
