"""Staff accounts: signing in and out, and the password that a person alone knows."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.passwords import weakness
from server.domain.people import Person, Role, same_case
from server.store import staff
from server.store.actions import insert_action
from server.store.database import Database
from server.store.invitations import erase_invitations, find_invited
from server.store.staff import Account

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
    account = Account(new_account_id(), same_case(email), name, await _hash(password), demo, disabled=False)
    async with db.writing() as tx:
        await staff.insert_account(tx, account, roles)


async def sign_in(db: Database, clock: Clock, email: str, password: str, *, demo: bool) -> str:
    """The secret token of a new sign-in; demo accounts only when this is the `demo`.

    Raises `wrong_password`, alike and equally slow for an unknown address.
    """
    async with db.reading() as tx:
        account = await staff.find_account(tx, same_case(email))
    # Whoever has no password yet is as slow to refuse as anyone.
    right = await _is_right((account.password if account else "") or _NOBODY, password)
    if account is None or account.disabled or not right or (account.demo and not demo):
        raise DomainError("wrong_password")
    async with db.writing() as tx:
        return await _begin(tx, clock, account.id)


async def find_person(db: Database, clock: Clock, token: str) -> Person | None:
    """Who holds this sign-in; None when it is unknown or idle for more than eight hours."""
    now = clock()
    async with db.reading() as tx:
        found = await staff.find_sign_in(tx, hash_token(token), now - IDLE_S)
    if found is None:
        return None
    person, seen_at = found
    if now - seen_at > _SEEN_EVERY_S:
        async with db.writing() as tx:
            await staff.mark_seen(tx, hash_token(token), now)
    return person


async def sign_out(db: Database, token: str) -> None:
    async with db.writing() as tx:
        await staff.erase_sign_in(tx, hash_token(token))


async def find_invited_account(db: Database, clock: Clock, token: str) -> Account:
    """Whom a one-time link is for. Raises `dead_link`."""
    async with db.reading() as tx:
        return await _find_invited(tx, clock, token)


async def accept(db: Database, clock: Clock, token: str, password: str) -> str:
    """Uses a one-time link up: sets the password and signs in; returns the sign-in's secret token.

    Raises `dead_link`, or `bad_form` when the password is too easy to guess.
    """
    account = await find_invited_account(db, clock, token)
    _check_strength(account, password)
    hashed = await _hash(password)
    async with db.writing() as tx:
        # Again, in the transaction that uses it up: the link may have been used meanwhile.
        await _find_invited(tx, clock, token)
        await erase_invitations(tx, account.id)
        await staff.mark_password(tx, account.id, hashed)
        await staff.erase_sign_ins(tx, account.id)
        await note(tx, account.id, Did.INVITATION_ACCEPTED, account.id)
        return await _begin(tx, clock, account.id)


async def change_password(db: Database, token: str, person: str, old: str, new: str) -> None:
    """Sets another password and ends the person's other sign-ins; `token` is that of this one.

    Raises `bad_form` naming `old` when it is not right, or `password` when the new one is too easy to guess.
    """
    account = await _find(db, person)
    if not await _is_right(account.password or _NOBODY, old):
        raise DomainError("bad_form", [("old", "wrong")])
    _check_strength(account, new)
    hashed = await _hash(new)
    async with db.writing() as tx:
        await staff.mark_password(tx, person, hashed)
        await staff.erase_sign_ins(tx, person, but=hash_token(token))
        await note(tx, person, Did.PASSWORD_CHANGED, person)


async def sign_out_everywhere(db: Database, person: str) -> None:
    """Ends all sign-ins of a person, this one too."""
    async with db.writing() as tx:
        await staff.erase_sign_ins(tx, person)
        await note(tx, person, Did.SIGNED_OUT_EVERYWHERE, person)


async def note(tx: AsyncConnection, by: str, what: Did, about: str) -> None:
    """Logs what was done about a person, in each of the areas where they have a role."""
    member = await staff.find_member(tx, about)
    assert member
    for area in member.areas:
        await insert_action(tx, by, what, area, named(member.account))


def named(account: Account) -> str:
    """How the log names a person."""
    return f"{account.name}, {account.email}"


def new_account_id() -> str:
    return "p_" + secrets.token_urlsafe(9)


def _check_strength(account: Account, password: str) -> None:
    if why := weakness(password, (account.name, account.email, "Tyck")):
        raise DomainError("bad_form", [("password", why)])


async def _find(db: Database, person: str) -> Account:
    async with db.reading() as tx:
        member = await staff.find_member(tx, person)
    if member is None:
        raise DomainError("not_found")
    return member.account


async def _find_invited(tx: AsyncConnection, clock: Clock, token: str) -> Account:
    found = await find_invited(tx, hash_token(token), clock())
    member = await staff.find_member(tx, found) if found else None
    if member is None or member.account.disabled:
        raise DomainError("dead_link")
    return member.account


async def _begin(tx: AsyncConnection, clock: Clock, account_id: str) -> str:
    token = secrets.token_urlsafe(32)
    await staff.erase_idle_sign_ins(tx, clock() - IDLE_S)
    await staff.insert_sign_in(tx, hash_token(token), account_id, clock())
    return token


async def _hash(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _HASHER.hash, password)


async def _is_right(hashed: str, password: str) -> bool:
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _matches, hashed, password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except VerifyMismatchError:
        return False


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
