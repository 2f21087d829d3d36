"""Asks a child process: libraries that are needed once in a while stay out of the server's memory."""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from server.domain.errors import DomainError

REFUSED = 3
"""The exit code of a child that was asked something that is not right."""

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE_S = 30
# A child may have to go through the network's proxy, and trust its certificates.
_KEPT = ("PATH", "HOME", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")

log = logging.getLogger(__name__)


async def ask_aside(module: str, given: dict[str, Any]) -> dict[str, Any] | None:
    """What the child, a module of ours, answers; None when it refuses. Raises `busy` or `internal`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
    )
    try:
        async with asyncio.timeout(_PATIENCE_S):
            said, told = await process.communicate(json.dumps(given).encode())
    except TimeoutError as error:
        raise DomainError("busy") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == REFUSED:
        # The child says in a few words what was wrong; never what it was given.
        log.warning("%s refused: %s", module, told.decode(errors="replace").strip()[-200:])
        return None
    if process.returncode:
        log.error("%s failed: %s", module, told.decode(errors="replace").strip().rpartition("\n")[2][:200])
        raise DomainError("internal")
    answer: dict[str, Any] = json.loads(said)
    return answer
