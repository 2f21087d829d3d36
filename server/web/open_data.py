"""Open data: what anyone may take of a consultation's results, down to the level that was opened. Knows no person."""

import asyncio
import hashlib
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.domain.consultations import LANGUAGES
from server.domain.errors import DomainError
from server.exports.package import parts_of
from server.exports.rows import Record
from server.exports.words import LICENCE, LICENCE_URL, LIMITS, description
from server.store.areas import list_areas
from server.store.consultations import find_consultation
from server.usecases.levels import read_levels
from server.usecases.report import Results, read_results
from server.web.files import FORMATS, make_file, record_of
from server.web.parts import Parts, parts
from server.web.start import today_of
from server.web.templating import language_of, remember_language

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
    here, lang, named = parts(request), language_of(request), request.path_params["consultation"]

    async def draw() -> bytes:
        context = {**_said(await record_of(here, await _levels(here, named)), lang), "path": request.url.path}
        return here.templates.draw("public/data.html", lang, {**context, "person": None}).encode()

    body = await here.press.keep(f"page {lang} {await _made_of(here, named)}", draw)
    response = HTMLResponse(body, headers={"Cache-Control": "no-store"})
    remember_language(request, response)
    return response


def _said(record: Record, lang: str) -> dict[str, Any]:
    results = [result for level in record.levels for result in level.results]
    return {
        "record": record,
        "consultation": record.consultation,
        "description": description(record, lang),
        "parts": _PARTS,
        "all": len(results),
        "withheld": sum(result.counts is None for result in results),
        "limits": LIMITS,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
    }


async def file(request: Request) -> Response:
    """One of the files at its stable address. Raises `not_found`, or `no_pdf`."""
    here, name, named = parts(request), request.path_params["file"], request.path_params["consultation"]
    if name not in _MADE and name not in _PARTS:
        raise DomainError("not_found")
    body = await _body(here, named, name, today_of(request).isoformat())
    headers = {
        "Cache-Control": f"public, max-age={_FRESH_S}",
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        "Content-Disposition": f'{_disposition(name)}; filename="{named}-{name}"',
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=_media_type(name))


async def _levels(here: Parts, consultation: str) -> list[Results]:
    async with here.db.reading() as db:
        return await read_levels(db, here.revisions, consultation, for_anyone=True)


async def _made_of(here: Parts, named: str) -> str:
    """Stands for everything that its files are made of: once results are public, no figure changes any more.

    Raises `not_found` before.
    """
    async with here.db.reading() as db:
        consultation, known = await find_consultation(db, named), await list_areas(db)
    if consultation is None or consultation.public is None:
        raise DomainError("not_found")
    return hashlib.sha256(repr((consultation, sorted(known.items()))).encode()).hexdigest()


async def _body(here: Parts, named: str, name: str, today: str) -> bytes:
    kind, lang = _MADE.get(name, ("", LANGUAGES[0]))
    made_of = await _made_of(here, named)
    if kind == "pdf":
        async with here.db.reading() as db:
            whole = await read_results(db, here.revisions, named, {})
        return await make_file(here, [whole], kind, lang, today)

    async def make() -> bytes:
        levels = await _levels(here, named)
        if kind:
            return await make_file(here, levels, kind, lang, today)
        return (await asyncio.to_thread(parts_of, await record_of(here, levels)))[name]

    # Reading every place takes a while, and anybody may ask.
    return await here.press.keep(f"{name} {made_of}", make)


def _disposition(name: str) -> str:
    return "inline" if name.endswith((".pdf", ".json", ".jsonld", ".md")) else "attachment"


def _media_type(name: str) -> str:
    if name in _MADE:
        return FORMATS[_MADE[name][0]].media_type
    return _TYPES.get(name[name.rindex(".") :], "application/json")
