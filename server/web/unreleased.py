"""The page after a restore that lacks its journal: which sessions wait for an administrator, and the way on."""

from collections.abc import Collection, Sequence
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.people import Action, Person
from server.domain.sessions import Session
from server.store.areas import list_areas, list_below_in, list_path_in
from server.store.consultations import list_consultations
from server.store.sessions import list_unreleased_sessions
from server.usecases import recover
from server.web.forms import go_to
from server.web.parts import parts
from server.web.templating import page


async def show(request: Request) -> Response:
    """The sessions that wait, by consultation; one button for each and one for all."""
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
        titles = {each.id: each for each in await list_consultations(db)}
        waiting = await list_own(db, request.state.person)
    person = request.state.person
    groups = [
        (titles[id_], list(group), person.may(Action.ADMINISTER, list_path_in(known, titles[id_].area)))
        for id_, group in groupby(waiting, lambda each: each.consultation)
    ]
    return page(request, "sessions/unreleased.html", {"groups": groups, "known": known})


async def release(request: Request) -> Response:
    """Lets one session go on. Raises `not_found`."""
    return await _release(request, [request.path_params["session"]])


async def release_all(request: Request) -> Response:
    """Lets every session of a consultation go on."""
    async with parts(request).db.reading() as db:
        waiting = await list_unreleased_sessions(db)
    return await _release(
        request, [each.id for each in waiting if each.consultation == request.path_params["consultation"]]
    )


async def _release(request: Request, sessions: Sequence[str]) -> Response:
    here = parts(request)
    await recover.release(here.db, here.live, sessions, by=request.state.person.id)
    return go_to(request, "/staff/unreleased")


async def list_own(db: AsyncConnection, person: Person) -> list[Session]:
    """Those that this person may release."""
    waiting = await list_unreleased_sessions(db)
    areas: Collection[str] = list_below_in(await list_areas(db), person.areas_for(Action.ADMINISTER)) if waiting else ()
    return [each for each in waiting if each.area in areas]
