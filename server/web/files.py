"""Results as files, for who may read them: the same rows in each format, and documents to print."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.exports.csv_file import write_csv
from server.exports.json_file import write_json
from server.exports.package import write_package
from server.exports.rows import Record
from server.exports.sheets import write_sheets
from server.store.areas import find_area
from server.usecases.levels import read_levels
from server.usecases.report import Results, read_results
from server.web.parts import parts
from server.web.printing import Tools
from server.web.report import context_of, read_whole
from server.web.start import today_of
from server.web.templating import language_of

_FILTERS = ("school", "grades", "school_language")


@dataclass(frozen=True)
class Format:
    """`write` is None for what a child process writes."""

    suffix: str
    media_type: str
    write: Callable[[Record, str], bytes] | None


FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", "text/csv; charset=utf-8", write_csv),
    "json": Format("json", "application/json", write_json),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", None),
    "ods": Format("ods", "application/vnd.oasis.opendocument.spreadsheet", None),
    "pdf": Format("pdf", "application/pdf", None),
    "datapackage": Format("zip", "application/zip", write_package),
}


async def download(request: Request) -> Response:
    """The results that the page shows, or all of them where no filter is set. Raises `not_found` or `no_pdf`."""
    here, lang, consultation = parts(request), language_of(request), request.path_params["consultation"]
    name = request.path_params["format"]
    if name not in FORMATS:
        raise DomainError("not_found")
    where = {one: request.query_params[one] for one in _FILTERS if request.query_params.get(one)}
    levels = await read_for_reviewer(here, consultation, where)
    body = await make_file(here, levels, name, lang, today_of(request).isoformat())
    part = "-".join([consultation, *where.values(), lang])
    return attached(body, f"{part}.{FORMATS[name].suffix}", FORMATS[name].media_type)


async def report(request: Request) -> Response:
    """The report as PDF. Raises `not_found` or `no_pdf`."""
    here, lang, consultation = parts(request), language_of(request), request.path_params["consultation"]
    context = await context_of(here, await read_whole(here, consultation), today_of(request).isoformat())
    body = await here.press.print_page(here, "report/print.html", lang, context)
    return attached(body, f"{consultation}-report-{lang}.pdf", FORMATS["pdf"].media_type)


async def read_for_reviewer(tools: Tools, consultation: str, where: Mapping[str, str]) -> Sequence[Results]:
    """What a reviewer sees: one place where a filter is set, else every place. Raises `not_found`."""
    async with tools.db.reading() as db:
        if where:
            return [await read_results(db, tools.revisions, consultation, where)]
        return await read_levels(db, tools.revisions, consultation, for_anyone=False)


async def make_file(tools: Tools, levels: Sequence[Results], name: str, lang: str, today: str) -> bytes:
    """One of `FORMATS`, of these places. Raises `no_pdf` where Pango is not installed."""
    if name == "pdf":
        context = await context_of(tools, levels[0], today, is_report=False)
        return await tools.press.print_page(tools, "report/print.html", lang, context)
    record, write = await record_of(tools, levels), FORMATS[name].write
    if write is None:
        async with tools.press.child:
            return await write_sheets(record, lang, name)
    # Tables of many schools take a while: nobody who answers waits.
    return await asyncio.to_thread(write, record, lang)


async def record_of(tools: Tools, levels: Sequence[Results]) -> Record:
    async with tools.db.reading() as db:
        publisher = await find_area(db, levels[0].consultation.area)
    if publisher is None:
        raise DomainError("not_found")
    return Record(levels, publisher, tools.settings.base_url)


def attached(body: bytes, name: str, media_type: str) -> Response:
    """A file to keep, for this reader alone."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type=media_type)
