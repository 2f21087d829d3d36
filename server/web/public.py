"""The public pages: what the children said and what came of it, for children first. Knows packets, and no person."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.domain.consultations import LANGUAGES
from server.domain.drafts import as_facts
from server.domain.errors import DomainError
from server.domain.feedback import day_of
from server.domain.levels import GRADES
from server.store.areas import list_areas
from server.store.consultations import list_consultations, list_newest_revisions
from server.store.feedback import find_feedback, list_published_feedback
from server.usecases.publicity import Public, read_public
from server.usecases.speak import generate
from server.web.child import answer, document
from server.web.listening import draw_with_sounds
from server.web.parts import Parts, parts
from server.web.templating import language_of, remember_language
from server.web.words import by_name

_FILTERS = ("school", "grades", "school_language")
_BANDS = ("1-2", "3-4", "5-6")
# What was packed lately: most readers ask for the same few pages.
_packed = lru_cache(24)(document)


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
    return await _answer(request, "public/show.html", await _find(request, {}))


async def school(request: Request) -> Response:
    """The same for one school. Raises `not_found`."""
    found = await _find(request, {"school": request.path_params["school"]})
    if not found.questions:
        return _home(request)
    return await _answer(request, "public/show.html", found)


async def numbers(request: Request) -> Response:
    """Numbers, charts and tables for adults. Raises `not_found`, or `not_allowed` for a level that is not open."""
    where = {name: request.query_params[name] for name in _FILTERS if request.query_params.get(name)}
    found = await _find(request, where)
    consultation = found.about.consultation
    if consultation.public is None:
        return _home(request)
    if not found.questions:
        raise DomainError("not_allowed")
    grades = [*map(str, consultation.grades), *_BANDS] if consultation.public == GRADES else []
    return await _answer(request, "public/numbers.html", found, grades=grades)


async def _answer(request: Request, name: str, found: Public, **more: Any) -> Response:
    context = {**_context(found, language_of(request)), **more}
    return await _page(request, name, context, found.about.consultation.id)


def _home(request: Request) -> Response:
    return RedirectResponse(f"/results/{request.path_params['consultation']}", 303)


async def _find(request: Request, where: Mapping[str, str]) -> Public:
    here, today = parts(request), day_of(parts(request).clock())
    async with here.db.reading() as db:
        return await read_public(db, here.revisions, request.path_params["consultation"], where, today)


def _context(found: Public, lang: str) -> dict[str, Any]:
    about = found.about
    return {
        "consultation": about.consultation,
        "facts": as_facts(about.consultation.title, about.consultation.facts),
        "poll": about.poll,
        "where": about.where,
        "found": found,
        "feedback": found.feedback,
        "school": about.schools.get(about.where.get("school", "")),
        "schools": by_name(found.schools, lang),
        "home": f"/results/{about.consultation.id}",
    }


def _nobody(path: str) -> dict[str, Any]:
    return {"path": path, "person": None}


async def _page(request: Request, name: str, context: Mapping[str, Any], consultation: str = "") -> Response:
    """A page that anyone may keep, as long as they ask whether it still holds."""
    here, lang = parts(request), language_of(request)
    body, _ = await draw_with_sounds(here, name, lang, {**context, **_nobody(request.url.path)}, consultation)
    response = answer(request, _packed(body.encode()))
    response.headers["Vary"] += ", Cookie"
    remember_language(request, response)
    return response


async def read_aloud(here: Parts, done: set[tuple[str, str]]) -> None:
    """Makes the generated sounds of the pages that are not `done` as they are now, a school's in its own language."""
    async with here.db.reading() as db:
        answered = {each: (await find_feedback(db, each)).published_at for each in await list_published_feedback(db)}
        asked = await list_newest_revisions(db)
        consultations = [each for each in await list_consultations(db) if each.id in asked]
    consultations = [each for each in consultations if each.public or each.id in answered]
    for one in consultations:
        state = (one.id, f"{one.public} {answered.get(one.id)}")
        if state in done:
            continue
        today = day_of(here.clock())
        async with here.db.reading() as db:
            whole = await read_public(db, here.revisions, one.id, {}, today)
            schools = [
                (await read_public(db, here.revisions, one.id, {"school": school.id}, today), school.language)
                for school in whole.schools
            ]
        for found, lang in [*((whole, lang) for lang in LANGUAGES), *schools]:
            context = {**_context(found, lang), **_nobody("")}
            _, spoken = await draw_with_sounds(here, "public/show.html", lang, context, one.id)
            await generate(here.db, here.voice, spoken)
        done.add(state)
