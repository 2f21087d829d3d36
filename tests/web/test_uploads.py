"""Forms with a file, as browsers send them and as nobody should."""

import tracemalloc
from typing import Any

import pytest
from starlette.requests import Request

from server.domain.errors import DomainError
from server.web.uploads import Upload, read_upload_form
from tests.hostile.test_patterns import check

LIMIT = 20 * 1024 * 1024


def posted(body: bytes, content_type: str) -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", content_type.encode("latin-1"))]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def form(boundary: str, *parts: tuple[str, bytes]) -> bytes:
    heads = [f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() for head, _ in parts]
    bodies = [head + body + b"\r\n" for head, (_, body) in zip(heads, parts, strict=True)]
    return b"".join([*bodies, f"--{boundary}--\r\n".encode()])


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ("b7c1", "multipart/form-data; boundary=b7c1"),
        (
            "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
        ),
        (
            "-----------------------------41952539122868",
            "multipart/form-data; boundary=-----------------------------41952539122868",
        ),
        ("a b'(+)_./:=?", 'multipart/form-data; charset=utf-8; Boundary="a b\'(+)_./:=?"'),
    ],
)
async def test_browsers_and_programs(boundary: str, said: str) -> None:
    body = form(boundary, ('name="area"', "Hö".encode()), ('name="f"; filename="å.png"', b"\x89PNG\r\n\x00"))
    assert await read_upload_form(posted(body, said), LIMIT) == Upload(b"\x89PNG\r\n\x00", {"area": "Hö"})


@pytest.mark.parametrize(
    "said", ["", "multipart/form-data", "multipart/form-data; boundary=", "text/plain", "\xff", '; boundary="']
)
async def test_what_is_no_such_form_holds_nothing(said: str) -> None:
    assert await read_upload_form(posted(form("", ('name="f"; filename="x"', b"x")), said), LIMIT) == Upload(None, {})


async def test_millions_of_parts_are_refused_and_never_made() -> None:
    request = posted(b"--a\r\n\r\n\r\n" * (LIMIT // 10), "multipart/form-data; boundary=a")
    tracemalloc.start()
    try:
        with pytest.raises(DomainError) as refusal:
            await read_upload_form(request, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 4 * LIMIT
    finally:
        tracemalloc.stop()
    assert refusal.value.kind.code == "bad_request"


@pytest.mark.parametrize(
    "pump", [";", "a=b;", 'a="\\";', '"', "boundary", "; boundary=", " ", "; boundary*0*=a", ";\t"]
)
def test_no_content_type_takes_long(pump: str) -> None:
    def look(said: str | bytes) -> None:
        reading = read_upload_form(posted(b"x", f'multipart/form-data; x="{said!s}'), LIMIT)
        try:
            reading.send(None)
        except StopIteration:
            return

    check(lambda size: (pump * size)[: size * 7], look, pump)
