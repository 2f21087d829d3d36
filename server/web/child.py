"""What a tablet downloads: join page, booklets, service worker, manifest. Drawn once, then answered from memory."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.domain.consultations import LANGUAGES, Poll
from server.domain.errors import DomainError
from server.domain.sessions import PICTURES, Session
from server.domain.sounds import Spoken
from server.i18n import IN_THIS_LANGUAGE, further_languages, own_name, translations
from server.web.assets import Asset, Assets
from server.web.packing import Packed, pack, send
from server.web.parts import Parts, parts
from server.web.pictures import find_asset, hold_own_pictures
from server.web.templating import language_of

_SHELL = ("pwa/app.js", "css/app.css", "pwa/corner.js", "css/corner.css", "fonts/andika-latin", "icons/app.svg")
_WORKER = "pwa/sw.js"
_TRIAL = "trial"
_GUESS = "guess"
_PREVIEW = "preview"
_TEMPLATES = {
    "": "child/booklet.html",
    _TRIAL: "child/trial.html",
    _GUESS: "child/trial.html",
    _PREVIEW: "workshop/booklet.html",
}
_MEDIA = re.compile(r"/media/[\w.-]+")
_REVALIDATED = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding, Accept-Language"}


@dataclass(frozen=True)
class Document:
    """A drawn page, ready to be sent; `spoken` is what it reads aloud, by key."""

    packed: Packed
    etag: str
    spoken: Mapping[str, Spoken] = field(default_factory=dict)


_drawn: WeakKeyDictionary[Assets, dict[tuple[str, ...], Document]] = WeakKeyDictionary()


async def join_page(request: Request) -> Response:
    """Four pictures, or the teacher's link: the client reads which from the address."""
    return answer(request, join_document(parts(request), language_of(request)))


async def corner_page(request: Request) -> Response:
    """The teacher's corner of a tablet."""
    return answer(request, _shell_document(parts(request), "child/corner.html", language_of(request)))


async def booklet(request: Request) -> Response:
    """One poll for one grade band in one language. Raises `not_found`."""
    revision, _, profile = request.path_params["edition"].rpartition("-")
    return answer(request, await booklet_document(parts(request), revision, profile, request.path_params["lang"]))


async def booklet_pictures(request: Request) -> Response:
    """Every picture of a booklet as one file, in the order of `booklet_assets`. Raises `not_found`."""
    here = parts(request)
    revision, _, profile = request.path_params["edition"].rpartition("-")
    held = _drawn.setdefault(here.assets, {})
    key = (revision, profile, "")
    if key not in held:
        listed = await _booklet_assets(here, revision, profile)
        held[key] = document(b"".join(asset.body for asset in listed))
    return answer(request, held[key], "application/octet-stream")


async def service_worker(request: Request) -> Response:
    """The worker, told which build it belongs to and what the shell is made of."""
    here = parts(request)
    pages = [f"{path}?lang={lang}" for path in ("/app/", "/app/corner") for lang in LANGUAGES]
    pictures = [here.assets.picture(hexcode).url for hexcode in PICTURES.values()]
    files = here.assets.shell(_SHELL)
    facts = (
        f"const BUILD = {json.dumps(here.assets.build)};\nconst SHELL = {json.dumps([*pages, *files, *pictures])};\n"
    )
    body = facts.encode() + here.assets.by_url[here.assets.static(_WORKER)].body
    return answer(request, kept_document(body), "text/javascript")


