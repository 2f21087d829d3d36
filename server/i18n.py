"""Texts in the reader's language, through gettext, and which languages there are. Knows no HTTP."""

from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations, translation
from pathlib import Path

from server.domain.consultations import LANGUAGES
from server.domain.errors import N_

LOCALES = Path(__file__).parent.parent / "locales"
IN_THIS_LANGUAGE = N_("In this language")
_OWN_NAME = N_("The name of this language")
_NAMES = {"sv": N_("The name of this language in Swedish"), "fi": N_("The name of this language in Finnish")}
_FROM_RIGHT = {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}


@cache
def translations(language: str) -> GNUTranslations:
    """The compiled catalogue of a language. Raises FileNotFoundError when `make` has not compiled it."""
    found = translation("messages", LOCALES, [language])
    assert isinstance(found, GNUTranslations)
    return found


@cache
def further_languages() -> tuple[str, ...]:
    """Those that only children meet, where their poll has them: every other folder with a compiled catalogue."""
    found = {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/messages.mo")}
    return tuple(sorted(found - {*LANGUAGES}))


def own_name(language: str) -> str:
    """What its speakers call it; its code when its folder is gone."""
    if language not in (*LANGUAGES, *further_languages()):
        return language
    return translations(language).gettext(_OWN_NAME)


def name_of(language: str) -> dict[str, str]:
    """What a language is called in those of the staff; its code when its folder is gone."""
    if language not in (*LANGUAGES, *further_languages()):
        return dict.fromkeys(LANGUAGES, language)
    return {reader: translations(language).gettext(words) for reader, words in _NAMES.items()}


def direction(language: str) -> str:
    """`rtl` for one that is written from right to left, else `ltr`."""
    return "rtl" if language in _FROM_RIGHT else "ltr"


def negotiate(wanted: Iterable[str]) -> str:
    """The first of the reader's languages that we have; Swedish when there is none."""
    primary = (tag.split("-")[0].strip().lower() for tag in wanted)
    return next((language for language in primary if language in LANGUAGES), LANGUAGES[0])
