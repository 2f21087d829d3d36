"""Pages with a player beside each text that a sound is kept of: heard without any script."""

from collections.abc import Mapping
from typing import Any

from server.domain.sounds import FORMATS, Spoken
from server.store.sounds import list_sounds
from server.web.parts import Parts
from server.web.sounds import sound_url

Sources = list[tuple[str, str]]
"""One sound's addresses and media types, the first that a browser plays."""


async def draw_with_sounds(
    here: Parts, name: str, lang: str, context: Mapping[str, Any], consultation: str
) -> tuple[str, Mapping[str, Spoken]]:
    """The page, and what it says; recordings of the consultation go before generated sounds.

    Drawn once to learn what it says, and once more where sounds are kept of that.
    """
    spoken: dict[str, Spoken] = {}
    shared = {**context, "spoken": spoken, "sounds": {}}
    body = here.templates.draw(name, lang, shared)
    sounds = await find_sources(here, consultation, spoken)
    return (here.templates.draw(name, lang, {**shared, "sounds": sounds}) if sounds else body), dict(spoken)


async def find_sources(here: Parts, consultation: str, spoken: Mapping[str, Spoken]) -> dict[str, Sources]:
    """By the key of what is said, for what has a sound."""
    found: dict[str, Sources] = {}
    async with here.db.reading() as db:
        for name, kind in FORMATS.items():
            for key, sound in (await list_sounds(db, consultation, spoken, name)).items():
                found.setdefault(key, []).append((sound_url(sound), kind.media_type))
    return found
