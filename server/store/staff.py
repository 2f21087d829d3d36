"""Members of staff, their roles and their sign-ins."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.people import Person, Role
from server.store.schema import roles, sign_ins, staff


@dataclass(frozen=True)
class Account:
    """`password` is its argon2id hash; a `demo` account works only in the demo."""

    id: str
    email: str
    name: str
    password: str
    demo: bool
    disabled: bool


async def insert_account(db: AsyncConnection, account: Account, held_roles: list[tuple[Role, str]]) -> None:
    await db.execute(insert(staff).values(**vars(account)))
    for role, area in held_roles:
        await db.execute(insert(roles).values(staff=account.id, area=area, role=role.value))


async def find_account(db: AsyncConnection, email: str) -> Account | None:
    row = (await db.execute(select(staff).where(staff.c.email == email))).mappings().first()
    return Account(**row) if row else None


async def insert_sign_in(db: AsyncConnection, token_hash: str, account_id: str, now: int) -> None:
    await db.execute(insert(sign_ins).values(token_hash=token_hash, staff=account_id, seen_at=now))


async def find_sign_in(db: AsyncConnection, token_hash: str, not_before: int) -> tuple[Person, int] | None:
    """Who is signed in by this token, and when they were last seen; None when unknown, idle or disabled."""
    row = (
        await db.execute(
            select(staff.c.id, staff.c.name, sign_ins.c.seen_at)
            .join_from(sign_ins, staff)
            .where(sign_ins.c.token_hash == token_hash, ~staff.c.disabled, sign_ins.c.seen_at >= not_before)
        )
    ).first()
    if row is None:
        return None
    held = await db.execute(select(roles.c.role, roles.c.area).where(roles.c.staff == row.id))
    return Person(row.id, row.name, tuple((Role(role), area) for role, area in held)), row.seen_at


async def mark_seen(db: AsyncConnection, token_hash: str, now: int) -> None:
    await db.execute(update(sign_ins).where(sign_ins.c.token_hash == token_hash).values(seen_at=now))


async def erase_sign_in(db: AsyncConnection, token_hash: str) -> None:
    await db.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))


async def erase_idle_sign_ins(db: AsyncConnection, not_before: int) -> None:
    await db.execute(delete(sign_ins).where(sign_ins.c.seen_at < not_before))


async def count_demo_accounts(db: AsyncConnection) -> int:
    return len((await db.execute(select(staff.c.id).where(staff.c.demo))).all())
