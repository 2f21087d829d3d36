"""The page of a municipality's school holidays: on those days nobody gets a letter about ideas that wait."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.store.areas import find_area
from server.store.holidays import list_holidays
from server.usecases import holidays
from server.web.forms import field, go_to, read_form
from server.web.parts import parts
from server.web.start import today_of
from server.web.templating import page


async def show(request: Request) -> Response:
    """What is said so far, and a form for one more."""
    return await _page(request, {}, {})


async def add(request: Request) -> Response:
    """Keeps a holiday, or shows the form again."""
    form, area = await read_form(request), request.path_params["area"]
    given = {name: field(form, name) for name in ("first", "last")}
    about = {"today": today_of(request).isoformat(), "by": request.state.person.id}
    try:
        await holidays.add_holiday(parts(request).db, area, **given, **about)
    except DomainError as error:
        if error.kind.code != "bad_form":
            raise
        return await _page(request, given, dict(error.details))
    return go_to(request, f"/staff/areas/{area}/holidays")


async def remove(request: Request) -> Response:
    """Raises `not_found`."""
    form, area = await read_form(request), request.path_params["area"]
    await holidays.remove_holiday(parts(request).db, area, field(form, "first"), by=request.state.person.id)
    return go_to(request, f"/staff/areas/{area}/holidays")


async def _page(request: Request, given: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    named = request.path_params["area"]
    async with parts(request).db.reading() as db:
        area, found = await find_area(db, named), await list_holidays(db, [named])
    today = today_of(request).isoformat()
    context = {
        "area": area,
        "holidays": [holiday for holiday in found if holiday.last >= today],
        "given": given,
        "problems": problems,
        "today": today,
        "path": f"/staff/areas/{named}/holidays",
    }
    return page(request, "areas/holidays.html", context, status=422 if problems else 200)
