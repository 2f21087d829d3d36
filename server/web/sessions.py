"""Pages of one session: follow, decide, end. Never an answer, nor a number about one question."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.usecases import days, decide, run_session
from server.web.answers import find_answer
from server.web.events import stream
from server.web.forms import field, go_to, read_form, small_number
from server.web.guide import find_asked, find_rounds
from server.web.parts import parts
from server.web.progress import Progress, find_progress
from server.web.start import is_day_ahead, today_of
from server.web.templating import page

_MOST_TABLETS = 9999


async def _progress(request: Request) -> Progress:
    here = parts(request)
    async with here.db.reading() as db:
        return await find_progress(db, request.path_params["session"], here.clock())


async def _context(request: Request, found: Progress) -> dict[str, Any]:
    here = parts(request)
    poll, _ = await find_asked(here, found.session)
    async with here.db.reading() as db:
        answer = await find_answer(db, found.session, found.consultation, found.now)
    return {
        "progress": found,
        "session": found.session,
        "poll": poll,
        "answer": answer,
        "rounds": await find_rounds(parts(request), found),
        "base_url": parts(request).settings.base_url,
        "today": today_of(request).isoformat(),
        **found.allowed(request.state.person),
    }


async def show(request: Request) -> Response:
    """A session's page: where it stands, and the next step."""
    return page(request, "sessions/show.html", await _context(request, await _progress(request)))


async def progress(request: Request) -> Response:
    """The part of the session's page that changes."""
    return page(request, "sessions/_progress.html", await _context(request, await _progress(request)))


async def events(request: Request) -> Response:
    return stream(request, request.path_params["session"])


async def open_session(request: Request) -> Response:
    """Opens a prepared session before its day. Raises `wrong_state`."""
    here, session = parts(request), request.path_params["session"]
    await run_session.open_session(here.db, here.live, session, by=request.state.person.id)
    return _back(request)


async def keep_open(request: Request) -> Response:
    """Sets the last day for new children. Raises `bad_form`, `frozen` or `wrong_state`."""
    here, session, today = parts(request), request.path_params["session"], today_of(request)
    day = field(await read_form(request), "closes")
    if day and not is_day_ahead(day, today):
        raise DomainError("bad_form", [("closes", "out_of_range")])
    await days.keep_open(here.db, here.live, session, day or None, today=today.isoformat())
    return _back(request)


async def finish(request: Request) -> Response:
    """No new children from now on. Raises `wrong_state`."""
    here, session = parts(request), request.path_params["session"]
    await run_session.finish(here.db, here.live, session, by=request.state.person.id)
    return _back(request)


async def close(request: Request) -> Response:
    """Closes for good; the packets stand when it answers. Raises `wrong_state`."""
    here, session = parts(request), request.path_params["session"]
    await run_session.close(here.db, here.live, here.revisions, here.key, session, by=request.state.person.id)
    return _back(request)


async def discard(request: Request) -> Response:
    """Erases what it received, for good. Raises `frozen` or `wrong_state`."""
    here, session = parts(request), request.path_params["session"]
    await run_session.discard(here.db, here.live, session, by=request.state.person.id)
    return _back(request)


async def decide_held(request: Request) -> Response:
    """Counts what is set aside for a reason, or leaves it out for good. Raises `bad_form`, `frozen` or `not_found`."""
    here, session, by = parts(request), request.path_params["session"], request.state.person.id
    form = await read_form(request)
    reason, decision = field(form, "reason"), field(form, "decision")
    if decision == "include":
        await decide.include(here.db, here.live, here.revisions, here.clock, here.key, session, reason, by=by)
    elif decision == "leave_out":
        await decide.leave_out(here.db, here.live, session, reason, by=by)
    else:
        raise DomainError("bad_form", [("decision", "unknown")])
    return _back(request)


async def revoke_tablet(request: Request) -> Response:
    """What this tablet delivers from now on is held. Raises `not_found`."""
    here, session = parts(request), request.path_params["session"]
    number = small_number(request.path_params["number"], _MOST_TABLETS)
    if number is None:
        raise DomainError("not_found")
    await run_session.revoke_tablet(here.db, here.live, session, number)
    return _back(request)


def _back(request: Request) -> Response:
    return go_to(request, f"/staff/sessions/{request.path_params['session']}")
