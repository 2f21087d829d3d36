"""A device that makes passkeys and signs with them, as WebAuthn describes it: pages can be tried without a browser."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_USER_PRESENT, _USER_VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Authenticator:
    """`verifies`: whether it asks its owner for a PIN; `counts`: whether it numbers what it signs."""

    origin: str = "http://localhost:8000"
    site: str = "localhost"
    verifies: bool = True
    counts: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    count: int = 0
    user: str = ""
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`, as the form sends it."""
        self.user = options["user"]["id"]
        public = self._key.public_key().public_numbers()
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        known = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(_HAS_KEY) + known}
        client = self._client("webauthn.create", options)
        return self._as_json({"clientDataJSON": encode(client), "attestationObject": encode(cbor2.dumps(made))})

    def sign(self, options: dict[str, Any], **changes: Any) -> str:
        """The answer to `navigator.credentials.get`."""
        data, client = self._data(0), self._client("webauthn.get", options)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        said = {"clientDataJSON": encode(client), "authenticatorData": encode(data), "signature": encode(signature)}
        return self._as_json({**said, "userHandle": self.user, **changes})

    def _data(self, flags: int) -> bytes:
        self.count += self.counts
        flags |= _USER_PRESENT | (_USER_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, what: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": what, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _as_json(self, response: dict[str, str]) -> str:
        return json.dumps({"id": encode(self.id), "rawId": encode(self.id), "type": "public-key", "response": response})
