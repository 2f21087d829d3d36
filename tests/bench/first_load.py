"""What a tablet downloads before its first child can answer: bodies as sent (brotli), in bytes, by type."""

import gzip
import json
import re
from collections import Counter
from urllib.request import Request, urlopen

import brotli

from tests.bench.processes import Served

_URLS = re.compile(r"""["'(]((?:/static/|/media/)[\w./-]+|/app/manifest\.webmanifest)["')]""")
_UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
_TYPES = {
    "text/html": "html",
    "text/css": "css",
    "text/javascript": "js",
    "font/woff2": "font",
    "image/svg+xml": "pictures",
    "image/png": "pictures",
    "application/octet-stream": "pictures",
    "application/json": "json",
}
_JSON = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}


def measure_first_load(server: Served, link: str) -> dict[str, int]:
    """The join page and its answer, one booklet with its pictures as one file, everything both name, and the service
    worker; the sum is `all`.
    """
    booklet, answered = _join(server, link)
    pages = [f"/app/j/{link}", booklet, "/app/sw.js"]
    return _sum(server, [*pages, f"{booklet.rpartition('/')[0]}/pictures"], Counter({"json": answered}))


def _sum(server: Served, start: list[str], sizes: Counter[str]) -> dict[str, int]:
    known, waiting = set(start), list(start)
    while waiting:
        url = waiting.pop()
        kind, sent, text = _fetch(server, url)
        sizes[kind] += sent
        if kind in ("html", "css"):
            named = [found for found in _URLS.findall(text) if not _is_packed(url, found)]
            new = [found for found in named if found not in known]
            known.update(new)
            waiting += dict.fromkeys(new)
    return {**dict(sorted(sizes.items())), "all": sizes.total()}


def _is_packed(page: str, url: str) -> bool:
    """A booklet's pictures come as one file; what the page shows comes from the worker."""
    return page.startswith("/app/b/") and url.startswith("/media/")


def _fetch(server: Served, url: str) -> tuple[str, int, str]:
    with urlopen(Request(server.url + url, headers={"Accept-Encoding": "gzip, br", "Accept-Language": "fi"})) as answer:
        body = answer.read()
        kind = _TYPES.get(answer.headers.get_content_type(), "other")
        plain = _UNPACK.get(answer.headers["Content-Encoding"], bytes)(body)
        return kind, len(body), plain.decode("utf-8", "replace")


def _join(server: Served, link: str) -> tuple[str, int]:
    """The booklet in the school's language, and the bytes of the answer that names it."""
    body = json.dumps({"link": link}).encode()
    with urlopen(Request(server.url + "/api/v1/join", body, _JSON)) as answer:
        sent = answer.read()
        joined = json.loads(_UNPACK.get(answer.headers["Content-Encoding"], bytes)(sent))
    return str(joined["booklets"][joined["lang"]]), len(sent)
