"""What is read aloud: the key of a spoken text, and its sound in the encodings that tablets play. Knows no programs."""

import base64
import hashlib
from dataclasses import dataclass

_KEY_BYTES = 6


@dataclass(frozen=True)
class Format:
    """An encoding as files and browsers call it."""

    suffix: str
    media_type: str


FORMATS = {"opus": Format("ogg", "audio/ogg"), "aac": Format("m4a", "audio/mp4")}


@dataclass(frozen=True)
class Spoken:
    """A text as it is read aloud, in the language it is written in."""

    lang: str
    text: str


@dataclass(frozen=True)
class Sound:
    """The same sound in every format: {format: bytes}."""

    bodies: dict[str, bytes]


def sound_key(text: str, lang: str) -> str:
    """Eight letters that stand for this text in this language: 48 bits of a SHA-256."""
    digest = hashlib.sha256(f"{lang}\0{text}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:_KEY_BYTES]).decode()


def sound_digest(body: bytes) -> str:
    """The SHA-256 in hexadecimal that tablets check a sound by."""
    return hashlib.sha256(body).hexdigest()
