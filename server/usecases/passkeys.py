"""Passkeys: a device that knows its owner signs in for them, without a password. What it signed is checked aside."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from server.child import REFUSED, ask_child, module
from server.domain.actions import Did
from server.domain.errors import DomainError
from server.store.database import Database
from server.store.passkeys import (
    Passkey,
    erase_passkey,
    find_passkey,
    insert_passkey,
    list_passkeys,
    mark_passkey_used,
)
from server.store.sign_ins import erase_sign_ins
from server.store.staff import Member, find_member
from server.usecases.challenges import ask, take
from server.usecases.hashing import hash_token
from server.usecases.second_factor import Proved, codes_for, forget_codes_of_nothing, has_any
from server.usecases.sign_ins import Clock, begin, note, strengthen

MOST_NAME = 60
MOST_PASSKEYS = 10
_CHECK = module("server.usecases.passkey_check", waits=True)
_REFUSED = {REFUSED: "wrong_passkey"}
_SIGN_IN = "passkey"
_ALGORITHMS = (-8, -7, -257)
_WAIT_MS = 120_000


@dataclass(frozen=True)
class Asked:
    """What the browser is asked, as WebAuthn's JSON, and the secret that fetches it again."""

    options: dict[str, Any]
    token: str


async def ask_for_passkey(db: Database, clock: Clock, base_url: str) -> Asked:
    """Any passkey of ours: whose it is, its device says."""
    challenge = _encode(secrets.token_bytes(32))
    token = await ask(db, clock, _SIGN_IN, challenge)
    options = {"challenge": challenge, "rpId": _site(base_url), "userVerification": "required", "timeout": _WAIT_MS}
    return Asked(options, token)


async def sign_in(db: Database, clock: Clock, base_url: str, token: str, credential: str, *, demo: bool) -> str:
    """The secret of a new sign-in, by two factors: the device, and what it asked its owner. Raises `wrong_passkey`."""
    challenge = await take(db, clock, token, _SIGN_IN)
    signed = _read(credential)
    async with db.reading() as tx:
        passkey = await find_passkey(tx, str(signed.get("id"))[:2048])
        member = await find_member(tx, passkey.staff) if passkey else None
    if challenge is None or passkey is None or not _may(member, signed, demo=demo):
        raise DomainError("wrong_passkey")
    known = {"public_key": _encode(passkey.public_key), "sign_count": passkey.sign_count}
    checked = await _check(base_url, challenge, signed, **known)
    async with db.writing() as tx:
        # Meanwhile it may have been removed, or used by a copy.
        if await find_passkey(tx, passkey.id) != passkey:
            raise DomainError("wrong_passkey")
        await mark_passkey_used(tx, passkey.id, checked["sign_count"], _today(clock))
        return await begin(tx, clock, passkey.staff, strong=True)


async def ask_for_new_passkey(db: Database, clock: Clock, base_url: str, person: str) -> Asked:
    """A passkey that this person's device is to make. Raises `bad_form` when there are enough."""
    async with db.reading() as tx:
        member, known = await find_member(tx, person), await list_passkeys(tx, person)
    if member is None or len(known) >= MOST_PASSKEYS:
        raise DomainError("bad_form", [("passkeys", "too_many")])
    challenge = _encode(secrets.token_bytes(32))
    token = await ask(db, clock, f"{_SIGN_IN} {person}", challenge)
    account, site = member.account, _site(base_url)
    options = {
        "challenge": challenge,
        "rp": {"id": site, "name": "Tyck"},
        "user": {"id": _handle(person), "name": account.email, "displayName": account.name},
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in _ALGORITHMS],
        "excludeCredentials": [{"type": "public-key", "id": each.id} for each in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
        "timeout": _WAIT_MS,
    }
    return Asked(options, token)


async def add_passkey(
    db: Database, clock: Clock, base_url: str, sign_in_token: str, person: str, token: str, credential: str, name: str
) -> Proved:
    """Keeps a passkey that was just made, and ends the person's other sign-ins: this one has shown two factors now.

    Raises `wrong_passkey`, or `bad_form` naming `name`.
    """
    if not name or len(name) > MOST_NAME or not name.isprintable():
        raise DomainError("bad_form", [("name", "missing")])
    challenge = await take(db, clock, token, f"{_SIGN_IN} {person}")
    if challenge is None:
        raise DomainError("wrong_passkey")
    made = await _check(base_url, challenge, _read(credential))
    key = base64.urlsafe_b64decode(made["public_key"] + "==")
    passkey = Passkey(made["id"], person, key, made["sign_count"], name, _today(clock))
    codes = await codes_for(db, person)
    async with db.writing(lasting=True) as tx:
        if await find_passkey(tx, passkey.id):
            raise DomainError("wrong_passkey")
        await insert_passkey(tx, passkey)
        await codes.keep(tx)
        await note(tx, person, Did.PASSKEY_ADDED, person)
        await erase_sign_ins(tx, person, but=hash_token(sign_in_token))
        return Proved(await strengthen(tx, clock, sign_in_token, person), codes.shown)


async def remove_passkey(db: Database, sign_in_token: str, person: str, passkey: str) -> None:
    """Ends the person's other sign-ins too. Raises `not_found`."""
    async with db.writing(lasting=True) as tx:
        if not await erase_passkey(tx, person, passkey):
            raise DomainError("not_found")
        await forget_codes_of_nothing(tx, person)
        await note(tx, person, Did.PASSKEY_REMOVED, person)
        await erase_sign_ins(tx, person, but=hash_token(sign_in_token))


async def has_factor(db: Database, person: str) -> bool:
    """Whether this person has a passkey or an app, which they must show before they make another one."""
    async with db.reading() as tx:
        return await has_any(tx, person)


async def _check(base_url: str, challenge: str, credential: dict[str, Any], **known: object) -> dict[str, Any]:
    parts = urlsplit(base_url)
    given = {"site": _site(base_url), "origin": f"{parts.scheme}://{parts.netloc}", **known}
    answer: dict[str, Any] = json.loads(
        await ask_child(_CHECK, {"challenge": challenge, "credential": credential, **given}, _REFUSED)
    )
    return answer


def _may(member: Member | None, signed: dict[str, Any], *, demo: bool) -> bool:
    if member is None or member.account.disabled or (member.account.demo and not demo):
        return False
    response = signed.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    return handle in (None, _handle(member.account.id))


def _read(credential: str) -> dict[str, Any]:
    try:
        signed = json.loads(credential)
    except (ValueError, RecursionError):
        signed = None
    if not isinstance(signed, dict):
        raise DomainError("wrong_passkey")
    return signed


def _site(base_url: str) -> str:
    return urlsplit(base_url).hostname or ""


def _handle(person: str) -> str:
    return _encode(person.encode())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _today(clock: Clock) -> str:
    return datetime.fromtimestamp(clock(), UTC).date().isoformat()
