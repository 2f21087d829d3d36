"""Documents as PDF: draws a template and gathers the files it names; keeps what was made lately."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urljoin

from server.exports.pdf import make_pdf
from server.settings import Settings
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.pictures import find_picture
from server.web.assets import Assets
from server.web.templating import Templates

_MOST_KEPT = 8 * 1024 * 1024
_IN_PAGE = re.compile(r'(?:src|href)="(/(?:static|media)/[^"]+)"')
_IN_STYLE = re.compile(r'url\("?([^")]+)"?\)')


class Press:
    """Files that take a while to make, kept by what they are made of: those used last, up to some megabytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        # Each takes up to some seconds of one core: one at a time, and who waits for the same one finds it kept.
        self._turn = asyncio.Lock()
        self.child = asyncio.Lock()
        """For one spreadsheet's process at a time."""

    async def keep(self, key: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What `make` gives, or gave lately under this key."""
        async with self._turn:
            if key not in self._kept:
                self._kept[key] = await make()
                while len(self._kept) > 1 and sum(map(len, self._kept.values())) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    async def print_page(self, tools: "Tools", name: str, lang: str, context: Mapping[str, Any]) -> bytes:
        """The template as PDF/UA. Raises `no_pdf` where Pango is not installed."""
        html = tools.templates.draw(name, lang, context)
        files = await _files(tools, html)
        return await self.keep(hashlib.sha256(html.encode()).hexdigest(), lambda: make_pdf(html, files))


class Tools(Protocol):
    """What making files needs; the parts of the server have it, and a command puts it together."""

    @property
    def db(self) -> Database: ...
    @property
    def revisions(self) -> Revisions: ...
    @property
    def assets(self) -> Assets: ...
    @property
    def templates(self) -> Templates: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def press(self) -> Press: ...


async def _files(tools: Tools, html: str) -> dict[str, bytes]:
    """What the page and its style sheets name, by address."""
    found: dict[str, bytes] = {}
    waiting = list(dict.fromkeys(_IN_PAGE.findall(html)))
    for url in waiting:
        if body := await _find(tools, url):
            found[url] = body
            named = _IN_STYLE.findall(body.decode()) if url.endswith(".css") else []
            waiting += [urljoin(url, name) for name in named]
    return found


async def _find(tools: Tools, url: str) -> bytes | None:
    if asset := tools.assets.find(url):
        return asset.body
    async with tools.db.reading() as db:
        return await find_picture(db, url.rpartition("/")[2].removesuffix(".webp"))
