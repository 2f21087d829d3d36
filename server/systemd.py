"""What systemd hands a service: a socket that stays open while the server is replaced, and an ear for "ready".

Without systemd all of it does nothing. Knows no other module.
"""

import os
import socket
from collections.abc import Mapping

MANAGER = "NOTIFY_SOCKET"
"""The environment variable that names where the service manager listens."""

_FIRST = 3
"""The first of the files that are handed over (sd_listen_fds(3))."""


def handed_over(environment: Mapping[str, str]) -> socket.socket | None:
    """The socket bound before this process began: who connects while none runs waits in it and is not refused."""
    if environment.get("LISTEN_PID") != str(os.getpid()) or environment.get("LISTEN_FDS") != "1":
        return None
    handed = socket.socket(fileno=_FIRST)
    os.set_inheritable(_FIRST, False)
    return handed


def tell(environment: Mapping[str, str], state: str) -> None:
    """Says `READY=1` or `STOPPING=1` to the service manager, if one listens (sd_notify(3))."""
    if address := environment.get(MANAGER):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            # "@" stands for the NUL byte of an address that is no file.
            speaking.sendto(state.encode(), address.replace("@", "\0", 1))
