"""Hostile requests, generated: real addresses and fields with something wrong in them, real sign-ins, spoiled files."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes

from hypothesis import strategies as st
from PIL import Image

from server.domain.package_files import pack
from server.web.routes import RULES
from tests.hostile.rows import QUERY, ROWS, SLOW, VALUES, Row
from tests.town import poll_content
from tests.web.test_fuzz import changed, joins, syncs, wild, written
from tests.web.test_ideas_fuzz import bodies as ideas

Known = Mapping[str, Sequence[str]]
"""What there is, by the name it has in addresses."""

MARK = "<xss7 onload=alert(1)>"
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "²",
    "١٢",
    "1e309",
    "NaN",
    "9" * 30,
    "9" * 5000,
    "9223372036854775808",
    "null",
    "true",
    "\x00",
    "a\x00b",
    "\u202e\ufeff\u200b",
    "\U0001f468\u200d\U0001f469",
    "å" * 3000,
    "x" * 70_000,
    MARK,
    f'"{MARK}',
    f"'/>{MARK}",
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
    "${7*7}",
    "%(name)s%s%n",
    "{0.__class__.__init__.__globals__}",
    "' OR 1=1 --",
    "'; DROP TABLE responses; --",
    "%' UNION SELECT password FROM staff --",
    "_%",
    "../../../../etc/passwd",
    "..\\..\\keys\\grants.key",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "x\r\nSet-Cookie: tyck=evil\r\n\r\n<html>",
    "=cmd|' /C calc'!A0",
    "2026-02-30",
    "0000-00-00",
    "99999-01-01",
    "1 2 3",
    "[]",
    "__proto__",
    "__class__.__mro__",
    ".",
    "..",
    "....",
    "a." * 500,
    "(" * 2000,
)
_TYPES = ("application/x-www-form-urlencoded", "application/json", "text/plain", "", "multipart/form-data", "\xff")
_ROLES = ("administrator", "moderator", "teacher", "reviewer", "nobody", "made up")
_HEADERS = {
    "Accept-Language": ("fi", "sv;q=0.1, fi", ",".join(["sv"] * 900), ";;;=", "\xe5", "*;q=nan", "en;q=1e999"),
    "HX-Request": ("true", "maybe"),
    "HX-Current-URL": ("https://evil.example/staff/", "//[", "javascript:1", "http://localhost:8000/staff/"),
    "Range": ("bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=" + "0-1," * 500, "bytes=999999999999999-", "x"),
    "If-None-Match": ("*", '"x"', 'W/"' + "x" * 4000),
    "If-Modified-Since": ("yesterday",),
    "Origin": ("https://evil.example", "null", "http://[", "\xff"),
    "Sec-Fetch-Site": ("same-origin", "cross-site", "\xff"),
    "Cookie": ("tyck=%00", "tyck=å; tyck=b", "a" * 4000, "lang=../../x; tyck_lang=<b>", "=;=;;"),
    "Authorization": ("Bearer", "Bearer .", "Basic eDp4", "Bearer " + "x" * 4000, "Bearer \xff.\xff", "bearer e30.e30"),
    "Content-Encoding": ("gzip", "br", "gzip, gzip", "\xff"),
    "Accept-Encoding": ("br", "gzip;q=0", "identity;q=0, *;q=0", "\xff"),
    "Host": ("evil.example", "[", ""),
    "X-Forwarded-For": ("1.2.3.4", "unknown", "::1, x, %00", "\xff"),
    "X-Forwarded-Proto": ("https", "gopher"),
    "X-HTTP-Method-Override": ("DELETE",),
    "Expect": ("100-continue", "x"),
    "Upgrade": ("websocket",),
}


@dataclass(frozen=True)
class Request:
    """One request as its bytes; `who` is the role that it is signed in as."""

    route: tuple[str, str]
    who: str
    raw: bytes

    def __repr__(self) -> str:
        return f"{self.route[0]} {self.route[1]} as {self.who}: {self.raw[:3000]!r}"


written_texts = st.one_of(st.text(max_size=30), st.text("<>'\"&%\\/{}[]().*+?^$|0 a", max_size=60))


def requests(known: Known) -> st.SearchStrategy[Request]:
    """Of every address alike, the tablets' more often; `known` is read anew for each."""
    more = [("POST", "/api/v1/sync"), ("POST", "/api/v1/join"), ("PUT", "/api/v1/ideas/{idea}")]
    return _request([*RULES, *more * 4], known)


@st.composite
def _request(draw: st.DrawFn, routes: Sequence[tuple[str, str]], known: Known) -> Request:
    # Hypothesis writes what is sent; how it is put together is drawn by one number, which is faster by far.
    return _Maker(draw, Random(draw(st.integers(0, 2**64))), known).request(routes)


