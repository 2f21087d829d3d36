"""Who is staff, and with which roles: inviting, giving and taking roles, disabling, a new link for a lost password.

`by` is the administrator who does it, None on the server's command line, where nothing is out of reach.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did, role_added, role_removed
from server.domain.errors import DomainError
from server.domain.people import Action, Person, Role, person_problems, same_case
from server.store import staff
from server.store.actions import insert_action
from server.store.areas import list_areas, list_path_in
from server.store.database import Database
from server.store.invitations import erase_invitations, insert_invitation
from server.store.passkeys import erase_passkeys
from server.store.second_factors import erase_recovery_codes, erase_second_factor
from server.store.sign_ins import erase_sign_ins
from server.store.staff import Account, Member
from server.usecases.accounts import new_account_id
from server.usecases.hashing import hash_token
from server.usecases.sign_ins import Clock, named, note

LINK_S = 7 * 86_400
"""How long a one-time link can be used, in seconds."""


@dataclass(frozen=True)
class Invited:
    """A person and their one-time link's secret; no link when they can sign in already."""

    account: Account
    token: str | None


async def invite(
    db: Database, clock: Clock, by: Person | None, name: str, email: str, role: Role, area: str
) -> Invited:
    """Gives a role to a person, new or known by the address; whoever has no password gets a one-time link.

    Raises `not_found`, `not_allowed`, or `bad_form`: `elsewhere` is an address with roles outside one's reach.
    """
    email = same_case(email)
    if problems := person_problems(name, email):
        raise DomainError("bad_form", problems)
    async with db.writing(lasting=True) as tx:
        await _check_reach(tx, by, [area])
        account = await staff.find_account(tx, email)
        if account is None:
            account = Account(new_account_id(), email, name, "", demo=False, disabled=False)
            await staff.insert_account(tx, account, ())
        else:
            await _check_known(tx, by, account)
        return await _give(tx, clock, by, account, role, area)


async def give_role(db: Database, clock: Clock, by: Person | None, person: str, role: Role, area: str) -> Invited:
    """Gives one more role; whoever has no password gets a new one-time link, for an earlier one had less behind it.

    Raises `not_found`, or `not_allowed` unless the area and all the person's roles are within reach.
    """
    async with db.writing(lasting=True) as tx:
        member = await _find_within(tx, by, person)
        await _check_reach(tx, by, [area])
        return await _give(tx, clock, by, member.account, role, area)


async def _give(
    tx: AsyncConnection, clock: Clock, by: Person | None, account: Account, role: Role, area: str
) -> Invited:
    await staff.insert_role(tx, account.id, role, area)
    await insert_action(tx, _id(by), role_added(role), area, named(account))
    if (await _find(tx, account.id)).is_in:
        return Invited(account, None)
    await insert_action(tx, _id(by), Did.PERSON_INVITED, area, named(account))
    return Invited(account, await _new_link(tx, clock, account))


async def _check_known(tx: AsyncConnection, by: Person | None, account: Account) -> None:
    """Whoever invites could get at what the person may do elsewhere: that must be within their own reach."""
    member = await staff.find_member(tx, account.id)
    if account.disabled:
        raise DomainError("bad_form", [("email", "disabled")])
    try:
        await _check_reach(tx, by, member.areas if member else [])
    except DomainError:
        raise DomainError("bad_form", [("email", "elsewhere")]) from None


async def remove_role(db: Database, by: Person | None, person: str, role: Role, area: str) -> None:
    """Raises `not_found`, `not_allowed`, or `last_administrator`."""
    async with db.writing(lasting=True) as tx:
        member = await _find(tx, person)
        if (role, area) not in member.roles:
            raise DomainError("not_found")
        await _check_reach(tx, by, [area])
        await staff.erase_role(tx, person, role, area)
        await _check_kept(tx, by, [(role, area)])
        await insert_action(tx, _id(by), role_removed(role), area, named(member.account))


