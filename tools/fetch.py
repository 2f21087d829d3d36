"""What every part of `make vendor` does: take a package from npm or PyPI, write a file, note its hash."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def npm_files(name: str, version: str, wanted: Iterable[str], work: Path) -> dict[str, bytes]:
    """These files of an npm package, by their path in it."""
    spec = f"{name}@{version}"
    answer = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(work), spec], check=True, capture_output=True, text=True
    )
    found: dict[str, bytes] = {}
    with tarfile.open(work / answer.stdout.split()[-1]) as archive:
        for path in wanted:
            member = archive.extractfile(f"package/{path}")
            if member is None:
                raise SystemExit(f"{spec} holds no {path}")
            found[path] = member.read()
    return found


def pypi_folder(name: str, version: str, work: Path) -> Path:
    """A folder with a PyPI package laid out in it."""
    folder = work / name
    run(sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), f"{name}=={version}")
    return folder


def entry(name: str, version: str, source: str, licence: str, files: Iterable[str]) -> dict[str, object]:
    """One package of VERSIONS.json; `files` are paths below the project's root."""
    hashes = {file: hashlib.sha256((ROOT / file).read_bytes()).hexdigest() for file in sorted(files)}
    return {"name": name, "version": version, "from": source, "licence": licence, "sha256": hashes}


def write(target: str | Path, content: bytes) -> None:
    path = ROOT / target
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def run(*command: str) -> None:
    subprocess.run(command, check=True)
