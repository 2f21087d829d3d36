"""What is read aloud: a spoken text's key, its sound in the two encodings that tablets play. Knows no files, no programs."""

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
