"""Every text of the interface stands in Swedish and in Finnish, and what children meet in every other folder of
locales/ too; with the same placeholders, and none is left over.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FURTHER = sorted({path.name for path in (ROOT / "locales").iterdir() if path.is_dir()} - {"sv", "fi"})
LANGUAGES = ("sv", "fi", *FURTHER)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


@cache
def texts_in_code(language: str) -> set[Any]:
    """Message ids (a pair for singular and plural) of everything marked for translation into a language.

    By the mapping of pyproject.toml, for a further language by that of locales/child.toml.
    """
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]
    if language in FURTHER:
        settings = tomllib.loads((ROOT / "locales/child.toml").read_text(encoding="utf-8"))
    mappings = settings["mappings"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in mappings]
    options = {mapping["pattern"]: mapping for mapping in mappings}
    found = extract_from_dir(ROOT, methods, options, dict(DEFAULT_KEYWORDS))
    return {message for _, _, message, _, _ in found}


@cache
def catalogue(language: str) -> Catalog:
    path = ROOT / f"locales/{language}/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [value]


def is_finished(message: Message) -> bool:
    return not message.fuzzy and all(form.strip() for form in forms(message.string))


def keeps_placeholders(message: Message) -> bool:
    """A singular may leave its number out; what is used must exist, and the last form uses all."""
    known = {found for form in forms(message.id) for found in PLACEHOLDER.findall(form)}
    used = [set(PLACEHOLDER.findall(form)) for form in forms(message.string)]
    return all(found <= known for found in used) and used[-1] == known


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_complete(language: str) -> None:
    messages = [message for message in catalogue(language) if message.id]
    assert texts_in_code(language) - {message.id for message in messages} == set(), "run `make locales` and translate"
    assert [message.id for message in messages if not is_finished(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_nothing_left_over(language: str) -> None:
    read = catalogue(language)
    assert {message.id for message in read if message.id} - texts_in_code(language) == set(), "run `make locales`"
    assert list(read.obsolete) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_placeholders(language: str) -> None:
    finished = [message for message in catalogue(language) if message.id and is_finished(message)]
    assert [message.id for message in finished if not keeps_placeholders(message)] == []


def test_there_is_a_further_language() -> None:
    assert "en" in FURTHER
