"""Results from whole packets, as a page and as JSON. Knows packets only: no response, not even through `parts`."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.errors import DomainError
from server.domain.levels import may_ask, open_to_anyone
from server.exports.json_file import as_json
from server.store.consultations import Revisions
from server.store.database import Database
from server.usecases.report import Results, read_results
from server.web.templating import language_of, page
from server.web.words import by_name

_FILTERS = ("school", "grades", "school_language")


async def show(request: Request) -> Response:
    """The reviewer's page: every question with its counts, or that they are withheld."""
    found = await _read(request)
    lang = language_of(request)
    context = {
        "found": found,
        "schools": by_name(found.schools.values(), lang),
        "grades": _grades_to_choose(found),
    }
    return page(request, "results/show.html", context)


async def api(request: Request) -> Response:
    """The same as JSON (docs: results), for anyone at the levels that are open. Raises `not_found` or `not_allowed`."""
    found = await _read(request)
    is_reviewer = getattr(request.state, "person", None) is not None
    if not is_reviewer and not may_ask(found.consultation.public, found.where):
        raise DomainError("not_allowed")
    results = found.results if is_reviewer else open_to_anyone(found.results, found.where)
    body = as_json(replace(found, results=results))
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


async def _read(request: Request) -> Results:
    db: Database = request.app.state.parts.db
    revisions: Revisions = request.app.state.parts.revisions
    where = {name: request.query_params[name] for name in _FILTERS if request.query_params.get(name)}
    async with db.reading() as tx:
        return await read_results(tx, revisions, request.path_params["consultation"], where)


def _grades_to_choose(found: Results) -> list[str]:
    """Each grade, and each band of grades that a profile of the poll names."""
    singles = sorted({grade for profile in found.poll.profiles for grade in profile.grades})
    bands = {(min(profile.grades), max(profile.grades)) for profile in found.poll.profiles}
    chosen = found.where.get("grades", "")
    offered = [str(grade) for grade in singles]
    offered += [f"{first}-{last}" for first, last in sorted(bands) if first != last]
    return offered if not chosen or chosen in offered else [*offered, chosen]
