"""Work for a child process: what its libraries weigh goes when it ends. Knows no job of theirs."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from server.domain.errors import DomainError

REFUSED = 3
"""The exit code of a child that was given what is not right."""

_ROOT = Path(__file__).parent.parent
_PATIENCE_S = 120
# A child may have to go through the network's proxy, and trust its certificates.
_KEPT = ("PATH", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_NO_CODES: Mapping[int, str] = MappingProxyType({})

log = logging.getLogger(__name__)


def module(name: str, *, waits: bool = False) -> tuple[str, ...]:
    """The command that runs a module of ours: behind everything else that this machine does, unless somebody waits."""
    return (*(() if waits else ("nice", "-n", "10")), sys.executable, "-m", name)


async def ask_child(command: Sequence[str], given: object, codes: Mapping[int, str] = _NO_CODES) -> bytes:
    """What a command writes that is given `given` as JSON; `codes` are the errors that its exit codes stand for.

    Raises one of these, `busy` when it takes too long, or `internal`.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        env={"PATH": os.defpath, "HOME": "/", **{name: os.environ[name] for name in _KEPT if name in os.environ}},
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            made, told = await process.communicate(json.dumps(given).encode())
    except TimeoutError as error:
        raise DomainError("busy") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if code := process.returncode:
        why = told.decode(errors="replace").strip().rpartition("\n")[2][:200]
        if code in codes:
            log.warning("a child refused: %s (%s)", codes[code], why)
            raise DomainError(codes[code])
        log.error("a child failed: %s", why)
        raise DomainError("internal")
    return made
