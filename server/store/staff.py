"""Members of staff and their roles."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Select, delete, distinct, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.people import NO_ADDRESS, Role
from server.store.database import upsert
from server.store.schema import identities, roles, staff


@dataclass(frozen=True)
class Account:
    """`password` is its argon2id hash, empty until its first link is used; a `demo` account works only in the demo."""

    id: str
    email: str
    name: str
    password: str
    demo: bool
    disabled: bool

    @property
    def address(self) -> str:
        """The e-mail address; empty for whoever has none here."""
        return "" if self.email.endswith(NO_ADDRESS) else self.email


@dataclass(frozen=True)
class Member:
    """An account with its (role, area) pairs; `connected` when another provider signs this person in."""

    account: Account
    roles: tuple[tuple[Role, str], ...]
    connected: bool = False

    @property
    def is_in(self) -> bool:
        """Whether they have a way to sign in already."""
        return bool(self.account.password) or self.connected

    @property
    def areas(self) -> list[str]:
        return list(dict.fromkeys(area for _role, area in self.roles))


async def insert_account(db: AsyncConnection, account: Account, held_roles: Iterable[tuple[Role, str]]) -> None:
    await db.execute(insert(staff).values(**vars(account)))
    for role, area in held_roles:
        await insert_role(db, account.id, role, area)


async def find_account(db: AsyncConnection, email: str) -> Account | None:
    row = (await db.execute(select(staff).where(staff.c.email == email))).mappings().first()
    return Account(**row) if row else None


async def find_member(db: AsyncConnection, account_id: str) -> Member | None:
    found = await _list(db, select(staff).where(staff.c.id == account_id))
    return found[0] if found else None


async def list_members(
    db: AsyncConnection, areas: Collection[str] | None = None, *, search: str = "", most: int | None = None
) -> list[Member]:
    """By name: everyone, or who has a role in one of `areas`; `search` is a part of a name or address."""
    query = select(staff).order_by(staff.c.name, staff.c.email).limit(most)
    if areas is not None:
        query = query.where(staff.c.id.in_(select(roles.c.staff).where(roles.c.area.in_(areas))))
    if search:
        # SQLite takes only a to z for the same in either case.
        cases = {search, search.lower(), search.capitalize()}
        is_in = [each.icontains(case, autoescape=True) for each in (staff.c.name, staff.c.email) for case in cases]
        query = query.where(or_(*is_in))
    return await _list(db, query)


async def _list(db: AsyncConnection, query: Select[tuple[object, ...]]) -> list[Member]:
    accounts = [Account(**row) for row in (await db.execute(query)).mappings()]
    held: dict[str, list[tuple[Role, str]]] = {account.id: [] for account in accounts}
    for row in await db.execute(select(roles).where(roles.c.staff.in_(held)).order_by(roles.c.area, roles.c.role)):
        held[row.staff].append((Role(row.role), row.area))
    connected = set((await db.execute(select(identities.c.staff).where(identities.c.staff.in_(held)))).scalars())
    return [Member(account, tuple(held[account.id]), account.id in connected) for account in accounts]


async def list_administered(db: AsyncConnection) -> set[str]:
    """The areas where an administrator holds the role who can sign in."""
    comes_in = or_(staff.c.password != "", staff.c.id.in_(select(identities.c.staff)))
    is_able = (comes_in, ~staff.c.disabled, roles.c.role == Role.ADMINISTRATOR.value)
    return set((await db.execute(select(roles.c.area).join_from(roles, staff).where(*is_able))).scalars())


async def count_staff_by_area(db: AsyncConnection) -> dict[str, int]:
    """How many people have a role at an area itself."""
    people = func.count(distinct(roles.c.staff))
    query = select(roles.c.area, people).join_from(roles, staff).where(~staff.c.disabled).group_by(roles.c.area)
    return {row[0]: row[1] for row in await db.execute(query)}


async def insert_role(db: AsyncConnection, account_id: str, role: Role, area: str) -> None:
    """Gives a role once; what a provider gave becomes the person's own."""
    added = upsert(db, roles).values(staff=account_id, area=area, role=role.value, provided=False)
    await db.execute(added.on_conflict_do_update(index_elements=list(roles.primary_key), set_={"provided": False}))


async def list_provided_roles(db: AsyncConnection, account_id: str) -> set[tuple[Role, str]]:
    """The (role, area) pairs that hold only where the provider that gave them says who it is."""
    query = select(roles.c.role, roles.c.area).where(roles.c.staff == account_id, roles.c.provided)
    return {(Role(role), area) for role, area in await db.execute(query)}


async def insert_provided_role(db: AsyncConnection, account_id: str, role: Role, area: str) -> None:
    """Changes nothing about a role that people gave."""
    added = upsert(db, roles).values(staff=account_id, area=area, role=role.value, provided=True)
    await db.execute(added.on_conflict_do_nothing())


async def erase_role(db: AsyncConnection, account_id: str, role: Role, area: str) -> None:
    held = (roles.c.staff == account_id, roles.c.role == role.value, roles.c.area == area)
    await db.execute(delete(roles).where(*held))


async def mark_password(db: AsyncConnection, account_id: str, hashed: str) -> None:
    await db.execute(update(staff).where(staff.c.id == account_id).values(password=hashed))


async def mark_disabled(db: AsyncConnection, account_id: str, *, disabled: bool) -> None:
    await db.execute(update(staff).where(staff.c.id == account_id).values(disabled=disabled))


async def count_demo_accounts(db: AsyncConnection) -> int:
    return len((await db.execute(select(staff.c.id).where(staff.c.demo))).all())
