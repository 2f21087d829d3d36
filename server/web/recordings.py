"""Where one hears what a poll or the cards of feedback say, and records it in a better voice, published or not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from server.domain.consultations import LANGUAGES, Poll, PollError, parse_poll
from server.domain.errors import DomainError, ErrorKind
from server.domain.feedback import read_feedback
from server.domain.gaps import complete
from server.domain.questions import Text
from server.domain.sounds import FORMATS, Spoken, sound_key
from server.i18n import own_name
from server.store.consultations import find_consultation
from server.store.drafts import Draft, find_draft
from server.store.feedback import find_feedback
from server.store.sounds import StoredSound, list_sounds
from server.usecases import speak
from server.web.child import offered
from server.web.forms import go_to
from server.web.parts import parts
from server.web.sounds import sound_url, spoken_page
from server.web.templating import language_of, page
from server.web.uploads import read_upload
from server.web.workshop_preview import draw_booklet

_MOST_BYTES = 8 * 1024 * 1024
_REFUSALS = {"not_a_sound", "silent_sound", "long_sound", "no_programs", "too_large", "bad_request"}
_MICROPHONE = {"Permissions-Policy": "camera=(), geolocation=(), microphone=(self)"}


@dataclass(frozen=True)
class Line:
    """One text, and where its sound comes from; `sources` are (URL, media type) pairs."""

    key: str
    text: str
    recorded: bool
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class _Script:
    """What is read aloud in one language, {key: text}; its page, and the page it belongs to with its name."""

    path: str
    back: str
    title: Text
    consultation: str
    lang: str
    texts: Mapping[str, str]
    languages: Sequence[str] = LANGUAGES


async def show(request: Request) -> Response:
    """The texts of one language with their sounds. Raises `not_found`, or `incomplete` for a poll half written."""
    return await _show(request, request.query_params.get("texts") or language_of(request))


async def record(request: Request) -> Response:
    """Takes a recording of one text, or says on the page why not. Raises `not_found`."""
    here, key = parts(request), request.path_params["key"]
    script = await _script_with(request, key)
    try:
        recording = await read_upload(request, _MOST_BYTES)
        await speak.record(here.db, here.voice, script.consultation, key, recording, by=request.state.person.id)
    except DomainError as error:
        if error.kind.code not in _REFUSALS:
            raise
        return await _show(request, script.lang, (key, error.kind))
    return go_to(request, _address(script, key))


async def generate(request: Request) -> Response:
    """Lets the generated voice read one text now. Raises `not_found` or `no_programs`."""
    here, key = parts(request), request.path_params["key"]
    script = await _script_with(request, key)
    if here.voice.missing() or not here.voice.speaks:
        raise DomainError("no_programs")
    await speak.generate(here.db, here.voice, {key: Spoken(script.lang, script.texts[key])})
    return go_to(request, _address(script, key))


async def forget(request: Request) -> Response:
    """Goes back to the generated voice for one text. Raises `not_found`."""
    key = request.path_params["key"]
    script = await _script_with(request, key)
    await speak.forget_recording(parts(request).db, script.consultation, key)
    return go_to(request, _address(script, key))


def _address(script: _Script, key: str) -> str:
    return f"{script.path}?texts={script.lang}#{key}"


async def _show(request: Request, lang: str, refused: tuple[str, ErrorKind] | None = None) -> Response:
    here = parts(request)
    script = await _script(request, lang)
    async with here.db.reading() as db:
        found = {name: await list_sounds(db, script.consultation, script.texts, name) for name in FORMATS}
    lines = [_line(key, text, found) for key, text in script.texts.items()]
    context = {
        "script": script,
        "texts": lang,
        "lines": lines,
        "recorded": sum(line.recorded for line in lines),
        "silent": sum(not line.sources for line in lines),
        "missing": here.voice.missing(),
        "speaks": here.voice.speaks,
        "has_voice": "espeak-ng" not in here.voice.missing() and await here.voice.has_voice(lang),
        "tongues": {code: own_name(code) for code in script.languages},
        "refused": refused,
        "path": script.path,
    }
    response = page(request, "sounds/show.html", context, status=refused[1].status if refused else 200)
    response.headers.update(_MICROPHONE)
    return response


def _line(key: str, text: str, found: Mapping[str, Mapping[str, StoredSound]]) -> Line:
    stored = {name: sounds[key] for name, sounds in found.items() if key in sounds}
    sources = tuple((sound_url(sound), FORMATS[name].media_type) for name, sound in stored.items())
    return Line(key, text, any(sound.recorded for sound in stored.values()), sources)


async def _script(request: Request, lang: str) -> _Script:
    named = request.path_params
    return await (_poll_script(request, named["poll"], lang) if "poll" in named else _feedback_script(request, lang))


async def _feedback_script(request: Request, lang: str) -> _Script:
    if lang not in LANGUAGES:
        raise DomainError("not_found")
    async with parts(request).db.reading() as db:
        found = await find_consultation(db, request.path_params["consultation"])
        if found is None:
            raise DomainError("not_found")
        written = read_feedback((await find_feedback(db, found.id)).content)
    back = f"/staff/consultations/{found.id}/feedback"
    texts = {sound_key(text, lang): text for text in written.spoken(lang)}
    return _Script(f"{back}/sounds", back, found.title, found.id, lang, texts)


async def _poll_script(request: Request, poll_id: str, lang: str) -> _Script:
    here = parts(request)
    async with here.db.reading() as db:
        draft = await find_draft(db, poll_id)
    if draft and (poll := _complete_poll(draft)):
        if lang not in offered(poll):
            raise DomainError("not_found")
        drawn = [draw_booklet(here, poll, profile.id, lang)[1] for profile in poll.profiles]
        return _of_poll(poll, draft.consultation, lang, _texts(drawn, lang))
    revision = await here.revisions.find_newest_of_poll(poll_id)
    if revision is None:
        raise DomainError("incomplete")
    editions = [f"{revision.id}-{profile.id}" for profile in revision.poll.profiles]
    pages = [(await spoken_page(here, edition, lang)).texts for edition in editions]
    return _of_poll(revision.poll, revision.consultation, lang, _texts(pages, lang))


def _of_poll(poll: Poll, consultation: str, lang: str, texts: Mapping[str, str]) -> _Script:
    back = f"/staff/consultations/{consultation}"
    return _Script(f"/staff/polls/{poll.id}/sounds", back, poll.title, consultation, lang, texts, offered(poll))


def _complete_poll(draft: Draft) -> Poll | None:
    """The poll as it is written now; None while something is missing in it."""
    try:
        return parse_poll(complete(draft.content))
    except PollError:
        return None


def _texts(pages: Iterable[Mapping[str, Spoken]], lang: str) -> dict[str, str]:
    return {key: said.text for page in pages for key, said in page.items() if said.lang == lang}


async def _script_with(request: Request, key: str) -> _Script:
    """The script that this text stands in. Raises `not_found`."""
    first = await _script(request, LANGUAGES[0])
    for lang in first.languages:
        script = await _script(request, lang)
        if key in script.texts:
            return script
    raise DomainError("not_found")
