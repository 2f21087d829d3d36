"""Form fields as staff's browsers and scripts send them. Knows no page and no rule."""

from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.domain.errors import DomainError
from server.web.body import MAX_SENT

_MAX_FIELDS = 100

Form = dict[str, list[str]]


async def read_form(request: Request, *, max_sent: int = MAX_SENT, max_fields: int = _MAX_FIELDS) -> Form:
    """Every field with its values; `max_sent` is in bytes. Raises `bad_request` or `too_large`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_sent:
            raise DomainError("too_large")
    if b"\0" in body or b"%00" in body:
        # No database takes a NUL.
        raise DomainError("bad_request")
    try:
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=max_fields, errors="strict")
    except ValueError:
        raise DomainError("bad_request") from None


def field(form: Form, name: str) -> str:
    """The first value of a field, without surrounding space; empty when it is missing."""
    return form.get(name, [""])[0].strip()


def small_number(text: str, most: int) -> int | None:
    """The number from 0 to `most` that the text writes in plain digits; None for any other text."""
    # What is longer is no such number, and may be too long for `int`.
    is_short = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return number if is_short and (number := int(text)) <= most else None


def is_htmx(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def go_to(request: Request, url: str) -> Response:
    """Sends the browser on: htmx by its own header, anyone else by 303."""
    sent = RedirectResponse(url, 303, {"Cache-Control": "no-store"})
    if is_htmx(request):
        # The address is quoted there, whatever a form put into it.
        return Response(headers={"HX-Location": sent.headers["location"], "Cache-Control": "no-store"})
    return sent
