"""Photos and drawings of people's own, as they are named where a poll names a picture."""

import hashlib
import re
from collections.abc import Mapping

from server.domain.errors import DomainError
from server.domain.packages import LANGUAGES
from server.domain.questions import Text

MAX_ALT = 200
"""The most letters of what is said of a picture."""

_OWN = re.compile(r"own-([0-9a-f]{20})")


def picture_id(body: bytes) -> str:
    """The first 80 bits of the SHA-256 of the file, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()[:20]


def own_hexcode(picture: str) -> str:
    """What stands in `emojiHex` for the own picture with this id."""
    return f"own-{picture}"


def own_id(hexcode: str) -> str | None:
    """The id of an own picture that stands where an OpenMoji name may; None for an OpenMoji name."""
    found = _OWN.fullmatch(hexcode)
    return found[1] if found else None


def read_alt(given: Mapping[str, str]) -> Text:
    """What is said of a picture, in every language. Raises `bad_form` with the languages that miss it."""
    alt = {lang: " ".join(given.get(lang, "").split()) for lang in LANGUAGES}
    wrong = [
        (f"alt_{lang}", "missing" if not text else "too_long")
        for lang, text in alt.items()
        if not 0 < len(text) <= MAX_ALT
    ]
    if wrong:
        raise DomainError("bad_form", wrong)
    return alt
