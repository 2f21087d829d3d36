"""Adults guess what children will say: the link they guess by, and their guesses beside the results."""

from typing import Any

import segno
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from server.domain.errors import DomainError
from server.store.consultations import Consultation
from server.store.responses import count_arrived
from server.usecases import guess, run_session
from server.usecases.report import read_results
from server.web.forms import field, go_to, read_form
from server.web.parts import parts


async def change(request: Request) -> Response:
    """Makes the link (`do=start`), or ends it and sums the guesses (`do=close`). Raises `frozen` or `bad_form`."""
    here, consultation = parts(request), request.path_params["consultation"]
    do, by = field(await read_form(request), "do"), request.state.person.id
    if do == "start":
        await guess.start_guess(here.db, here.revisions, consultation, by=by)
    elif do == "close":
        async with here.db.reading() as db:
            running = await guess.find_guess(db, consultation)
        if running:
            await run_session.close(here.db, here.live, here.revisions, here.key, running.id, by=by)
    else:
        raise DomainError("bad_form", [("do", "unknown")])
    return go_to(request, f"/staff/consultations/{consultation}/feedback#guesses")


def _qr(link: str) -> Markup:
    # Made by segno from our own address, so it is safe markup.
    return Markup(segno.make(link, error="m").svg_inline(omitsize=True, svgclass="qr-code", lineclass=None))


async def guess_context(request: Request, consultation: Consultation) -> dict[str, Any]:
    """What the page says about guessing: the link while it is good, and once results are public the comparison."""
    here = parts(request)
    async with here.db.reading() as db:
        running = await guess.find_guess(db, consultation.id)
        arrived = await count_arrived(db, [running.id]) if running else {}
        found = await read_results(db, here.revisions, consultation.id, {}) if consultation.public else None
        compared = await guess.compare_guesses(db, found) if found else []
    link = f"{here.settings.base_url}/app/j/{running.link}" if running else ""
    return {
        "guess_link": link,
        "guess_code": _qr(link) if link else "",
        "guessed": sum(number for number, _late in arrived.values()),
        "guesses": compared,
    }