async def disable(db: Database, by: Person | None, person: str) -> None:
    """Ends all sign-ins and links of a person and lets nobody sign in as them.

    Raises `not_found`, `not_allowed` unless all the person's roles are within reach, or `last_administrator`.
    """
    async with db.writing(lasting=True) as tx:
        member = await _shut_out(tx, by, person)
        await staff.mark_disabled(tx, person, disabled=True)
        await _check_kept(tx, by, member.roles)
        await note(tx, _id(by), Did.PERSON_DISABLED, person)


async def enable(db: Database, by: Person | None, person: str) -> None:
    """Raises `not_found`, or `not_allowed` unless all the person's roles are within reach."""
    async with db.writing(lasting=True) as tx:
        await _find_within(tx, by, person)
        await staff.mark_disabled(tx, person, disabled=False)
        await note(tx, _id(by), Did.PERSON_ENABLED, person)


async def reset(db: Database, clock: Clock, by: Person | None, person: str) -> Invited:
    """Takes a password away, ends all sign-ins, and makes a one-time link for a new one.

    Raises `not_found`, `not_allowed` unless all the person's roles are within reach, `last_administrator`, or
    `wrong_state` for a disabled person.
    """
    async with db.writing(lasting=True) as tx:
        member = await _shut_out(tx, by, person)
        if member.account.disabled:
            raise DomainError("wrong_state")
        await staff.mark_password(tx, person, "")
        await _check_kept(tx, by, member.roles)
        await note(tx, _id(by), Did.PASSWORD_RESET, person)
        return Invited(member.account, await _new_link(tx, clock, member.account))


async def reset_second_factor(db: Database, by: Person | None, person: str) -> None:
    """Takes away passkeys, app and recovery codes, and ends all sign-ins: the next one makes new ones.

    Raises `not_found`, or `not_allowed` unless all the person's roles are within reach.
    """
    async with db.writing(lasting=True) as tx:
        await _find_within(tx, by, person)
        await erase_sign_ins(tx, person)
        await erase_passkeys(tx, person)
        await erase_second_factor(tx, person)
        await erase_recovery_codes(tx, person)
        await note(tx, _id(by), Did.SECOND_FACTOR_RESET, person)


async def _shut_out(tx: AsyncConnection, by: Person | None, person: str) -> Member:
    member = await _find_within(tx, by, person)
    await erase_sign_ins(tx, person)
    await erase_invitations(tx, person)
    return member


async def _new_link(tx: AsyncConnection, clock: Clock, account: Account) -> str:
    token = secrets.token_urlsafe(16)
    await insert_invitation(tx, hash_token(token), account.id, clock() + LINK_S)
    return token


async def _find(tx: AsyncConnection, person: str) -> Member:
    member = await staff.find_member(tx, person)
    if member is None:
        raise DomainError("not_found")
    return member


async def _find_within(tx: AsyncConnection, by: Person | None, person: str) -> Member:
    member = await _find(tx, person)
    await _check_reach(tx, by, member.areas)
    return member


def _id(by: Person | None) -> str:
    return by.id if by else ""


async def _check_reach(tx: AsyncConnection, by: Person | None, areas: Iterable[str]) -> None:
    """Raises `not_found` or `not_allowed` unless `by` administers every one of `areas`."""
    known = await list_areas(tx)
    for area in areas:
        if area not in known:
            raise DomainError("not_found")
        if by and not by.may(Action.ADMINISTER, list_path_in(known, area)):
            raise DomainError("not_allowed")


async def _check_kept(tx: AsyncConnection, by: Person | None, lost: Iterable[tuple[Role, str]]) -> None:
    """Raises `last_administrator` when an area has lost the last one who can sign in: the change is rolled back."""
    areas = {area for role, area in lost if role == Role.ADMINISTRATOR}
    if by is None or not areas:
        return
    known, administered = await list_areas(tx), await staff.list_administered(tx)
    if any(administered.isdisjoint(list_path_in(known, area)) for area in areas):
        raise DomainError("last_administrator")
