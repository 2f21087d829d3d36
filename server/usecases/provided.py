"""Signing in by another provider's word: whose account it is, which roles it gives, and connecting the two."""

import secrets

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did, role_added, role_removed
from server.domain.errors import DomainError
from server.domain.people import NO_ADDRESS
from server.domain.provided import Identity
from server.store import staff
from server.store.actions import insert_action
from server.store.areas import list_areas
from server.store.database import Database
from server.store.identities import erase_identities, find_identified, insert_identity
from server.store.sign_ins import erase_sign_ins
from server.store.staff import Account
from server.usecases.accounts import new_account_id
from server.usecases.hashing import hash_token
from server.usecases.sign_ins import Clock, begin, named, note


async def sign_in(db: Database, clock: Clock, identity: Identity) -> str:
    """The secret of a new sign-in, with the roles that the provider gives today.

    Known by issuer and subject; at the first time by an address that the provider vouches for, or as somebody new to
    whom it gives a role. Raises `unknown_identity`, also for a disabled account.
    """
    async with db.writing(lasting=True) as tx:
        person = await find_identified(tx, identity.issuer, identity.subject)
        person = person or await _find_by_address(tx, identity) or await _add(tx, identity)
        member = await staff.find_member(tx, person)
        if member is None or member.account.disabled or member.account.demo:
            raise DomainError("unknown_identity")
        await _set_roles(tx, member.account, identity)
        return await begin(tx, clock, person, strong=identity.strong, provided=True)


async def connect(db: Database, token: str, person: str, identity: Identity) -> None:
    """From now on this person may sign in with it too; other sign-ins end. Raises `identity_taken`."""
    async with db.writing(lasting=True) as tx:
        found = await find_identified(tx, identity.issuer, identity.subject)
        if found not in (None, person):
            raise DomainError("identity_taken")
        if found is None:
            await _link(tx, identity, person)
            await erase_sign_ins(tx, person, but=hash_token(token))


async def forget_identities(db: Database, token: str, person: str) -> None:
    """Raises `wrong_state` when the person would have no way in."""
    async with db.writing(lasting=True) as tx:
        member = await staff.find_member(tx, person)
        if member is None or not member.account.password:
            raise DomainError("wrong_state")
        await erase_identities(tx, person)
        for role, area in await staff.list_provided_roles(tx, person):
            await staff.erase_role(tx, person, role, area)
        await note(tx, person, Did.IDENTITY_REMOVED, person)
        await erase_sign_ins(tx, person, but=hash_token(token))


async def _find_by_address(tx: AsyncConnection, identity: Identity) -> str | None:
    account = await staff.find_account(tx, identity.email) if identity.email else None
    if account is None:
        return None
    await _link(tx, identity, account.id)
    return account.id


async def _add(tx: AsyncConnection, identity: Identity) -> str:
    known = await list_areas(tx)
    if not any(area in known for _role, area in identity.roles):
        raise DomainError("unknown_identity")
    email = identity.email or secrets.token_hex(5) + NO_ADDRESS
    account = Account(new_account_id(), email, identity.name or "?", "", demo=False, disabled=False)
    await staff.insert_account(tx, account, ())
    await insert_identity(tx, identity.issuer, identity.subject, account.id)
    return account.id


async def _link(tx: AsyncConnection, identity: Identity, person: str) -> None:
    await insert_identity(tx, identity.issuer, identity.subject, person)
    await note(tx, person, Did.IDENTITY_LINKED, person)


async def _set_roles(tx: AsyncConnection, account: Account, identity: Identity) -> None:
    """What the provider gave and gives no more goes; what people gave stays."""
    known, had = await list_areas(tx), await staff.list_provided_roles(tx, account.id)
    member = await staff.find_member(tx, account.id)
    held = set(member.roles) if member else set()
    gives = {(role, area) for role, area in identity.roles if area in known}
    for role, area in sorted(had - gives):
        await staff.erase_role(tx, account.id, role, area)
        await insert_action(tx, "", role_removed(role), area, named(account))
    for role, area in sorted(gives - held):
        await staff.insert_provided_role(tx, account.id, role, area)
        await insert_action(tx, "", role_added(role), area, named(account))