@dataclass
class _Maker:
    """Puts one request together."""

    draw: st.DrawFn
    dice: Random
    known: Known

    def request(self, routes: Sequence[tuple[str, str]]) -> Request:
        route = self.dice.choice(routes)
        row = ROWS.get(route, Row(one_in=SLOW.get(route[1], 1)))
        if self.dice.randrange(row.one_in):
            route, row = ("GET", "/healthz"), Row()
        method, pattern = route
        who = "nobody" if pattern.startswith("/api/") else self.dice.choice(_ROLES[:2] * 4 + _ROLES)
        target = self.path(pattern) + self.query(method)
        kind, body = self.body(row)
        headers = {"Host": "localhost", "Content-Type": kind, **self.signed(who, pattern)}
        for name in self.dice.sample(sorted(_HEADERS), self.dice.choice([0, 0, 1, 2])):
            headers[name] = self.dice.choice(_HEADERS[name])
        if self.once_in(30):
            method = self.dice.choice(["DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "GET", "POST"])
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
        raw = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1", "replace") + body
        return Request(route, who, raw)

    def once_in(self, times: int) -> bool:
        return not self.dice.randrange(times)

    def text(self) -> str:
        return self.draw(written_texts) if self.once_in(3) else self.dice.choice(NASTY)

    def signed(self, who: str, pattern: str) -> dict[str, str]:
        if pattern.startswith("/api/"):
            return {} if self.once_in(5) else {"Authorization": f"Bearer {self.there('token')}"}
        return {} if who == "nobody" else {"Cookie": f"tyck={'%00' if who == 'made up' else 'token of ' + who}"}

    def path(self, pattern: str) -> str:
        return "/".join(self.part(part) if part.startswith("{") else part for part in pattern.split("/"))

    def part(self, part: str) -> str:
        name, _, rest = part.removeprefix("{").partition("}")
        if not self.once_in(5):
            return quote(self.there(name.partition(":")[0])) + rest
        # In an address everything is escaped, once or twice, or stands there as it is.
        text = self.text()[:3000].encode("utf-8", "replace")
        return self.dice.choice([quote_from_bytes(text, ""), quote(quote_from_bytes(text)), _plain(text)])

    def query(self, method: str) -> str:
        if method != "GET" or self.once_in(3):
            return ""
        names = self.dice.choices(QUERY, k=self.dice.randint(1, 4))
        return "?" + "&".join(f"{name}={quote(self.value(name)[:3000].encode('utf-8', 'replace'))}" for name in names)

    def there(self, name: str) -> str:
        there = self.known.get(name) or VALUES.get(name, "x").split()
        # One throw however many there are, or what comes after would depend on them.
        return there[int(self.dice.random() * len(there))]

    def value(self, name: str) -> str:
        """What may well stand in a field of that name, or something nasty."""
        typical = VALUES.get(name.removesuffix("_sv").removesuffix("_fi").removeprefix("against_"))
        if typical is None or self.once_in(5):
            return self.text()
        value = self.dice.choice(typical.split()).replace("+", " ")
        return self.there(value[1:-1]) if value.startswith("{") else value

    def body(self, row: Row) -> tuple[str, bytes]:
        """Its type and bytes: mostly what the address takes, with something wrong in it."""
        if row.wire:
            content = self.draw(_WIRE[row.wire])
            for word in ("session", "revision"):
                content = content.replace(word.upper().encode(), self.there(word).encode())
            return "application/json", content
        if not row.fields and not row.file and not self.once_in(5):
            return "", b""
        if self.once_in(30):
            return self.dice.choice(_TYPES), self.draw(st.binary(max_size=200) | written(wild))
        names = self.dice.choices(row.fields or ("x",), k=self.dice.randrange(8))
        fields = [(name, self.value(name)) for name in names]
        if row.file:
            return self.multipart(fields, self.draw(files[row.file]))
        pairs = (f"{quote(name)}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields)
        return _TYPES[0], "&".join(pairs).encode()

    def multipart(self, fields: list[tuple[str, str]], file: bytes) -> tuple[str, bytes]:
        boundary = self.dice.choice(["b7c1", "b7c1", "b7c1", "", "a", "\xff", "--", '"x'])
        filename = self.text().replace("\r", "").replace("\n", "")
        heads = [f'name="{name}"' for name, _ in fields] + [f'name="file"; filename="{filename}"']
        bodies = [value.encode("utf-8", "surrogatepass") for _, value in fields] + [file]
        line = f"--{boundary}\r\n".encode("latin-1")
        parts = [
            line + b"Content-Disposition: form-data; " + head.encode("utf-8", "replace") + b"\r\n\r\n" + body + b"\r\n"
            for head, body in zip(heads, bodies, strict=True)
        ]
        self.dice.shuffle(parts)
        return f"multipart/form-data; boundary={boundary}", b"".join([*parts, line[:-2] + b"--\r\n"])


def _plain(text: bytes) -> str:
    return "".join(sign for sign in text.decode("latin-1") if sign.isprintable() and sign != " ")


def _spoiled(good: bytes) -> st.SearchStrategy[bytes]:
    """The same with some bytes missing or others in their place."""
    places = st.lists(st.tuples(st.integers(0, len(good) - 1), st.integers(0, 255)), max_size=8)
    return st.one_of(
        st.just(good),
        st.integers(0, len(good)).map(lambda end: good[:end]),
        places.map(lambda some: _with(good, some)),
        st.binary(max_size=300),
    )


def _with(good: bytes, places: Sequence[tuple[int, int]]) -> bytes:
    changed_bytes = bytearray(good)
    for at, byte in places:
        changed_bytes[at] = byte
    return bytes(changed_bytes)


@cache
def _picture(form: str) -> bytes:
    written_bytes = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(written_bytes, form)
    return written_bytes.getvalue()


def _package(poll: Any) -> bytes:
    return pack({"poll.json": json.dumps(poll).encode()})


pictures = st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]).map(_picture).flatmap(_spoiled)
polls = changed(poll_content()) | st.integers(0, 9).flatmap(
    lambda at: changed(poll_content()["questions"][at]).map(
        lambda question: {**poll_content(), "questions": [question]}
    )
)
files = {
    "picture": pictures,
    "sound": _spoiled(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)),
    "handover": _spoiled(b"TYCK1" + bytes(500)),
    "package": polls.map(_package) | _spoiled(_package(poll_content())),
}
_WIRE = {"join": written(joins), "sync": written(syncs), "idea": ideas}
