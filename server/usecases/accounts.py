"""Staff accounts: signing in and out."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from server.domain.errors import DomainError
from server.domain.people import Person, Role
from server.store import staff
from server.store.database import Database

IDLE_S = 8 * 3600
_SEEN_EVERY_S = 300
_HASHER = PasswordHasher()
_AT_ONCE = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_NOBODY = _HASHER.hash(secrets.token_urlsafe())

Clock = Callable[[], int]


async def add_account(
    db: Database, email: str, name: str, password: str, roles: Sequence[tuple[Role, str]], *, demo: bool = False
) -> None:
    """Adds a member of staff with their (role, area) pairs; the password is kept as argon2id only."""
    hashed = await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _HASHER.hash, password)
    account = staff.Account("p_" + secrets.token_urlsafe(9), _same_case(email), name, hashed, demo, disabled=False)
    async with db.writing() as tx:
        await staff.insert_account(tx, account, list(roles))


async def sign_in(db: Database, clock: Clock, email: str, password: str, *, demo: bool) -> str:
    """The secret token of a new sign-in; demo accounts only when this is the `demo`.

    Raises `wrong_password`, alike and equally slow for an unknown address.
    """
    async with db.reading() as tx:
        account = await staff.find_account(tx, _same_case(email))
    hashed = account.password if account else _NOBODY
    right = await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _matches, hashed, password)
    if account is None or account.disabled or not right or (account.demo and not demo):
        raise DomainError("wrong_password")
    token = secrets.token_urlsafe(32)
    async with db.writing() as tx:
        await staff.erase_idle_sign_ins(tx, clock() - IDLE_S)
        await staff.insert_sign_in(tx, _hashed(token), account.id, clock())
    return token


async def find_person(db: Database, clock: Clock, token: str) -> Person | None:
    """Who holds this sign-in; None when it is unknown or idle for more than eight hours."""
    now = clock()
    async with db.reading() as tx:
        found = await staff.find_sign_in(tx, _hashed(token), now - IDLE_S)
    if found is None:
        return None
    person, seen_at = found
    if now - seen_at > _SEEN_EVERY_S:
        async with db.writing() as tx:
            await staff.mark_seen(tx, _hashed(token), now)
    return person


async def sign_out(db: Database, token: str) -> None:
    async with db.writing() as tx:
        await staff.erase_sign_in(tx, _hashed(token))


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except VerifyMismatchError:
        return False


def _same_case(email: str) -> str:
    return email.strip().casefold()


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
