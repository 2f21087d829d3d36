"""The files in which tablets hand over what they could not send: written for this installation alone (docs/sync.md).

Knows no database and no answer.
"""

import zlib
from base64 import b64encode
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from server.domain.errors import DomainError
from server.store.keys import load_made

MAX_FILE = 16 * 1024 * 1024
_MOST = 32 * 1024 * 1024
_BITS = 3072
_BEGINS = b"TYCK1"
_WRAPPED = _BITS // 8
_NONCE = 12
_OAEP = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)
_GZIP = 16 + zlib.MAX_WBITS


class Handover:
    """The key pair in `data_dir`, made when it is first asked for."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        key = load_der_private_key(load_made(self._data_dir, "handover", _make), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    @cached_property
    def public(self) -> str:
        """What a tablet writes its file with: base64 SubjectPublicKeyInfo (RFC 5280)."""
        return b64encode(self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def open(self, file: bytes) -> bytes:
        """What a tablet wrote: `TYCK1`, an AES key by RSA-OAEP, a nonce, and gzip by AES-GCM (RFC 8017, SP 800-38D).

        Raises `bad_handover` for what is no such file, is not whole or was written for another installation, and
        `too_large`.
        """
        begins, wrapped, nonce, sealed = _cut(file, len(_BEGINS), _WRAPPED, _NONCE)
        try:
            if begins != _BEGINS:
                raise ValueError
            packed = AESGCM(self._key.decrypt(wrapped, _OAEP)).decrypt(nonce, sealed, None)
            inflating = zlib.decompressobj(_GZIP)
            content = inflating.decompress(packed, _MOST)
        except (InvalidTag, ValueError, zlib.error):
            raise DomainError("bad_handover") from None
        if inflating.unconsumed_tail:
            raise DomainError("too_large")
        return content


def _cut(file: bytes, *lengths: int) -> list[bytes]:
    """The file's parts, the last one with all that is left."""
    parts = []
    for length in lengths:
        parts.append(file[:length])
        file = file[length:]
    return [*parts, file]


def _make() -> bytes:
    key = rsa.generate_private_key(65537, _BITS)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
