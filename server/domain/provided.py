"""What another provider says of a person: which roles follow from it, and what of it is to be believed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.people import MOST_NAME, Role, person_problems, same_case

Claims = Mapping[str, Any]
_SECOND = ("amr", "acr", "acrs")
_MOST_SUBJECT = 255


@dataclass(frozen=True)
class RoleRule:
    """Gives `role` in `area` when a value of `claim` is like `pattern`, where `*` stands for anything but `;`."""

    role: str
    area: str
    claim: str
    pattern: str

    def fits(self, claims: Claims) -> bool:
        like = re.escape(self.pattern).replace(r"\*", "[^;]*")
        values = [verified_email(claims)] if self.claim == "email" else _values(claims.get(self.claim))
        return any(re.fullmatch(like, value) for value in values if value)


@dataclass(frozen=True)
class Identity:
    """Who somebody is at a provider; `strong` when it says that two factors were shown there.

    `email` is empty unless the provider says that it is the person's own.
    """

    issuer: str
    subject: str
    name: str
    email: str
    roles: frozenset[tuple[Role, str]]
    strong: bool


def read_identity(issuer: str, claims: Claims, rules: Iterable[RoleRule], second: Iterable[str]) -> Identity | None:
    """None when the claims name nobody; `second` are the words of amr, acr or acrs that mean two factors."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _MOST_SUBJECT:
        return None
    shown = {value for claim in _SECOND for value in _values(claims.get(claim))}
    given = frozenset((Role(rule.role), rule.area) for rule in rules if rule.fits(claims))
    return Identity(issuer, subject, _name(claims), verified_email(claims), given, bool(shown & set(second)))


def verified_email(claims: Claims) -> str:
    """The address, if the provider says that it is theirs; Entra says so by `xms_edov`."""
    email, says = claims.get("email"), (claims.get("email_verified"), claims.get("xms_edov"))
    if not isinstance(email, str) or not any(word in (True, "true", "1") for word in says):
        return ""
    email = same_case(email)
    return "" if person_problems("x", email) else email


def _name(claims: Claims) -> str:
    both = " ".join(str(claims[part]) for part in ("given_name", "family_name") if claims.get(part))
    name = "".join(sign for sign in str(claims.get("name") or both) if sign.isprintable()).strip()
    return name[:MOST_NAME]


def _values(said: object) -> list[str]:
    return [str(value) for value in (said if isinstance(said, list) else [said]) if isinstance(value, str | int)]
