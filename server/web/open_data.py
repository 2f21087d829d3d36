"""Open data: what anyone may take of a consultation's results, down to the level that was opened. Knows no person."""

import hashlib
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES
from server.domain.errors import DomainError
from server.exports.dcat import DISTRIBUTIONS
from server.exports.package import parts_of
from server.exports.words import LICENCE, LICENCE_URL, LIMITS, description
from server.usecases.levels import read_levels
from server.usecases.report import Results
from server.web.files import FORMATS, make_kept, record_of
from server.web.parts import Parts, parts
from server.web.start import today_of
from server.web.templating import language_of, page

_TYPES = {".csv": "text/csv; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".jsonld": "application/ld+json"}
_PARTS = ("datapackage.json", "figures.csv", "cells.csv", "places.csv", "dcat.jsonld", "README.md")
_MADE = {
    "datapackage.zip": ("datapackage", LANGUAGES[0]),
    "results.json": ("json", LANGUAGES[0]),
    **{f"results-{lang}.{name}": (name, lang) for name in ("csv", "xlsx", "ods", "pdf") for lang in LANGUAGES},
}
_FRESH_S = 300


async def show(request: Request) -> Response:
    """What there is, its licence, and what is withheld. Raises `not_found` before results are public."""
    here, lang = parts(request), language_of(request)
    record = await record_of(here, await _levels(here, request.path_params["consultation"]))
    results = [result for level in record.levels for result in level.results]
    context = {
        "record": record,
        "consultation": record.consultation,
        "description": description(record, lang),
        "files": [name for name, _type, _kind in DISTRIBUTIONS],
        "parts": _PARTS,
        "all": len(results),
        "withheld": sum(result.counts is None for result in results),
        "limits": LIMITS,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }
    return page(request, "public/data.html", context)


async def file(request: Request) -> Response:
    """One of the files at its stable address. Raises `not_found`, or `no_pdf`."""
    here, name = parts(request), request.path_params["file"]
    if name not in _MADE and name not in _PARTS:
        raise DomainError("not_found")
    levels = await _levels(here, request.path_params["consultation"])
    body = await _body(here, levels, name, today_of(request).isoformat())
    headers = {
        "Cache-Control": f"public, max-age={_FRESH_S}",
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        "Content-Disposition": f'{_disposition(name)}; filename="{levels[0].consultation.id}-{name}"',
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=_media_type(name))


async def _levels(here: Parts, consultation: str) -> list[Results]:
    async with here.db.reading() as db:
        return await read_levels(db, here.revisions, consultation, for_anyone=True)


async def _body(here: Parts, levels: Sequence[Results], name: str, today: str) -> bytes:
    record = await record_of(here, levels)
    if name in _PARTS:
        return parts_of(record)[name]
    kind, lang = _MADE[name]
    return await make_kept(here, levels, kind, lang, today)


def _disposition(name: str) -> str:
    return "inline" if name.endswith((".pdf", ".json", ".jsonld", ".md")) else "attachment"


def _media_type(name: str) -> str:
    if name in _MADE:
        return FORMATS[_MADE[name][0]].media_type
    return _TYPES.get(name[name.rindex(".") :], "application/json")
