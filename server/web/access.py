"""Who may use a route. Every route names its rule; the rule is checked before the handler runs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.domain.people import Action, Person
from server.store.areas import find_area, list_area_path, list_areas, list_path_in
from server.store.consultations import find_consultation
from server.store.drafts import find_consultation_of
from server.store.sessions import find_session
from server.store.staff import find_member
from server.usecases.sign_ins import SignedIn, find_signed_in
from server.web.cookies import cookie_name
from server.web.forms import go_to
from server.web.parts import parts

Handler = Callable[[Request], Awaitable[Response]]


class Who(StrEnum):
    ANYONE = "anyone"
    TABLET = "tablet"
    HALF = "half"
    STAFF = "staff"
    READER = "reader"
    MACHINE = "machine"


class Where(StrEnum):
    """The area a staff rule is about: that of the session, consultation or poll in the path, or any of the person's.

    `TAKES_PART` is the poll's area or any place in it: a school's teacher prints the municipality's poll. `PERSON` is
    any area where the person in the path has a role.
    """

    ANYWHERE = "anywhere"
    SESSION = "session"
    CONSULTATION = "consultation"
    POLL = "poll"
    TAKES_PART = "takes_part"
    AREA = "area"
    PERSON = "person"


@dataclass(frozen=True)
class Rule:
    """`TABLET` and `MACHINE` routes check the bearer token themselves; `STAFF` ones name an action and where it must be
    allowed.

    `READER` ones are open to anyone as well, without a person, once the consultation's results are public. `HALF` ones
    are for whoever has shown one factor of two. `fresh` ones want a sign-in that has just begun.
    """

    who: Who
    action: Action | None = None
    where: Where = Where.ANYWHERE
    fresh: bool = False


ANYONE = Rule(Who.ANYONE)
TABLET = Rule(Who.TABLET)
MACHINE = Rule(Who.MACHINE)
HALF = Rule(Who.HALF)


def staff(action: Action, where: Where = Where.ANYWHERE, *, fresh: bool = False) -> Rule:
    return Rule(Who.STAFF, action, where, fresh)


def reader(action: Action) -> Rule:
    return Rule(Who.READER, action, Where.CONSULTATION)


async def sign_in_of(request: Request) -> SignedIn | None:
    """This browser's sign-in, also when another factor is still to be shown."""
    here, token = parts(request), request.cookies.get(cookie_name(request))
    return await find_signed_in(here.db, here.clock, token, demo=here.settings.demo) if token else None


async def signed_in(request: Request) -> Person | None:
    """The member of staff this browser is signed in as."""
    found = await sign_in_of(request)
    return found.person if found and not found.is_half else None


async def area_paths(request: Request, where: Where) -> list[list[str]]:
    """The area that the path's session, consultation or poll belongs to and all above it, or one such path for each
    place that takes part or each of a person's areas. Raises `not_found`.
    """
    async with parts(request).db.reading() as db:
        areas = await _find_areas(db, request.path_params, where)
        if where != Where.TAKES_PART:
            return [await list_area_path(db, area) for area in areas]
        known = await list_areas(db)
    return [path for path in (list_path_in(known, place) for place in known) if areas[0] in path]


async def _find_areas(db: AsyncConnection, named: Mapping[str, str], where: Where) -> list[str]:
    if where == Where.PERSON:
        member = await find_member(db, named["person"])
        found = member.areas if member else None
    else:
        area = await _find_area(db, named, where)
        found = [area] if area else None
    if found is None:
        raise DomainError("not_found")
    return found


async def _find_area(db: AsyncConnection, named: Mapping[str, str], where: Where) -> str | None:
    if where == Where.AREA:
        return named["area"] if await find_area(db, named["area"]) else None
    if where == Where.SESSION:
        session = await find_session(db, named["session"])
        return session.area if session else None
    if where in (Where.POLL, Where.TAKES_PART):
        consultation_id = await find_consultation_of(db, named["poll"]) or ""
    else:
        consultation_id = named["consultation"]
    consultation = await find_consultation(db, consultation_id)
    return consultation.area if consultation else None


async def require(request: Request, action: Action, area: str) -> None:
    """Raises `not_allowed` unless the signed-in person may do `action` in `area`, named by a form."""
    async with parts(request).db.reading() as db:
        path = await list_area_path(db, area)
    if not path:
        raise DomainError("not_found")
    if not request.state.person.may(action, path):
        raise DomainError("not_allowed")


def guarded(handler: Handler, rule: Rule) -> Handler:
    """The handler behind its rule.

    Raises `sign_in_needed`, `second_factor_needed`, `sign_in_again`, `not_allowed` or `not_found` before it runs.
    """
    if rule.who == Who.HALF:
        return _half(handler)
    if rule.who not in (Who.STAFF, Who.READER):
        return handler
    action = rule.action
    assert action is not None

    async def checked(request: Request) -> Response:
        found = await sign_in_of(request)
        person = found.person if found and not found.is_half else None
        if person is not None and await _may(request, person, action, rule.where):
            request.state.person, request.state.is_fresh = person, bool(found and found.is_fresh)
            if rule.fresh and not request.state.is_fresh:
                raise DomainError("sign_in_again")
        elif rule.who != Who.READER or not await _is_public(request):
            raise DomainError("not_allowed" if person else "second_factor_needed" if found else "sign_in_needed")
        return await handler(request)

    return checked


def _half(handler: Handler) -> Handler:
    async def checked(request: Request) -> Response:
        found = await sign_in_of(request)
        if found is None:
            raise DomainError("sign_in_needed")
        if not found.is_half:
            return go_to(request, "/staff/")
        request.state.half = found.person
        return await handler(request)

    return checked


async def _may(request: Request, person: Person, action: Action, where: Where) -> bool:
    if where == Where.ANYWHERE:
        return person.may_somewhere(action)
    return any(person.may(action, path) for path in await area_paths(request, where))


async def _is_public(request: Request) -> bool:
    async with parts(request).db.reading() as db:
        consultation = await find_consultation(db, request.path_params["consultation"])
    return consultation is not None and consultation.public is not None
