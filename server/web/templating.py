"""Jinja for the web: the reader's language, the URLs of static files, and nothing about what a page shows."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.domain.claims import claims
from server.domain.consultations import LANGUAGES
from server.domain.sessions import grades_key
from server.domain.sounds import Spoken, sound_key
from server.i18n import direction, name_of, negotiate, own_name, translations
from server.web.assets import Assets

_TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGE_COOKIE = "lang"
_YEAR_S = 365 * 86_400
_MOST_PARTS = 1024


class Templates:
    def __init__(self, assets: Assets) -> None:
        self._remembered = lru_cache(_MOST_PARTS)(self._draw_part)
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._environment.globals.update(
            static=assets.static,
            picture=assets.picture_url,
            build=assets.build,
            languages={language: own_name(language) for language in LANGUAGES},
            language_name=lambda language, lang: name_of(language)[lang],
            direction=direction,
            grades_key=grades_key,
            claims=claims,
            sound_key=_sound_key,
            part=self._part,
        )

    def draw(self, name: str, lang: str, context: Mapping[str, Any]) -> str:
        """The template `name` in language `lang`."""
        return self._environment.get_template(name).render({"lang": lang, "dir": direction(lang), **context})

    @pass_context
    def _part(self, context: Context, name: str, **given: Any) -> Markup:
        """A part of a page that shows what is `given` and nothing else: drawn once, then remembered."""
        return self._remembered(name, context["lang"], tuple(sorted(given.items())))

    def _draw_part(self, name: str, lang: str, given: tuple[tuple[str, Any], ...]) -> Markup:
        return Markup(self.draw(name, lang, dict(given)))


@pass_context
def _gettext(context: Context, message: str) -> str:
    return translations(context["lang"]).gettext(message)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    return translations(context["lang"]).ngettext(singular, plural, number)


@pass_context
def _sound_key(context: Context, text: str, lang: str | None = None) -> str:
    """The key of a text that is read aloud; noted in the page's `spoken`, where it has one."""
    said = Spoken(lang or context["lang"], str(text))
    key = sound_key(said.text, said.lang)
    spoken: dict[str, Spoken] | None = context.get("spoken")
    if spoken is not None:
        spoken[key] = said
    return key


def language_of(request: Request) -> str:
    """The language asked for in the address, else the remembered one, else the browser's first that we have."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE) or ""
    accepted = request.headers.get("accept-language", "")
    return negotiate([asked, *(part.split(";")[0] for part in accepted.split(","))])


def page(request: Request, name: str, context: Mapping[str, Any], *, status: int = 200) -> HTMLResponse:
    """A page for staff or anyone: never cached, in the reader's language, which `?lang=` changes for good."""
    lang = language_of(request)
    templates: Templates = request.app.state.parts.templates
    person = getattr(request.state, "person", None)
    shared = {"person": person, "path": request.url.path, **context}
    response = HTMLResponse(templates.draw(name, lang, shared), status, {"Cache-Control": "no-store"})
    remember_language(request, response)
    return response


def remember_language(request: Request, response: Response) -> None:
    """Keeps the language that the address asks for."""
    # A fragment may be asked for in the language of a field; that is no choice of the reader's.
    if request.query_params.get("lang") in LANGUAGES and request.headers.get("hx-request") != "true":
        secure = request.app.state.parts.settings.is_https
        language = language_of(request)
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR_S, secure=secure, samesite="lax", httponly=True)
