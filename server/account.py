"""Staff accounts from the command line: the first administrator of an empty installation, and ways out of trouble.

Every refusal is a click.ClickException with one clear line.
"""

import time

import click

from server.commands import named_area
from server.domain.areas import Kind
from server.domain.errors import DomainError
from server.domain.people import Role, same_case
from server.store.areas import list_areas
from server.store.database import Database
from server.store.staff import Member, find_account, list_members
from server.usecases import people
from server.usecases.areas import add_area
from server.usecases.people import Invited

_WRONG = {
    ("name", "missing"): "Give a name of at most 80 characters with --name.",
    ("name", "too_long"): "Give a name of at most 80 characters with --name.",
    ("email", "wrong"): "That is no e-mail address.",
    ("email", "disabled"): "That account is disabled.",
}


def clock() -> int:
    return int(time.time())


async def add(
    db: Database, base_url: str, email: str, name: str, role: str, area: str, municipality: str, language: str
) -> str:
    """Gives a role, in a new `municipality` when one is named; says the one-time link.

    The first administrator of a municipality is its first teacher too: nobody else could start a session there yet.
    """
    async with db.reading() as tx:
        known = await list_areas(tx)
    try:
        if municipality:
            sv, _, fi = (part.strip() for part in municipality.partition("/"))
            area = await add_area(db, None, None, Kind.MUNICIPALITY, {"sv": sv, "fi": fi}, language)
        else:
            area = named_area(known, area, 'there is none yet: make one with --municipality "Name / Nimi"')
        roles = [Role.TEACHER, Role.ADMINISTRATOR] if municipality and role == Role.ADMINISTRATOR else [Role(role)]
        for each in roles:
            invited = await people.invite(db, clock, None, name or email.partition("@")[0], email, each, area)
    except DomainError as error:
        raise _refused(error) from error
    return _link(base_url, invited)


async def listed(db: Database) -> str:
    """Everybody, one line each: address, name, state, roles."""
    async with db.reading() as tx:
        known = await list_areas(tx)
        members = await list_members(tx)
    return "\n".join(_line(member, {area.id: area.name["sv"] for area in known.values()}) for member in members)


async def disable(db: Database, email: str) -> str:
    """Lets nobody sign in with this address any more."""
    await people.disable(db, None, await _find(db, email))
    return f"{same_case(email)} is disabled."


async def reset(db: Database, base_url: str, email: str) -> str:
    """Takes password and second factor away, also enables a disabled account; says the new one-time link."""
    person = await _find(db, email)
    await people.enable(db, None, person)
    await people.reset_second_factor(db, None, person)
    return _link(base_url, await people.reset(db, clock, None, person))


async def _find(db: Database, email: str) -> str:
    async with db.reading() as tx:
        account = await find_account(tx, same_case(email))
    if account is None:
        raise click.ClickException(f"There is no account {email}.")
    return account.id


def _line(member: Member, areas: dict[str, str]) -> str:
    account = member.account
    state = "disabled" if account.disabled else "demo" if account.demo else "active" if member.is_in else "invited"
    roles = ", ".join(f"{role} of {areas[area]}" for role, area in member.roles) or "no role"
    return f"{account.email}  {account.name}  {state}  {roles}"


def _link(base_url: str, invited: Invited) -> str:
    if invited.token is None:
        return f"{invited.account.email} has the role and signs in as before."
    return f"{base_url}/staff/invitations/{invited.token}\nThe link works once, for seven days."


def _refused(error: DomainError) -> click.ClickException:
    for detail in error.details:
        if detail in _WRONG:
            return click.ClickException(_WRONG[detail])
    return click.ClickException(f"That cannot be done: {error.kind.message}")
