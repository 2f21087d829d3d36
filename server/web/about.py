"""Pages for anyone: whose pictures these are, what is stored about a child, who can use it, whether it lives."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from server.store.areas import list_areas
from server.store.consultations import find_consultation
from server.web.parts import parts
from server.web.templating import language_of, page
from server.web.words import by_name

# Traficom supervises digital accessibility since 2025, with an address for each language.
_AUTHORITY = {
    "sv": {"site": "https://www.tillganglighetskrav.fi", "email": "tillganglighet@traficom.fi"},
    "fi": {"site": "https://www.saavutettavuusvaatimukset.fi", "email": "saavutettavuus@traficom.fi"},
}


async def pictures(request: Request) -> Response:
    """Whose pictures and letters we use, and under which licence."""
    return page(request, "about/pictures.html", {})


async def privacy(request: Request) -> Response:
    """What is stored about a child and about staff, for how long, and the rule that results follow."""
    return page(request, "about/privacy.html", {"municipalities": await _municipalities(request)})


async def accessibility(request: Request) -> Response:
    """The statement that the Act on the Provision of Digital Services (306/2019) asks for."""
    settings, lang = parts(request).settings, language_of(request)
    context = {
        "address": settings.base_url,
        "municipalities": await _municipalities(request),
        "feedback": settings.feedback,
        "authority": _AUTHORITY[lang],
    }
    return page(request, "about/accessibility.html", context)


async def _municipalities(request: Request) -> list[str]:
    lang = language_of(request)
    async with parts(request).db.reading() as db:
        known = await list_areas(db)
    return [area.name[lang] for area in by_name(known.values(), lang) if area.kind == "municipality"]


async def healthz(request: Request) -> Response:
    """`ok` once the database has answered."""
    async with parts(request).db.reading() as db:
        await find_consultation(db, "")
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})
