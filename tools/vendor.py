"""Fetches scripts, fonts and pictures from npm and PyPI, unchanged but for the pictures' size, and notes their hashes.

Run by `make vendor` when a version, `static/pictures/pictures.txt` or `server/pictures/words.tsv` has changed.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.fetch import entry, npm_files, write
from tools.vendor_passwords import take_passwords
from tools.vendor_pictures import take_pictures

VERSIONS = "static/vendor/VERSIONS.json"


@dataclass(frozen=True)
class Pack:
    """One npm package: which files of it go where, and its licence's short name."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


def _font(name: str, folder: str) -> dict[str, str]:
    weights = {f"files/{name}-latin-{w}-normal.woff2": f"static/fonts/{name}-latin-{w}.woff2" for w in (400, 700)}
    return {**weights, "LICENSE": f"static/fonts/{folder}.OFL.txt"}


PACKS = (
    Pack(
        "htmx.org",
        "2.0.11",
        "0BSD",
        {"dist/htmx.min.js": "static/vendor/htmx.min.js", "LICENSE": "static/vendor/htmx.LICENSE.txt"},
    ),
    Pack(
        "htmx-ext-sse",
        "2.2.4",
        "0BSD",
        {"dist/sse.min.js": "static/vendor/sse.js", "LICENSE": "static/vendor/sse.LICENSE.txt"},
    ),
    Pack(
        "idb",
        "8.0.4",
        "ISC",
        {"build/index.js": "static/vendor/idb.js", "LICENSE": "static/vendor/idb.LICENSE.txt"},
    ),
    Pack(
        "perfect-freehand",
        "1.2.3",
        "MIT",
        {
            "dist/esm/index.mjs": "static/vendor/perfect-freehand.js",
            "LICENSE": "static/vendor/perfect-freehand.LICENSE.txt",
        },
    ),
    Pack("@fontsource/andika", "5.3.0", "OFL-1.1", _font("andika", "andika")),
    Pack(
        "@fontsource/atkinson-hyperlegible-next",
        "5.3.0",
        "OFL-1.1",
        _font("atkinson-hyperlegible-next", "atkinson-hyperlegible-next"),
    ),
    Pack(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        {
            "axe.min.js": "tests/browser/vendor/axe.min.js",
            "LICENSE": "tests/browser/vendor/axe.LICENSE.txt",
            "LICENSE-3RD-PARTY.txt": "tests/browser/vendor/axe.LICENSE-3RD-PARTY.txt",
        },
    ),
)


def main() -> None:
    """Re-create every vendored file and `VERSIONS.json`."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        entries = [*(_take(pack, work) for pack in PACKS), *take_pictures(work), *take_passwords(work)]
    write(VERSIONS, (json.dumps({"packages": entries}, indent=1, ensure_ascii=False) + "\n").encode())


def _take(pack: Pack, work: Path) -> dict[str, object]:
    for source, content in npm_files(pack.name, pack.version, pack.files, work).items():
        write(pack.files[source], content)
    return entry(pack.name, pack.version, "npm", pack.licence, pack.files.values())


if __name__ == "__main__":
    main()
