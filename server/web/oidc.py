"""The other sign-in service, as OpenID Connect describes it: where to send a browser, and whom it sent back.

Speaks with it in a child process. Knows no request of ours.
"""

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from server.child import REFUSED, ask_child, module
from server.domain.errors import DomainError
from server.domain.provided import Identity, RoleRule, read_identity
from server.settings import Oidc

AWAY = 4
"""The exit code of the child that speaks with the service when nothing came."""

_CHECK = module("server.web.provider_check", waits=True)
_CODES = {REFUSED: "provider_refused", AWAY: "provider_away"}
_KNOWN_FOR_S = 3600


class Provider:
    """The service that the settings name. What it publishes about itself is kept for an hour."""

    def __init__(self, settings: Oidc) -> None:
        self.settings = settings
        self._rules = [RoleRule(*rule) for rule in settings.roles]
        self._found: dict[str, Any] = {}
        self._until = 0.0

    async def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        """Where the browser goes, and what to remember until it comes back. Raises `provider_away`."""
        found = await self._find()
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        digest = hashlib.sha256(kept["verifier"].encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scope,
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        address = found["authorization_endpoint"]
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", kept

    async def end(self, redirect_uri: str, code: str, kept: dict[str, str]) -> Identity:
        """Who came back. Raises `provider_refused` or `provider_away`."""
        given = {
            "job": "exchange",
            "provider": await self._find(),
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret,
            "redirect_uri": redirect_uri,
            "code": code,
            "verifier": kept["verifier"],
            "nonce": kept["nonce"],
            "wanted": sorted({rule.claim for rule in self._rules}),
        }
        claims = await _ask(given)
        identity = read_identity(self.settings.issuer, claims, self._rules, self.settings.second)
        if identity is None:
            raise DomainError("provider_refused")
        return identity

    async def _find(self) -> dict[str, Any]:
        if time.monotonic() >= self._until:
            self._found = await _ask({"job": "discover", "issuer": self.settings.issuer})
            self._until = time.monotonic() + _KNOWN_FOR_S
        return self._found


async def _ask(given: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await ask_child(_CHECK, given, _CODES))
    return answer
