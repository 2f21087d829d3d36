"""The disk under the server's data: a small one of its own where we may mount it, which can really be filled.

Elsewhere the system refuses the server's process every further byte (RLIMIT_FSIZE), which SQLite meets as an error of
the disk instead of a full one.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_SIZE_MB = 200
_CHUNK = b"\0" * (1 << 20)


@dataclass
class Disk:
    """`is_real` says which of the two it is."""

    folder: Path
    is_real: bool = False

    def mount(self) -> Disk:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE_MB}m,mode=700", "tyck-campaign", str(self.folder)]
            self.is_real = subprocess.run(command, capture_output=True, check=False).returncode == 0
        return self

    def unmount(self) -> None:
        if self.is_real:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)

    @contextmanager
    def full(self, pid: int) -> Iterator[None]:
        """While nothing more fits for this process."""
        if not self.is_real:
            before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            yield
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
            return
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for chunk in (_CHUNK, _CHUNK[:4096], b"\0"):
                with suppress(OSError):
                    while file.write(chunk) == len(chunk):
                        pass
        yield
        ballast.unlink()
