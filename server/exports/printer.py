"""The child process that prints: a document and its files on stdin, a tagged PDF on stdout. Opens no address."""

import base64
import json
import sys
from typing import Any

from server.exports.pdf import NO_PANGO

try:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse
except OSError:
    # Pango, or one of its libraries, is not installed.
    sys.exit(NO_PANGO)

_HERE = "http://tyck.invalid"
_TYPES = {"css": "text/css", "svg": "image/svg+xml", "webp": "image/webp", "woff2": "font/woff2"}


class _Given(URLFetcher):  # type: ignore[misc]
    """Fetches what came on stdin, and nothing else."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self._files = files

    def fetch(self, url: str, headers: Any = None) -> Any:
        body = self._files.get(url.removeprefix(_HERE))
        if body is None:
            raise ValueError(f"was not given {url}")
        return URLFetcherResponse(url, body, {"Content-Type": _TYPES[url.rpartition(".")[2]]})


def _decorate(root: Any) -> None:
    """Makes each picture without words a background, which is no part of what is read: a figure needs words."""
    for image in [image for image in root.iter("img") if not image.get("alt")]:
        size = "".join(f"{side}:{image.get(side)}px;" for side in ("width", "height") if image.get(side))
        image.tag = "span"
        image.set("style", f"display:inline-block;{size}background:url({image.get('src')}) center/contain no-repeat")


def main() -> None:
    given = json.load(sys.stdin)
    files = {url: base64.b64decode(body) for url, body in given["files"].items()}
    document = HTML(string=given["html"], base_url=f"{_HERE}/", url_fetcher=_Given(files))
    _decorate(document.etree_element)
    sys.stdout.buffer.write(document.write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main()
