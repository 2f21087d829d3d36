"""The steps after the freeze: results open to anyone, and a consultation put away. Knows no result and no feedback."""

from starlette.requests import Request
from starlette.responses import Response

from server.usecases import conclude
from server.web.forms import field, go_to, read_form
from server.web.parts import parts


async def publish_results(request: Request) -> Response:
    """Opens the results down to the `level` of the form. Raises `not_frozen`, `stays_public` or `bad_form`."""
    here, level = parts(request), field(await read_form(request), "level")
    consultation = request.path_params["consultation"]
    await conclude.publish_results(here.db, here.live, here.clock, consultation, level, by=request.state.person.id)
    return go_to(request, f"/staff/consultations/{consultation}/feedback#results")


async def archive(request: Request) -> Response:
    """Raises `not_frozen` or `not_answered`."""
    here, consultation = parts(request), request.path_params["consultation"]
    await conclude.archive(here.db, here.live, consultation, by=request.state.person.id)
    return go_to(request, f"/staff/consultations/{consultation}/feedback")
