"""Refusals as answers: JSON for programs, a kind page with a way on for people."""

import logging
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ExceptionHandler

from server.domain.errors import DomainError
from server.i18n import translations
from server.web.parts import parts
from server.web.templating import language_of, page

_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

_SIGN_IN = {
    "sign_in_needed": "/staff/sign-in?",
    "second_factor_needed": "/staff/sign-in/second?",
    "sign_in_again": "/staff/sign-in?again=yes&",
}

log = logging.getLogger(__name__)


async def refuse(request: Request, error: Exception) -> Response:
    """The answer to a DomainError."""
    assert isinstance(error, DomainError)
    parts(request).metrics.refused[error.kind.code] += 1
    if error.kind.status >= 500:
        # Only the kind of the cause: its text could hold a child's answer.
        log.error("refused: %s (%s)", error.kind.code, type(error.__cause__).__name__)
    if request.url.path.startswith("/api/"):
        return _json(request, error)
    is_part = request.headers.get("hx-request") == "true"
    to = _SIGN_IN.get(error.kind.code)
    if to and is_part:
        seen_page = _path_of(request.headers.get("hx-current-url", ""))
        return Response(status_code=401, headers={"HX-Redirect": f"{to}next={quote(seen_page)}"})
    if to and request.method == "GET":
        return RedirectResponse(f"{to}next={quote(request.url.path)}", 303)
    name = "errors/_error.html" if is_part else "errors/error.html"
    return page(request, name, {"error": error}, status=error.kind.status)


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


async def _refuse_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await refuse(request, DomainError(_BY_STATUS.get(error.status_code, "bad_request")))


def _json(request: Request, error: DomainError) -> JSONResponse:
    message = translations(language_of(request)).gettext(error.kind.message)
    details = [{"path": path, "code": code} for path, code in error.details]
    headers = {"Retry-After": "2"} if error.kind.status in (429, 503) else {}
    body = {"error": {"code": error.kind.code, "message": message, "details": details}}
    return JSONResponse(body, error.kind.status, {"Cache-Control": "no-store", **headers})


HANDLERS: dict[Any, ExceptionHandler] = {DomainError: refuse, HTTPException: _refuse_http}
