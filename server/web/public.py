"""The public pages: what the children said and what came of it, for children first. Knows packets, and no person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.domain.drafts import as_facts
from server.domain.errors import DomainError
from server.domain.feedback import Feedback, Step, timeline
from server.domain.levels import GRADES, may_ask, open_to_anyone
from server.domain.questions import ANSWERED_IN, Question
from server.domain.results import Result
from server.domain.sounds import FORMATS, Spoken
from server.domain.told import Told, tell
from server.store.areas import list_areas
from server.store.consultations import list_consultations, list_newest_revisions
from server.store.feedback import find_feedback, list_published_feedback
from server.store.sounds import list_sounds
from server.usecases.report import Results, read_results
from server.web.child import answer, document
from server.web.parts import Parts, parts
from server.web.sounds import sound_url
from server.web.start import today_of
from server.web.templating import language_of, remember_language
from server.web.words import by_name

_FILTERS = ("school", "grades", "school_language")
_BANDS = ("1-2", "3-4", "5-6")
# What was packed lately: most readers ask for the same few pages.
_packed = lru_cache(64)(document)


@dataclass(frozen=True)
class Found:
    """One consultation as anyone may see it; `questions` is empty until its results are public."""

    results: Results
    feedback: Feedback | None
    steps: tuple[Step, ...]
    questions: tuple[tuple[Question, tuple[Result, ...]], ...]

    @property
    def told(self) -> list[tuple[Question, list[Told]]]:
        """The questions as children are told them; in which language they answered is for adults."""
        return [(question, [*map(tell, of)]) for question, of in self.questions if question is not ANSWERED_IN]


async def show_all(request: Request) -> Response:
    """Every consultation whose results are public, by name."""
    lang = language_of(request)
    async with parts(request).db.reading() as db:
        known, published = await list_areas(db), await list_newest_revisions(db)
        consultations = [each for each in await list_consultations(db) if each.public and each.id in published]
        answered = await list_published_feedback(db)
    consultations.sort(key=lambda each: (each.title[lang].casefold(), each.id))
    context = {"consultations": consultations, "areas": known, "answered": answered}
    return await _page(request, "public/list.html", context)


async def show(request: Request) -> Response:
    """Where it stands, what came of it and what the children said, for children. Raises `not_found`."""
    return await _page(request, "public/show.html", _context(request, await _find(request, {})))


async def school(request: Request) -> Response:
    """The same for one school. Raises `not_found`."""
    found = await _find(request, {"school": request.path_params["school"]})
    if not found.questions:
        return _home(request)
    return await _page(request, "public/show.html", _context(request, found))


async def numbers(request: Request) -> Response:
    """Numbers, charts and tables for adults. Raises `not_found`, or `not_allowed` for a level that is not open."""
    where = {name: request.query_params[name] for name in _FILTERS if request.query_params.get(name)}
    found = await _find(request, where)
    consultation = found.results.consultation
    if consultation.public is None:
        return _home(request)
    if not found.questions:
        raise DomainError("not_allowed")
    grades = [*map(str, consultation.grades), *_BANDS] if consultation.public == GRADES else []
    return await _page(request, "public/numbers.html", {**_context(request, found), "grades": grades})


def _home(request: Request) -> Response:
    return RedirectResponse(f"/results/{request.path_params['consultation']}", 303)


async def _find(request: Request, where: Mapping[str, str]) -> Found:
    here, today = parts(request), today_of(request).isoformat()
    async with here.db.reading() as db:
        results = await read_results(db, here.revisions, request.path_params["consultation"], where)
        feedback = (await find_feedback(db, results.consultation.id)).published
    consultation = results.consultation
    steps = timeline(consultation.facts, feedback, frozen=consultation.frozen, today=today)
    questions = _open(results) if may_ask(consultation.public, where) else ()
    return Found(results, feedback, tuple(steps), tuple(questions))


def _open(results: Results) -> Iterable[tuple[Question, tuple[Result, ...]]]:
    """What anyone may read, question by question."""
    return ((question, open_to_anyone(of, results.where)) for question, of in results.by_question())


def _context(request: Request, found: Found) -> dict[str, Any]:
    results = found.results
    return {
        "consultation": results.consultation,
        "facts": as_facts(results.consultation.title, results.consultation.facts),
        "poll": results.poll,
        "where": results.where,
        "found": found,
        "feedback": found.feedback,
        "school": results.schools.get(results.where.get("school", "")),
        "schools": by_name(results.schools.values(), language_of(request)) if results.consultation.public else [],
        "home": f"/results/{results.consultation.id}",
    }


async def _page(request: Request, name: str, context: Mapping[str, Any]) -> Response:
    """A page that anyone may keep, as long as they ask whether it still holds."""
    body = await _draw(parts(request), name, language_of(request), {**context, "path": request.url.path})
    response = answer(request, _packed(body.encode()))
    response.headers["Vary"] += ", Cookie"
    remember_language(request, response)
    return response


async def _draw(here: Parts, name: str, lang: str, context: Mapping[str, Any]) -> str:
    """Draws it twice where sounds are kept of what it says."""
    spoken: dict[str, Spoken] = {}
    shared = {"person": None, "spoken": spoken, "sounds": {}, **context}
    body = here.templates.draw(name, lang, shared)
    consultation = context.get("consultation")
    if not spoken or consultation is None:
        return body
    async with here.db.reading() as db:
        by_format = {each: await list_sounds(db, consultation.id, spoken, each) for each in FORMATS}
    sounds = {
        key: [(sound_url(kept[key]), FORMATS[each].media_type) for each, kept in by_format.items() if key in kept]
        for key in spoken
    }
    return here.templates.draw(name, lang, {**shared, "sounds": sounds}) if any(sounds.values()) else body
