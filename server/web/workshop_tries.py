"""Trying pictures: one child at a time sees pictures without words and says what each means. Works without script."""

import random
import secrets
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.domain.consultations import LANGUAGES
from server.domain.drafts import Content
from server.domain.errors import DomainError
from server.domain.picture_tries import NEEDED, Pictured, Tried, list_pictured, meanings, pick
from server.store.drafts import find_draft
from server.store.picture_tries import list_tries
from server.usecases.try_pictures import note_try
from server.web.fields import known_pictures
from server.web.forms import field, go_to, read_form, small_number
from server.web.parts import parts
from server.web.templating import page
from server.web.workshop_poll import find_bench

_SEEDS = 2**31 - 1


async def show(request: Request) -> Response:
    """What came of it so far, picture by picture, and the way for one more child. Raises `not_found`."""
    bench = await find_bench(request)
    async with parts(request).db.reading() as db:
        tries = await list_tries(db, bench.draft.poll)
    pictured = _known(request, bench.content)
    tried = [(each, tries.get((each.key, each.picture), Tried())) for each in pictured]
    context = {
        "bench": bench,
        "page_name": "try",
        "tried": tried,
        "doubtful": [each for each, numbers in tried if numbers.is_doubtful],
        "needed": NEEDED,
        "seed": secrets.randbelow(_SEEDS),
        "path": f"{bench.home}/tries",
    }
    return page(request, "workshop/tries.html", context)


async def child(request: Request) -> Response:
    """The next picture for a child, or that these were all. Raises `not_found`."""
    lang, seed, at = _place(request, dict(request.query_params))
    poll = request.path_params["poll"]
    async with parts(request).db.reading() as db:
        draft = await find_draft(db, poll)
    if draft is None:
        raise DomainError("not_found")
    pictured = _known(request, draft.content)
    picked = pick(pictured, lang, random.Random(seed))
    context: dict[str, Any] = {"poll": poll, "texts": lang, "seed": seed, "at": at, "all": len(picked), "one": None}
    if at < len(picked):
        context["one"] = picked[at]
        context["meanings"] = meanings(pictured, picked[at], lang, random.Random(seed + at))
    else:
        context["next_seed"] = secrets.randbelow(_SEEDS)
    shared = {"person": None, "path": request.url.path, **context}
    drawn = parts(request).templates.draw("workshop/try_picture.html", lang, shared)
    return HTMLResponse(drawn, headers={"Cache-Control": "no-store"})


async def answer(request: Request) -> Response:
    """Counts what the child chose and goes on to the next picture. Raises `not_found` when the draft changed."""
    form = await read_form(request)
    lang, seed, at = _place(request, {name: field(form, name) for name in ("texts", "seed", "at")})
    poll = request.path_params["poll"]
    await note_try(parts(request).db, poll, field(form, "key"), field(form, "picture"), field(form, "chosen"))
    asked = urlencode({"texts": lang, "seed": seed, "at": at + 1})
    return go_to(request, f"/staff/polls/{poll}/workshop/tries/child?{asked}")


def _known(request: Request, content: Content) -> list[Pictured]:
    there = known_pictures(parts(request).assets, content)
    return [each for each in list_pictured(content) if each.picture in there]


def _place(request: Request, said: dict[str, str]) -> tuple[str, int, int]:
    """Which language, order and picture. Raises `not_found`."""
    lang = said.get("texts", "")
    seed, at = small_number(said.get("seed", ""), _SEEDS), small_number(said.get("at") or "0", 1000)
    if lang not in LANGUAGES or seed is None or at is None:
        raise DomainError("not_found")
    return lang, seed, at
