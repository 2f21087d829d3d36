"""Results from whole packets, as a page and as JSON. Knows packets only: no response, not even through `parts`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.areas import PLACES
from server.domain.errors import DomainError
from server.domain.levels import may_ask, open_to_anyone
from server.exports.json_file import as_json
from server.store.consultations import Revisions
from server.store.database import Database
from server.usecases.again import read_earlier
from server.usecases.asked import WhoseAnswers, read_whose_answers
from server.usecases.report import Results, read_results
from server.web.templating import language_of, page
from server.web.words import by_name

_FILTERS = ("school", "grades", "school_language")
_AGAINST = "against_"
_BANDS = ("1-2", "3-4", "5-6")


async def show(request: Request) -> Response:
    """The reviewer's page: every question with its counts, or that they are withheld; of one group, or of two.

    Raises `not_found` for an unknown consultation. What names no group is answered on the page, with the choice again.
    """
    db: Database = request.app.state.parts.db
    revisions: Revisions = request.app.state.parts.revisions
    async with db.reading() as tx:
        try:
            context = await _chosen(request, tx, revisions)
        except DomainError as error:
            if error.kind.code != "not_found":
                raise
            context = await _to_choose_again(request, tx, revisions)
    return page(request, "results/show.html", context, status=404 if context["unknown"] else 200)


async def _chosen(request: Request, tx: AsyncConnection, revisions: Revisions) -> dict[str, Any]:
    found = await _read(request, tx, revisions, _where(request))
    against = _where(request, _AGAINST)
    is_comparing = bool(against) or "compare" in request.query_params
    other = await _read(request, tx, revisions, against) if is_comparing and against != found.where else None
    return {
        **_to_choose(request, found),
        "is_comparing": is_comparing,
        "other": other,
        "earlier": {} if other else await read_earlier(tx, revisions, found),
        "whose": await _whose(request, tx, found),
        "whose_other": await _whose(request, tx, other) if other else None,
    }


async def _whose(request: Request, tx: AsyncConnection, found: Results) -> WhoseAnswers:
    """Its places by name: nothing compares them."""
    whose = await read_whose_answers(tx, found)
    reached = {area.id: reach for area, reach in whose.places}
    places = by_name((area for area, _ in whose.places), language_of(request))
    return replace(whose, places=tuple((area, reached[area.id]) for area in places))


async def _to_choose_again(request: Request, tx: AsyncConnection, revisions: Revisions) -> dict[str, Any]:
    """Names what is no group of this consultation; the rest of what was chosen stays."""
    whole = await _read(request, tx, revisions, {})
    unknown: dict[str, str] = {}
    for prefix in ("", _AGAINST):
        for name, value in _where(request, prefix).items():
            try:
                await _read(request, tx, revisions, {name: value})
            except DomainError:
                unknown[name] = value
    return {**_to_choose(request, whole), "is_comparing": "compare" in request.query_params, "unknown": unknown}


def _to_choose(request: Request, found: Results) -> dict[str, Any]:
    """What the form offers, and what is chosen in it."""
    where, against = _where(request), _where(request, _AGAINST)
    singles = sorted({grade for profile in found.poll.profiles for grade in profile.grades})
    profiles = sorted({(min(profile.grades), max(profile.grades)) for profile in found.poll.profiles})
    bands = dict.fromkeys([*_BANDS, *(f"{first}-{last}" for first, last in profiles if first != last)])
    places = by_name(found.schools.values(), language_of(request))
    return {
        "found": found,
        "where": where,
        "against": against,
        "asked_for": {**where, **{_AGAINST + name: value for name, value in against.items()}},
        "schools": [place for place in places if place.kind in PLACES],
        "municipalities": [place for place in places if place.kind not in PLACES],
        "grades": [*map(str, singles), *bands],
        "other": None,
        "unknown": {},
    }


async def api(request: Request) -> Response:
    """The same as JSON (docs: results), for anyone at the levels that are open. Raises `not_found` or `not_allowed`."""
    db: Database = request.app.state.parts.db
    async with db.reading() as tx:
        found = await _read(request, tx, request.app.state.parts.revisions, _where(request))
    is_reviewer = getattr(request.state, "person", None) is not None
    if not is_reviewer and not may_ask(found.consultation.public, found.where):
        raise DomainError("not_allowed")
    results = found.results if is_reviewer else open_to_anyone(found.results, found.where)
    body = as_json(replace(found, results=results))
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _where(request: Request, prefix: str = "") -> dict[str, str]:
    asked = request.query_params
    return {name: asked[prefix + name] for name in _FILTERS if asked.get(prefix + name)}


async def _read(request: Request, tx: AsyncConnection, revisions: Revisions, where: Mapping[str, str]) -> Results:
    return await read_results(tx, revisions, request.path_params["consultation"], where)
