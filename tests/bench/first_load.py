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
}


def measure_first_load(server: Served, link: str) -> dict[str, int]:
    """The join page, one booklet, everything both name, and the service worker; the sum is `all`."""
    page = f"/app/j/{link}"
    return _sum(server, [page, _find_booklet(server, link), "/app/sw.js"])


def _sum(server: Served, start: list[str]) -> dict[str, int]:
    sizes: Counter[str] = Counter()
    known, waiting = set(start), list(start)
    while waiting:
        url = waiting.pop()
        kind, sent, text = _fetch(server, url)
        sizes[kind] += sent
        if kind in ("html", "css"):
            new = [found for found in _URLS.findall(text) if found not in known]
            known.update(new)
            waiting += dict.fromkeys(new)
    return {**dict(sorted(sizes.items())), "all": sizes.total()}


def _fetch(server: Served, url: str) -> tuple[str, int, str]:
    with urlopen(Request(server.url + url, headers={"Accept-Encoding": "gzip, br", "Accept-Language": "fi"})) as answer:
        body = answer.read()
        kind = _TYPES.get(answer.headers.get_content_type(), "other")
        plain = _UNPACK.get(answer.headers["Content-Encoding"], bytes)(body)
        return kind, len(body), plain.decode("utf-8", "replace")


def _find_booklet(server: Served, link: str) -> str:
    """The booklet in the school's language."""
    body = json.dumps({"link": link}).encode()
    with urlopen(Request(server.url + "/api/v1/join", body, {"Content-Type": "application/json"})) as answer:
        joined = json.load(answer)
    return str(joined["booklets"][joined["lang"]])
