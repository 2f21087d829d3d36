"""The second factor: codes from an app, each taken once, and recovery codes for when it is lost."""

import base64
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.store import second_factors as store
from server.store.database import Database
from server.store.passkeys import list_passkeys
from server.store.second_factors import SecondFactor
from server.store.sign_ins import erase_sign_ins
from server.usecases.hashing import hash_slowly, hash_token, is_right
from server.usecases.sign_ins import Clock, note, strengthen

MOST_WRONG = 100
"""So many wrong codes in a row, and the app is asked no more: nobody types that many."""
_STEP_S = 30
_CODES = 8
# Without those that look alike: 31 signs, ten of them are as good as 49 bits, and slow to try.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_LENGTH = 10
_RECOVERY = re.compile(rf"([1-9])([{_ALPHABET}]{{{_LENGTH}}})")


@dataclass(frozen=True)
class Proved:
    """The secret of the sign-in that takes the earlier one's place, and new recovery codes to show this once."""

    token: str
    codes: Sequence[str] = ()


@dataclass(frozen=True)
class NewCodes:
    """New recovery codes as they are shown, and as they are kept; none where the person has some."""

    staff: str
    shown: Sequence[str]
    hashed: Sequence[str]

    async def keep(self, tx: AsyncConnection) -> None:
        if self.hashed:
            await store.insert_recovery_codes(tx, self.staff, self.hashed)


async def codes_for(db: Database, person: str, *, anew: bool = False) -> NewCodes:
    """Codes for whoever has none, or `anew`."""
    async with db.reading() as tx:
        has_some = bool(await store.count_recovery_codes(tx, person))
    if has_some and not anew:
        return NewCodes(person, (), ())
    codes = [f"{number}{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}" for number in range(1, _CODES + 1)]
    return NewCodes(
        person, [f"{code[0]}-{code[1:6]}-{code[6:]}" for code in codes], [await hash_slowly(c) for c in codes]
    )


async def begin_app(db: Database, key: bytes, person: str) -> None:
    """Makes a secret for an app, to be confirmed by its first code. Raises `wrong_state` when one is confirmed."""
    async with db.writing(lasting=True) as tx:
        found = await store.find_second_factor(tx, person)
        if found and found.confirmed:
            raise DomainError("wrong_state")
        await store.insert_second_factor(tx, SecondFactor(person, _seal(key, person, pyotp.random_base32())))


async def find_new_secret(db: Database, key: bytes, person: str) -> str | None:
    """The secret that waits for its first code, as apps take it."""
    async with db.reading() as tx:
        found = await store.find_second_factor(tx, person)
    return _open(key, found) if found and not found.confirmed else None


async def confirm_app(db: Database, clock: Clock, key: bytes, token: str, person: str, code: str) -> Proved:
    """The first code shows that the app has the secret; other sign-ins end. Raises `wrong_code` or `wrong_state`."""
    codes = await codes_for(db, person)
    async with db.writing(lasting=True) as tx:
        found = await store.find_second_factor(tx, person)
        if found is None or found.confirmed:
            raise DomainError("wrong_state")
        step = _step_of(_open(key, found), code, clock())
        if step is None:
            raise DomainError("wrong_code")
        await store.mark_second_factor(tx, person, confirmed=True, used_step=step)
        await codes.keep(tx)
        await note(tx, person, Did.APP_ADDED, person)
        await erase_sign_ins(tx, person, but=hash_token(token))
        return Proved(await strengthen(tx, clock, token, person), codes.shown)


async def show_code(db: Database, clock: Clock, key: bytes, token: str, person: str, code: str) -> Proved:
    """A code of the app, or a recovery code, completes the sign-in `token`. Raises `wrong_code`."""
    code = re.sub(r"[\s\-–]", "", code).upper()
    if recovery := _RECOVERY.fullmatch(code):
        return await _show_recovery_code(db, clock, token, person, int(recovery[1]), code)
    async with db.writing() as tx:
        found = await store.find_second_factor(tx, person)
        is_asked = found is not None and found.confirmed and found.wrong < MOST_WRONG
        step = _step_of(_open(key, found), code, clock()) if found and is_asked else None
        if found and step is not None and step > found.used_step:
            await store.mark_second_factor(tx, person, used_step=step, wrong=0)
            return Proved(await strengthen(tx, clock, token, person))
        if found and is_asked:
            await store.mark_second_factor(tx, person, wrong=found.wrong + 1)
        if found and found.wrong + 1 == MOST_WRONG:
            await note(tx, "", Did.APP_BLOCKED, person)
    raise DomainError("wrong_code", [("code", "blocked")] if found and found.wrong + 1 >= MOST_WRONG else [])


async def _show_recovery_code(db: Database, clock: Clock, token: str, person: str, number: int, code: str) -> Proved:
    async with db.reading() as tx:
        hashed = await store.find_recovery_code(tx, person, number)
    if hashed is None or not await is_right(hashed, code):
        raise DomainError("wrong_code")
    async with db.writing(lasting=True) as tx:
        if not await store.erase_recovery_code(tx, person, number, hashed):
            raise DomainError("wrong_code")
        await note(tx, person, Did.RECOVERY_CODE_USED, person)
        return Proved(await strengthen(tx, clock, token, person))


async def remove_app(db: Database, token: str, person: str) -> None:
    """Asks for no more codes, and ends other sign-ins. Raises `not_found`."""
    async with db.writing(lasting=True) as tx:
        if await store.find_second_factor(tx, person) is None:
            raise DomainError("not_found")
        await store.erase_second_factor(tx, person)
        await forget_codes_of_nothing(tx, person)
        await note(tx, person, Did.APP_REMOVED, person)
        await erase_sign_ins(tx, person, but=hash_token(token))


async def renew_codes(db: Database, person: str) -> Sequence[str]:
    """New recovery codes; earlier ones are worth nothing. Raises `wrong_state` without a passkey or an app."""
    codes = await codes_for(db, person, anew=True)
    async with db.writing(lasting=True) as tx:
        if not await has_any(tx, person):
            raise DomainError("wrong_state")
        await codes.keep(tx)
        await note(tx, person, Did.RECOVERY_CODES_RENEWED, person)
    return codes.shown


async def forget_codes_of_nothing(tx: AsyncConnection, person: str) -> None:
    """Recovery codes stand in for a passkey or an app: without either they are none."""
    if not await has_any(tx, person):
        await store.erase_recovery_codes(tx, person)


async def has_any(tx: AsyncConnection, person: str) -> bool:
    """Whether the person has an app or a passkey."""
    factor = await store.find_second_factor(tx, person)
    return bool(factor and factor.confirmed) or bool(await list_passkeys(tx, person))


def _step_of(secret: str, code: str, now: int) -> int | None:
    """The half minute that a code is for: this one or a neighbour, for clocks differ."""
    app, code = pyotp.TOTP(secret), re.sub(r"\s", "", code)
    near = range(now // _STEP_S - 1, now // _STEP_S + 2)
    return next((step for step in near if secrets.compare_digest(app.at(step * _STEP_S).encode(), code.encode())), None)


def _seal(key: bytes, person: str, secret: str) -> str:
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, secret.encode(), person.encode())).decode()


def _open(key: bytes, factor: SecondFactor) -> str:
    try:
        sealed = base64.b64decode(factor.secret)
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], factor.staff.encode()).decode()
    except (InvalidTag, ValueError) as error:
        # The key file is another one: no code can be right any more.
        raise DomainError("wrong_code", [("code", "blocked")]) from error
