"""How `make test` shares the tests out among its processes.

Our own rule, because `--dist loadgroup` does nothing with pytest 9.2 (pytest-xdist's issue 1386).
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

_BY_PARAMETER = ("tests/browser/test_screens.py",)
"""Long walks, one for each parameter, which the tests of a file read from."""


class Shares(LoadScopeScheduling):  # type: ignore[misc] # xdist publishes no types
    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def share_of(nodeid: str) -> str:
    """What stays in one process: a file with what its tests share, or one walk of it; those of pwa/ share a browser."""
    file, _, test = nodeid.partition("::")
    if file in _BY_PARAMETER:
        return f"{file}[{test.partition('[')[2]}"
    return "tests/pwa" if file.startswith("tests/pwa/") else file
