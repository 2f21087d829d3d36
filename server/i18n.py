"""Texts in the reader's language, through gettext. Knows no HTTP."""

from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations, translation
from pathlib import Path

from server.domain.consultations import LANGUAGES

LOCALES = Path(__file__).parent.parent / "locales"
NAMES = {"sv": "Svenska", "fi": "Suomi"}


@cache
def translations(language: str) -> GNUTranslations:
    """The compiled catalogue of a language. Raises FileNotFoundError when `make` has not compiled it."""
    found = translation("messages", LOCALES, [language])
    assert isinstance(found, GNUTranslations)
    return found


def negotiate(wanted: Iterable[str]) -> str:
    """The first of the reader's languages that we have; Swedish when there is none."""
    primary = (tag.split("-")[0].strip().lower() for tag in wanted)
    return next((language for language in primary if language in LANGUAGES), LANGUAGES[0])
