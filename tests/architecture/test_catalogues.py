"""Every text of the interface stands in Swedish and in Finnish, with the same placeholders, and none is left over."""

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
LANGUAGES = ("sv", "fi")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")


@cache
def texts_in_code() -> set[Any]:
    """Message ids (a pair for singular and plural) of everything marked for translation, by pyproject's own mapping."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    mappings = settings["tool"]["babel"]["mappings"]
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
    assert texts_in_code() - {message.id for message in messages} == set(), "run `make locales` and translate"
    assert [message.id for message in messages if not is_finished(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_nothing_left_over(language: str) -> None:
    read = catalogue(language)
    assert {message.id for message in read if message.id} - texts_in_code() == set(), "run `make locales`"
    assert list(read.obsolete) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_placeholders(language: str) -> None:
    finished = [message for message in catalogue(language) if message.id and is_finished(message)]
    assert [message.id for message in finished if not keeps_placeholders(message)] == []
