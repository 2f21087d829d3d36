"""The pictures a poll may show: found by a word, or a photo or drawing of one's own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES
from server.domain.errors import DomainError
from server.domain.own_pictures import MAX_ALT, own_hexcode, own_id, read_alt
from server.domain.people import Action
from server.domain.picture_words import MAX_QUERY, picture_name, search, search_texts
from server.domain.questions import Text
from server.store.areas import Area, list_areas, list_path_in
from server.store.database import Database
from server.store.pictures import OwnPicture, find_picture, list_pictures
from server.usecases.pictures import forget_picture, keep_picture
from server.web.access import require
from server.web.assets import Asset, own_asset
from server.web.forms import field, go_to, is_htmx, read_form
from server.web.parts import Parts, parts
from server.web.static import FOREVER
from server.web.templating import language_of, page
from server.web.uploads import read_upload_form
from server.web.words import by_name

_PATH = "/staff/pictures"
_OWN_URL = re.compile(r"/media/([0-9a-f]{20})\.webp")
_MOST_HITS = 48
_MOST_BYTES = 20 * 1024 * 1024
# A published poll is never changed, so what its booklets show stays.
_held: WeakKeyDictionary[Database, dict[str, Asset]] = WeakKeyDictionary()
_REFUSALS = {"not_a_picture", "huge_picture", "picture_used", "too_large", "bad_form", "busy"}


@dataclass(frozen=True)
class Shown:
    """A picture as a person chooses it; `area` where it is somebody's own."""

    hexcode: str
    name: Text
    area: str = ""


@dataclass(frozen=True)
class _Mine:
    """The areas this person makes polls for, and their own pictures by what stands for them in a poll."""

    areas: Sequence[Area]
    pictures: Mapping[str, Shown]


async def show(request: Request) -> Response:
    """Search, the chosen picture as a child sees it, and own pictures; for htmx only what was found."""
    return await _show(request, await _mine(request))


async def add(request: Request) -> Response:
    """Takes a photo or drawing, or says on the page why not. Raises `not_allowed` or `not_found`."""
    here, mine = parts(request), await _mine(request)
    given: Mapping[str, str] = {}
    try:
        form = await read_upload_form(request, _MOST_BYTES)
        given = form.fields
        area = given.get("area") or (mine.areas[0].id if len(mine.areas) == 1 else "")
        if not area or not form.file:
            raise DomainError("bad_form", [("picture" if area else "area", "missing")])
        await require(request, Action.COMPOSE, area)
        alt = read_alt({lang: given.get(f"alt_{lang}", "") for lang in LANGUAGES})
        hexcode = await keep_picture(here.db, here.easel, area, form.file, alt, by=request.state.person.id)
    except DomainError as error:
        return await _refused(request, mine, error, given)
    return go_to(request, f"{_PATH}?emojiHex={hexcode}")


async def forget(request: Request) -> Response:
    """Deletes an own picture of an area, unless a poll shows it. Raises `not_allowed` or `not_found`."""
    here, form = parts(request), await read_form(request)
    area = field(form, "area")
    await require(request, Action.COMPOSE, area)
    try:
        await forget_picture(here.db, area, request.path_params["picture"], by=request.state.person.id)
    except DomainError as error:
        return await _refused(request, await _mine(request), error, {})
    return go_to(request, _PATH)


async def own(request: Request) -> Response:
    """An own picture. Raises `not_found`."""
    async with parts(request).db.reading() as db:
        body = await find_picture(db, request.path_params["picture"])
    if body is None:
        raise DomainError("not_found")
    return Response(body, headers=FOREVER, media_type="image/webp")


async def find_pictures(request: Request, query: str, most: int) -> list[Shown]:
    """For the moderator who picks one: at most so many for the word, then the own ones that are not among them."""
    mine = await _mine(request)
    found = _find(query, language_of(request), mine)[:most]
    return [*found, *(shown for shown in mine.pictures.values() if shown not in found)]


async def hold_own_pictures(here: Parts, urls: Iterable[str]) -> None:
    """Reads those of a booklet's pictures that are own ones, so that tablets get them like all others."""
    held = _held.setdefault(here.db, {})
    for url in urls:
        own = _OWN_URL.fullmatch(url)
        if own and url not in held:
            async with here.db.reading() as db:
                body = await find_picture(db, own[1])
            if body is not None:
                held[url] = own_asset(own[1], body)


def find_asset(here: Parts, url: str) -> Asset | None:
    """What a booklet shows there: a picture that is shipped, or an own one that is held."""
    return here.assets.find(url) or _held.get(here.db, {}).get(url)


async def _mine(request: Request) -> _Mine:
    person = request.state.person
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
        areas = {place for place in known if person.may(Action.COMPOSE, list_path_in(known, place))}
        found = await list_pictures(db, areas)
    # Whoever makes polls for a municipality need not choose among its schools.
    highest = [known[place] for place in areas if known[place].parent not in areas]
    return _Mine(by_name(highest, language_of(request)), {own_hexcode(each.id): _own(each) for each in found})


def _own(picture: OwnPicture) -> Shown:
    return Shown(own_hexcode(picture.id), picture.alt, picture.area)


def _named(hexcode: str, mine: _Mine) -> Shown | None:
    names = {lang: picture_name(hexcode, lang) for lang in LANGUAGES}
    known = {lang: name for lang, name in names.items() if name is not None}
    return Shown(hexcode, known) if len(known) == len(names) else mine.pictures.get(hexcode)


def _find(query: str, lang: str, mine: _Mine) -> list[Shown]:
    """Own pictures first; in the other language when this one has nothing."""
    if not query or len(query) > MAX_QUERY:
        return []
    for tried in (lang, *(other for other in LANGUAGES if other != lang)):
        words = {hexcode: picture.name[tried] for hexcode, picture in mine.pictures.items()}
        hexcodes = [*search_texts(query, tried, words), *search(query, tried)]
        if hexcodes:
            return [shown for hexcode in hexcodes[:_MOST_HITS] if (shown := _named(hexcode, mine))]
    return []


async def _refused(request: Request, mine: _Mine, error: DomainError, given: Mapping[str, str]) -> Response:
    if error.kind.code not in _REFUSALS:
        raise error
    return await _show(request, mine, error, given)


async def _show(
    request: Request, mine: _Mine, refused: DomainError | None = None, given: Mapping[str, str] | None = None
) -> Response:
    lang, query = language_of(request), request.query_params.get("q", "").strip()
    chosen = request.query_params.get("emojiHex", "")
    context = {
        "query": query[:MAX_QUERY],
        "is_long": len(query) > MAX_QUERY,
        "hits": _find(query, lang, mine),
        "mine": mine,
        "chosen": _named(chosen, mine),
        "chosen_own": own_id(chosen),
        "refused": refused,
        "given": given or {},
        "most_letters": MAX_ALT,
        "query_in_path": f"q={quote(query[:MAX_QUERY])}&" if query else "",
    }
    name = "pictures/_hits.html" if is_htmx(request) and not refused else "pictures/show.html"
    return page(request, name, context, status=refused.kind.status if refused else 200)
