"""Staff accounts: the password that a person alone knows, and signing in with it."""

import secrets
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.passwords import weakness
from server.domain.people import Role, same_case
from server.store import staff
from server.store.database import Database
from server.store.invitations import erase_invitations, find_invited
from server.store.sign_ins import erase_sign_ins
from server.store.staff import Account
from server.usecases.hashing import NOBODYS, hash_slowly, hash_token, is_right
from server.usecases.second_factor import has_any
from server.usecases.sign_ins import Clock, begin, note


async def add_account(
    db: Database, email: str, name: str, password: str, roles: Sequence[tuple[Role, str]], *, demo: bool = False
) -> None:
    """Adds a member of staff with their (role, area) pairs; the password is kept as argon2id only."""
    account = Account(new_account_id(), same_case(email), name, await hash_slowly(password), demo, disabled=False)
    async with db.writing(lasting=True) as tx:
        await staff.insert_account(tx, account, roles)


async def sign_in(db: Database, clock: Clock, email: str, password: str, *, demo: bool) -> str:
    """The secret token of a new sign-in; demo accounts only when this is the `demo`.

    Raises `wrong_password`, alike and equally slow for an unknown address.
    """
    async with db.reading() as tx:
        account = await staff.find_account(tx, same_case(email))
    # Whoever has no password yet is as slow to refuse as anyone.
    right = await is_right((account.password if account else "") or NOBODYS, password)
    if account is None or account.disabled or not right or (account.demo and not demo):
        raise DomainError("wrong_password")
    async with db.writing() as tx:
        # Meanwhile somebody may have changed the password, because this one is known to others.
        if await staff.find_account(tx, account.email) != account:
            raise DomainError("wrong_password")
        return await begin(tx, clock, account.id)


async def find_invited_account(db: Database, clock: Clock, token: str) -> Account:
    """Whom a one-time link is for. Raises `dead_link`."""
    async with db.reading() as tx:
        return await _find_invited(tx, clock, token)


async def accept(db: Database, clock: Clock, token: str, password: str) -> str:
    """Uses a one-time link up: sets the password and signs in; returns the sign-in's secret token.

    The link, handed over once, counts as a second factor for whoever has none yet: the next sign-in makes one.
    Raises `dead_link`, or `bad_form` when the password is too easy to guess.
    """
    account = await find_invited_account(db, clock, token)
    _check_strength(account, password)
    hashed = await hash_slowly(password)
    async with db.writing(lasting=True) as tx:
        # Again, in the transaction that uses it up: the link may have been used meanwhile.
        await _find_invited(tx, clock, token)
        await erase_invitations(tx, account.id)
        await staff.mark_password(tx, account.id, hashed)
        await erase_sign_ins(tx, account.id)
        await note(tx, account.id, Did.INVITATION_ACCEPTED, account.id)
        return await begin(tx, clock, account.id, strong=not await has_any(tx, account.id))


async def change_password(db: Database, token: str, person: str, old: str, new: str) -> None:
    """Sets another password and ends the person's other sign-ins; `token` is that of this one.

    Raises `bad_form` naming `old` when it is not right, or `password` when the new one is too easy to guess.
    """
    account = await _find(db, person)
    if not await is_right(account.password or NOBODYS, old):
        raise DomainError("bad_form", [("old", "wrong")])
    _check_strength(account, new)
    hashed = await hash_slowly(new)
    async with db.writing(lasting=True) as tx:
        await staff.mark_password(tx, person, hashed)
        await erase_sign_ins(tx, person, but=hash_token(token))
        await note(tx, person, Did.PASSWORD_CHANGED, person)


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
