"""Choosing a picture for a place in a draft: search, look at it as large as a child sees it, take it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.domain.drafts import Slot, find_slot
from server.domain.errors import DomainError
from server.web.advice import page_of
from server.web.fields import has_picture
from server.web.parts import parts
from server.web.pictures import find_pictures
from server.web.templating import language_of, page
from server.web.workshop_poll import find_bench

_MOST_HITS = 24


async def choose(request: Request) -> Response:
    """The pictures for a word; without a word, for the text the picture stands beside. Raises `not_found`."""
    bench = await find_bench(request)
    at = request.query_params.get("at", "")
    try:
        slot = find_slot(bench.content, at)
    except DomainError:
        raise DomainError("not_found") from None
    if slot.kind != "picture":
        raise DomainError("not_found")
    beside = slot.holder.get("text") if isinstance(slot.holder.get("text"), dict) else slot.holder
    context = {
        **await choice_context(request, slot, beside),
        "bench": bench,
        "save_at": f"{bench.home}/fields",
        "page_name": page_of(at),
        "back": bench.home + ("" if page_of(at) == "questions" else f"/{page_of(at)}") + f"#{at}",
        "path": f"{bench.home}/picture",
    }
    return page(request, "workshop/picture.html", context)


async def choice_context(request: Request, slot: Slot, beside: Mapping[str, Any]) -> dict[str, Any]:
    """What stands at a picture's place, and the pictures for the word that was searched, else for what is `beside`."""
    lang, query = language_of(request), request.query_params.get("q")
    if query is None:
        query = str(beside.get(lang) or "")
    found = await find_pictures(request, query, _MOST_HITS)
    return {
        "at": slot.path,
        "stands": slot.value if has_picture(parts(request).assets, slot.value) else "",
        "was": slot.value,
        "label": beside.get(lang) or "",
        "query": query[:100],
        "hits": [shown.hexcode for shown in found],
        "names": {shown.hexcode: shown.name[lang] for shown in found},
    }
