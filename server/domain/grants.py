"""A tablet's pass to one session: what it says and how it is signed. Names no person and no device."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import astuple, dataclass, fields

from server.domain.errors import DomainError


@dataclass(frozen=True)
class Grant:
    """`grant` is random, so that one tablet's pass can be revoked; it is stored beside no response."""

    consultation: str
    area: str
    grades: str
    revision: str
    profile: str
    session: str
    grant: str

    def about(self, item: str) -> tuple[str, str]:
        """By which consultation's key an item is sealed, and what its seal is about (server/seals.py)."""
        return self.consultation, f"{self.session}/{item}"


_FIELDS = len(fields(Grant))
_CARD_SIGNS = 22
_PIN_SIGNS = 6


def new_grant_id() -> str:
    return secrets.token_urlsafe(9)


def sign(grant: Grant, key: bytes) -> str:
    """The bearer token: base64url JSON, a dot, base64url HMAC-SHA256 (RFC 2104)."""
    payload = base64.urlsafe_b64encode(json.dumps(astuple(grant), separators=(",", ":")).encode())
    return f"{payload.decode()}.{_mac(payload, key)}"


def read_token(token: str, key: bytes) -> Grant:
    """The grant a token carries, checked without any database. Raises `bad_token`."""
    payload, _, mac = token.partition(".")
    if not token.isascii() or not hmac.compare_digest(mac, _mac(payload.encode(), key)):
        raise DomainError("bad_token")
    try:
        content = json.loads(base64.urlsafe_b64decode(payload))
    except (ValueError, binascii.Error):
        raise DomainError("bad_token") from None
    if not isinstance(content, list) or len(content) != _FIELDS or not all(isinstance(part, str) for part in content):
        raise DomainError("bad_token")
    return Grant(*content)


def sign_card(session: str, number: int, key: bytes) -> str:
    """What opens a session's `number`-th class card: the session and 128 bits of an HMAC, stored nowhere.

    Short, because it may have to be typed from paper.
    """
    return f"{session}.{_mac(f'card/{session}/{number}'.encode(), key)[:_CARD_SIGNS]}"


def card_session(card: str) -> str:
    """The session that a class card says it is for; true only if `sign_card` then gives the same card."""
    return card.partition(".")[0]


def corner_pin(session: str, key: bytes) -> str:
    """The six figures on a session's class card that open the teacher's corner of its tablets."""
    return f"{int.from_bytes(hmac.digest(key, f'corner/{session}'.encode(), 'sha256')) % 10**_PIN_SIGNS:0{_PIN_SIGNS}}"


def corner_mark(session: str, key: bytes) -> str:
    """What a tablet checks them by without network. It keeps children from wandering in, not who takes it apart."""
    return hashlib.sha256(f"{session}/{corner_pin(session, key)}".encode()).hexdigest()


def _mac(payload: bytes, key: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.new(key, payload, hashlib.sha256).digest()).rstrip(b"=").decode()


def tombstone(session: str, response_id: str, key: bytes) -> str:
    """What stays of a counted response: an HMAC of its id, so that a replay cannot count twice."""
    return hmac.new(key, f"{session}/{response_id}".encode(), hashlib.sha256).hexdigest()
