"""Seals: what a tablet keeps of a response that was acknowledged, readable here only, until its consultation's key is
destroyed (docs/sync.md). Knows no database.
"""

import binascii
import os
import secrets
import time
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.domain.responses import Gone, Rejected
from server.store.keys import load_key

_VERSION = "k1."
_NONCE = 12
_BLOCK = 256
_SMALL = 8 * 1024
_MOST = 1024 * 1024
_AS_IT_IS, _SMALLER = b"=", b"z"
_KNOWN_S = 3600
"""How long a key is remembered: another process may destroy it, weeks after the last seal was made with it."""


class Seals:
    """The seals of every consultation, each with a key file of its own in `data_dir`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._known: dict[str, AESGCM] = {}
        self._known_until = 0.0

    def seal(self, consultation: str, about: str, body: bytes) -> str:
        """AES-GCM of the body of what `about` names (a session and an id); no other name opens it."""
        if time.monotonic() > self._known_until:
            self._known.clear()
            self._known_until = time.monotonic() + _KNOWN_S
        cipher = self._known.get(consultation) or self._remember(consultation)
        nonce = secrets.token_bytes(_NONCE)
        sealed = cipher.encrypt(nonce, _packed(body), about.encode())
        return _VERSION + urlsafe_b64encode(nonce + sealed).decode()

    def open(self, consultation: str, about: str, seal: str) -> bytes:
        """The body. Raises Rejected when we did not make this seal, Gone when its key was destroyed."""
        key = load_key(self._data_dir, key_name(consultation))
        if not any(key):
            raise Gone
        try:
            sealed = urlsafe_b64decode(seal.removeprefix(_VERSION).encode("ascii"))
            return _unpacked(AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode()))
        except (InvalidTag, binascii.Error, ValueError, zlib.error):
            raise Rejected("bad_seal") from None

    def destroy(self, consultation: str) -> None:
        """Nobody opens a seal of this consultation any more; its key file stays, empty, and is never made anew."""
        self._known.pop(consultation, None)
        load_key(self._data_dir, key_name(consultation))
        path = self._data_dir / "keys" / f"{key_name(consultation)}.key"
        with path.open("r+b") as file:
            for content in (bytes(32), b""):
                file.seek(0)
                file.write(content)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())

    def _remember(self, consultation: str) -> AESGCM:
        self._known[consultation] = AESGCM(load_key(self._data_dir, key_name(consultation)))
        return self._known[consultation]


def key_name(consultation: str) -> str:
    """The name of a consultation's key."""
    return f"seals/{quote(consultation, safe='')}"


def _packed(body: bytes) -> bytes:
    """Small ones in blocks: the length of a seal must not tell what was answered. Drawings are made smaller."""
    if len(body) > _SMALL:
        return _SMALLER + zlib.compress(body, 1)
    return _AS_IT_IS + body + bytes(-len(body) % _BLOCK)


def _unpacked(packed: bytes) -> bytes:
    if packed[:1] == _SMALLER:
        return zlib.decompressobj().decompress(packed[1:], _MOST)
    return packed[1:].rstrip(b"\0")
