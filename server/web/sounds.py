"""What a tablet reads aloud: the list of a booklet's sounds, and the sounds themselves. Made elsewhere."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES
from server.domain.errors import DomainError
from server.domain.sounds import FORMATS, Spoken
from server.i18n import further_languages
from server.store.consultations import find_newest_revision, list_consultations
from server.store.sounds import GENERATED, StoredSound, find_sound, list_sounds
from server.usecases.speak import generate
from server.web.child import answer, booklet_document, join_document, kept_document, offered
from server.web.parts import Parts, parts
from server.web.static import FOREVER

JOIN = "join"
_NOT_KEPT = {"Cache-Control": "no-store"}
_MEDIA_TYPES = {kind.suffix: kind.media_type for kind in FORMATS.values()}
# No longer numbers: `int` refuses endless ones.
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True)
class SpokenPage:
    """One page's spoken texts, and the consultation whose recordings go first."""

    consultation: str
    texts: Mapping[str, Spoken]


async def sounds(request: Request) -> Response:
    """Every sound of one booklet, or of the join page, in one language and format. Raises `not_found`."""
    page, format_name = await _asked(request)
    async with parts(request).db.reading() as db:
        found = await _listed(db, page, format_name)
    listed = {key: _entry(sound) for key, sound in found.items()}
    return answer(request, kept_document(json.dumps({"sounds": listed}).encode()), "application/json")


async def all_sounds(request: Request) -> Response:
    """The same as one file, in the list's order: a tablet cuts it and checks each. Raises `not_found`."""
    page, format_name = await _asked(request)
    async with parts(request).db.reading() as db:
        found = await _listed(db, page, format_name)
        bodies = [await find_sound(db, sound.name) for sound in found.values()]
    return Response(b"".join(filter(None, bodies)), headers=_NOT_KEPT, media_type="application/octet-stream")


async def _asked(request: Request) -> tuple[SpokenPage, str]:
    """The page and the name of the format. Raises `not_found`."""
    edition, lang, format_name = (request.path_params[name] for name in ("edition", "lang", "format"))
    if format_name not in FORMATS:
        raise DomainError("not_found")
    return await spoken_page(parts(request), edition, lang), format_name


async def _listed(db: AsyncConnection, page: SpokenPage, format_name: str) -> dict[str, StoredSound]:
    """By key, in the order of the page."""
    found = await list_sounds(db, page.consultation, page.texts, format_name)
    return {key: found[key] for key in page.texts if key in found}


def sound_url(sound: StoredSound) -> str:
    return f"/media/sounds/{sound.name}"


def _entry(sound: StoredSound) -> dict[str, str | int]:
    return {"url": sound_url(sound), "sha256": sound.sha256, "bytes": sound.bytes}


async def sound(request: Request) -> Response:
    """One sound, whole, or the part that a media player asks for. Raises `not_found`."""
    name = request.path_params["name"]
    async with parts(request).db.reading() as db:
        body = await find_sound(db, name)
    if body is None:
        raise DomainError("not_found")
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    headers = {**FOREVER, "Accept-Ranges": "bytes"}
    part = _part(request.headers.get("range", ""), len(body))
    if part is None:
        return Response(body, headers=headers, media_type=media_type)
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(body)}"
    return Response(body[part.start : part.stop], 206, headers, media_type)


def _part(asked: str, size: int) -> range | None:
    """The one range that Safari's player asks for; anything else gets the whole sound (RFC 9110, 14.2)."""
    found = _RANGE.fullmatch(asked)
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(size, int(last) + 1) if first and last else size
    return range(start, stop) if start < stop else None


async def read_aloud(here: Parts, done: set[tuple[str, str]]) -> None:
    """Makes the generated sounds of every page that children can open now and that is not `done` yet."""
    async for page_key, page in _pages(here, done):
        await generate(here.db, here.voice, page.texts)
        done.add(page_key)


async def _pages(here: Parts, done: set[tuple[str, str]]) -> AsyncIterator[tuple[tuple[str, str], SpokenPage]]:
    for edition, lang in [*await _editions(here), *((JOIN, lang) for lang in LANGUAGES)]:
        if (edition, lang) not in done:
            yield (edition, lang), await spoken_page(here, edition, lang)


async def _editions(here: Parts) -> list[tuple[str, str]]:
    """The booklets of every consultation that still takes answers, each with its language."""
    async with here.db.reading() as db:
        running = [each.id for each in await list_consultations(db) if not each.frozen]
        newest = [await find_newest_revision(db, consultation) for consultation in running]
    found = [await here.revisions.find(revision_id) for revision_id in newest if revision_id]
    return [
        (f"{each.id}-{profile.id}", lang)
        for each in found
        if each
        for profile in each.poll.profiles
        for lang in offered(each.poll)
    ]


async def spoken_page(here: Parts, edition: str, lang: str) -> SpokenPage:
    """What a booklet or the join page reads aloud; the join page nothing in a further language. Raises `not_found`."""
    if edition == JOIN and lang in (*LANGUAGES, *further_languages()):
        return SpokenPage(GENERATED, join_document(here, lang).spoken if lang in LANGUAGES else {})
    revision_id, _, profile = edition.rpartition("-")
    drawn = await booklet_document(here, revision_id, profile, lang)
    revision = await here.revisions.find(revision_id)
    return SpokenPage(revision.consultation if revision else GENERATED, drawn.spoken)
