"""What the tests need beyond Python packages: a browser, its iPad-like cousin, a database server, a voice, a printer.

Finds them, and as root on Debian installs what is missing. Knows nothing about what the tests do with them.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WITH = {"xvfb": ("xauth",), "libpango-1.0-0": ("libpangoft2-1.0-0", "libharfbuzz-subset0")}
_WITHOUT = {
    "chromium-headless-shell": "The tests in a browser take longer: no chromium-headless-shell.",
    "webkit2gtk-driver": "The child's walk in WebKit (the iPad's engine) is left out: no webkit2gtk-driver.",
    "xvfb": "The child's walk in WebKit (the iPad's engine) is left out: no display and no xvfb.",
    "espeak-ng": "What makes sounds is not tested: no espeak-ng.",
    "ffmpeg": "What makes sounds is not tested: no ffmpeg.",
    "libpango-1.0-0": "What makes PDF files is not tested: no Pango.",
    "postgresql": "The store is tested on SQLite alone: PostgreSQL's programs are not installed.",
}


def find_chromium() -> str | None:
    """The path of the system's Chromium or Chrome, else of Playwright's own; None when there is neither."""
    for name in _CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    from_playwright = _playwright_chromium()
    return str(from_playwright) if from_playwright and from_playwright.exists() else None


def find_headless_chromium() -> str | None:
    """The same engine without a browser's own pages around ours, which cost a third as much again; else Chromium."""
    return shutil.which("chromium-headless-shell") or find_chromium()


def find_webkit() -> str | None:
    """The path of WebKitGTK's driver, when a display (or xvfb) is there for it too."""
    display = os.environ.get("DISPLAY") or shutil.which("Xvfb")
    return shutil.which("WebKitWebDriver") if display else None


def find_voice() -> bool:
    """Whether both programs are there that make sounds."""
    return all(shutil.which(program) for program in ("espeak-ng", "ffmpeg"))


def find_pango() -> bool:
    """Whether the libraries are there that lay out the text of a PDF."""
    return all(ctypes.util.find_library(name) for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"))


def find_postgres() -> Path | None:
    """The folder with `initdb` and `postgres`; Debian keeps it out of PATH, one for each version."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if initdb := shutil.which("initdb"):
        candidates.append(Path(initdb).resolve().parent)
    return next((folder for folder in candidates if _holds_a_server(folder)), None)


def _holds_a_server(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _playwright_chromium() -> Path | None:
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return Path(answer.stdout.strip()) if answer.returncode == 0 else None


def _missing() -> list[str]:
    """Debian's names of what is not there yet."""
    found = {
        "chromium": find_chromium(),
        "chromium-headless-shell": shutil.which("chromium-headless-shell"),
        "webkit2gtk-driver": shutil.which("WebKitWebDriver"),
        "xvfb": os.environ.get("DISPLAY") or shutil.which("Xvfb"),
        "espeak-ng": shutil.which("espeak-ng"),
        "ffmpeg": shutil.which("ffmpeg"),
        "libpango-1.0-0": find_pango(),
        "postgresql": find_postgres(),
    }
    return [package for package, where in found.items() if not where]


def _may_install() -> bool:
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def _apt(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", "-o", "Dpkg::Options::=--force-confold", *arguments]
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)


def _install(packages: list[str]) -> None:
    _say(f"Installing Debian's {', '.join(packages)} for the tests …")
    if "postgresql" in packages:
        _ask_for_no_database_of_its_own()
    _apt("update")
    for package in packages:
        _apt("install", "-y", "--no-install-recommends", package, *_WITH.get(package, ()))


def _ask_for_no_database_of_its_own() -> None:
    """Debian's package makes and starts a database at once; the tests start a private one in a temporary folder."""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if not settings.exists():
        settings.parent.mkdir(exist_ok=True)
        settings.write_text("create_main_cluster = false\n")


def _fetch_playwright_chromium() -> None:
    _say("Fetching Playwright's own Chromium for the tests …")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def main() -> int:
    """Install what is missing where that is possible; 1 when there is no Chromium in the end."""
    missing = _missing()
    if missing and _may_install():
        _install(missing)
        missing = _missing()
    if "chromium" in missing:
        _fetch_playwright_chromium()
        missing = _missing()
    for package in missing:
        if package in _WITHOUT:
            _say(_WITHOUT[package])
    if "chromium" in missing:
        _say("The tests need Chromium, and none was found or fetched: install it (Debian: apt-get install chromium).")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
