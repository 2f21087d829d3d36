"""The cookies that carry a secret: never readable by a script, on https bound to this very host."""

from starlette.requests import Request
from starlette.responses import Response

from server.web.parts import parts


def cookie_name(request: Request, about: str = "") -> str:
    """That of a sign-in, or of what this browser was asked `about`."""
    name = f"tyck-{about}" if about else "tyck"
    return f"__Host-{name}" if parts(request).settings.is_https else name


def keep_secret(request: Request, response: Response, name: str, secret: str, *, max_age: int | None = None) -> None:
    """Until the browser is closed, or for `max_age` seconds."""
    secure = parts(request).settings.is_https
    response.set_cookie(name, secret, max_age=max_age, secure=secure, httponly=True, samesite="lax")


def forget_secret(request: Request, response: Response, name: str) -> None:
    secure = parts(request).settings.is_https
    response.delete_cookie(name, secure=secure, httponly=True, samesite="lax")
