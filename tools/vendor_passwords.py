"""The commonest passwords, which nobody may choose: the head of zxcvbn's list."""

from __future__ import annotations

import runpy
from pathlib import Path

from tools.fetch import entry, pypi_folder, write

ZXCVBN = "4.5.0"
LIST = "server/passwords/common.txt"
LICENCE = "server/passwords/zxcvbn.LICENSE.txt"
_MOST = 10_000
_SHORTEST = 4


def take_passwords(work: Path) -> list[dict[str, object]]:
    """Re-creates the list, one password a line, the commonest first; returns its entry for VERSIONS.json."""
    folder = pypi_folder("zxcvbn", ZXCVBN, work)
    found = runpy.run_path(str(folder / "zxcvbn/frequency_lists.py"))["FREQUENCY_LISTS"]["passwords"]
    write(LIST, "".join(f"{password}\n" for password in found[:_MOST] if len(password) >= _SHORTEST).encode())
    write(LICENCE, (folder / f"zxcvbn-{ZXCVBN}.dist-info/LICENSE.txt").read_bytes())
    return [entry("zxcvbn", ZXCVBN, "PyPI, the head of its list", "MIT", [LIST, LICENCE])]
