"""What others made and Tyck ships: each file noted with version, licence and hash; every named picture there."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from server.store.shelf import find_shelf_poll, list_shelf_polls

ROOT = Path(__file__).resolve().parent.parent
NOTED: dict[str, Any] = json.loads((ROOT / "static/vendor/VERSIONS.json").read_text(encoding="utf-8"))
HASHES: dict[str, str] = {path: digest for pack in NOTED["packages"] for path, digest in pack["sha256"].items()}
PICTURES = {path.stem: path.read_text("utf-8") for path in (ROOT / "static/pictures").glob("*.svg")}
with zipfile.ZipFile(ROOT / "static/pictures/more.zip") as _more:
    PICTURES |= {name.removesuffix(".svg"): _more.read(name).decode() for name in _more.namelist()}


@pytest.mark.parametrize("pack", NOTED["packages"], ids=lambda pack: pack["name"])
def test_a_pack_is_noted_with_an_exact_version_a_source_and_a_licence(pack: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", pack["version"])
    assert pack["from"]
    assert pack["licence"]
    assert pack["sha256"]


def test_every_noted_file_is_unchanged() -> None:
    changed = [p for p, digest in HASHES.items() if hashlib.sha256((ROOT / p).read_bytes()).hexdigest() != digest]
    assert changed == []


@pytest.mark.parametrize(
    "folder",
    ["static/vendor", "static/fonts", "static/pictures", "server/pictures", "server/passwords", "tests/browser/vendor"],
)
def test_no_file_of_others_is_there_unnoted(folder: str) -> None:
    ours = {"VERSIONS.json", "pictures.txt", "words.tsv", "LICENSE.txt"}
    there = {str(p.relative_to(ROOT)) for p in (ROOT / folder).iterdir() if p.is_file() and p.name not in ours}
    assert there - set(HASHES) == set()


@pytest.mark.parametrize("poll", list_shelf_polls())
def test_every_picture_a_poll_names_exists(poll: str) -> None:
    named = set(pictures_of(find_shelf_poll(poll)))
    assert named
    assert named - set(PICTURES) == set()


def test_every_picture_that_a_word_finds_exists() -> None:
    tables = [(ROOT / f"server/pictures/{name}.tsv").read_text("utf-8").splitlines() for name in ("words", "names")]
    named = {line.split("\t")[0] for table in tables for line in table if not line.startswith("#")}
    assert named - set(PICTURES) == set()
    assert len(named) > 1000


def test_the_pictures_together_are_small() -> None:
    assert (ROOT / "static/pictures/more.zip").stat().st_size < 1_000_000


def test_pictures_hold_no_script_and_no_address() -> None:
    suspicious = re.compile(r"<script|\son\w+=|href|url\(\s*['\"]?http|<foreignObject|<!ENTITY", re.IGNORECASE)
    assert [name for name, drawn in PICTURES.items() if suspicious.search(drawn)] == []


def pictures_of(content: object) -> list[str]:
    """Every `emojiHex` and `coverEmojiHex`, however deep."""
    if isinstance(content, list):
        return [found for entry in content for found in pictures_of(entry)]
    if not isinstance(content, dict):
        return []
    own = [str(value) for key, value in content.items() if key in ("emojiHex", "coverEmojiHex")]
    return own + [found for value in content.values() for found in pictures_of(value)]