async def manifest(request: Request) -> Response:
    """How the app is called and looks when it is installed."""
    here = parts(request)
    lang = language_of(request)
    icons = (
        ("icons/192.png", "192x192", "any"),
        ("icons/512.png", "512x512", "any"),
        ("icons/maskable-512.png", "512x512", "maskable"),
    )
    content = {
        "id": "/app/",
        "name": translations(lang).gettext("Tyck: children have a say"),
        "short_name": "Tyck",
        "lang": lang,
        "start_url": "/app/",
        "scope": "/app/",
        "display": "standalone",
        "background_color": "#fbf4e4",
        "theme_color": "#fbf4e4",
        "icons": [
            {"src": here.assets.static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in icons
        ],
    }
    return JSONResponse(content, headers=_REVALIDATED, media_type="application/manifest+json")


def offered(poll: Poll) -> tuple[str, ...]:
    """The languages that children choose among: those of the poll that we have the booklet's own words in."""
    return tuple(lang for lang in poll.languages if lang in LANGUAGES or lang in further_languages())


def booklet_urls(poll: Poll, revision: str, profile: str) -> dict[str, str]:
    """The booklet's address by language; `profile` may be one that `as_session` gave."""
    return {lang: f"/app/b/{revision}-{profile}/{lang}" for lang in offered(poll)}


async def booklet_assets(here: Parts, revision: str, profile: str) -> list[dict[str, str | int]]:
    """Every picture on the booklet's pages, with what a tablet checks it by. Raises `not_found`."""
    found = await _booklet_assets(here, revision, profile)
    return [{"url": asset.url, "sha256": asset.sha256, "bytes": len(asset.body)} for asset in found]


async def _booklet_assets(here: Parts, revision: str, profile: str) -> list[Asset]:
    found = await here.revisions.find(revision)
    languages = offered(found.poll) if found else LANGUAGES
    documents = [await booklet_document(here, revision, profile, lang) for lang in languages]
    urls = sorted({url for document in documents for url in _MEDIA.findall(document.packed.body.decode())})
    await hold_own_pictures(here, urls)
    return [asset for url in urls if (asset := find_asset(here, url))]


def join_document(here: Parts, lang: str) -> Document:
    """The join page."""
    return _shell_document(here, "child/join.html", lang)


def _shell_document(here: Parts, name: str, lang: str) -> Document:
    """A page that every tablet keeps, whatever its class."""
    held = _drawn.setdefault(here.assets, {})
    if (name, lang) not in held:
        gettext = translations(lang).gettext
        names = {
            "cat": gettext("Cat"),
            "owl": gettext("Owl"),
            "fish": gettext("Fish"),
            "butterfly": gettext("Butterfly"),
            "boat": gettext("Boat"),
            "train": gettext("Train"),
            "apple": gettext("Apple"),
            "flower": gettext("Flower"),
            "key": gettext("Key"),
            "umbrella": gettext("Umbrella"),
            "ball": gettext("Ball"),
            "house": gettext("House"),
        }
        pictures = [(picture, names[picture], hexcode) for picture, hexcode in PICTURES.items()]
        held[(name, lang)] = _spoken_document(*draw(here, name, lang, {"pictures": pictures}))
    return held[(name, lang)]


async def booklet_document(here: Parts, revision_id: str, profile: str, lang: str) -> Document:
    """A booklet. Raises `not_found`."""
    held = _drawn.setdefault(here.assets, {})
    key = (revision_id, profile, lang)
    if key not in held:
        revision = await here.revisions.find(revision_id)
        played, _, way = profile.partition(".")
        if revision is None or way not in _TEMPLATES:
            raise DomainError("not_found")
        if lang not in offered(revision.poll) or revision.poll.profile(played) is None:
            raise DomainError("not_found")
        context = {
            **booklet_context(revision.poll, revision_id, played),
            "edition": f"{revision_id}-{profile}",
            "way": way,
        }
        held[key] = _spoken_document(*draw(here, _TEMPLATES[way], lang, context, offered(revision.poll)))
    return held[key]


def as_session(session: Session) -> str:
    """The name of the session's profile; that of a trial or a guess has a booklet that says so."""
    way = _GUESS if session.is_guess else _TRIAL if session.is_trial else ""
    return f"{session.profile}.{way}" if way else session.profile


def as_preview(profile: str) -> str:
    """The name of a profile whose booklet plays on anybody's screen and keeps nothing."""
    return f"{profile}.{_PREVIEW}"


def booklet_context(poll: Poll, revision: str, profile: str) -> dict[str, object]:
    return {
        "poll": poll,
        "questions": poll.played(profile),
        "revision": revision,
        "profile": profile,
        "edition": f"{revision}-{profile}",
    }


def draw(
    here: Parts, name: str, lang: str, context: Mapping[str, object], languages: Sequence[str] = LANGUAGES
) -> tuple[str, Mapping[str, Spoken]]:
    """A child's page, and what it reads aloud, by key. It can be switched to each other one of `languages`."""
    # Each is offered in its own words: a child who needs it may read no other.
    switches = [(code, translations(code).gettext(IN_THIS_LANGUAGE)) for code in languages if code != lang]
    spoken: dict[str, Spoken] = {}
    shared = {"switches": switches, "spoken": spoken, "languages": {code: own_name(code) for code in languages}}
    return here.templates.draw(name, lang, {**shared, **context}), spoken


def _spoken_document(drawn: str, spoken: Mapping[str, Spoken]) -> Document:
    return replace(document(drawn.encode()), spoken=spoken)


def document(body: bytes) -> Document:
    return Document(pack(body, effort=9), f'"{hashlib.sha256(body).hexdigest()[:20]}"')


kept_document = lru_cache(64)(document)
"""The same of what is put together for every request and seldom differs: packing it costs ten times the rest."""


def answer(request: Request, document: Document, media_type: str = "text/html") -> Response:
    headers = {**_REVALIDATED, "ETag": document.etag}
    if document.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return send(request, document.packed, headers, media_type)
