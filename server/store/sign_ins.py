"""Who is signed in, by which secret, since when and how surely; only a secret's hash is kept."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.people import Person, Role
from server.store.schema import roles, second_factors, sign_ins, staff


@dataclass(frozen=True)
class SignIn:
    """`strong`: two factors were shown; `has_app`: the person has an app with codes. Times in seconds since 1970."""

    person: Person
    seen_at: int
    began_at: int
    strong: bool
    has_app: bool


async def insert_sign_in(
    db: AsyncConnection, token_hash: str, account_id: str, now: int, *, strong: bool = False, provided: bool = False
) -> None:
    """`provided`: another provider said who it is, so the roles that it gives hold too."""
    row = {"token_hash": token_hash, "staff": account_id, "seen_at": now, "began_at": now}
    await db.execute(insert(sign_ins).values(**row, strong=strong, provided=provided))


async def find_sign_in(db: AsyncConnection, token_hash: str) -> SignIn | None:
    """Who is signed in by this token; None when unknown or disabled."""
    row = (
        await db.execute(
            select(
                *(staff.c.id, staff.c.name, sign_ins.c.seen_at, sign_ins.c.began_at),
                *(sign_ins.c.strong, sign_ins.c.provided, second_factors.c.confirmed),
            )
            .join_from(sign_ins, staff)
            .join(second_factors, second_factors.c.staff == staff.c.id, isouter=True)
            .where(sign_ins.c.token_hash == token_hash, ~staff.c.disabled)
        )
    ).first()
    if row is None:
        return None
    is_held = true() if row.provided else ~roles.c.provided
    held = await db.execute(select(roles.c.role, roles.c.area).where(roles.c.staff == row.id, is_held))
    person = Person(row.id, row.name, tuple((Role(role), area) for role, area in held))
    return SignIn(person, row.seen_at, row.began_at, row.strong, bool(row.confirmed))


async def mark_seen(db: AsyncConnection, token_hash: str, now: int) -> None:
    await db.execute(update(sign_ins).where(sign_ins.c.token_hash == token_hash).values(seen_at=now))


async def find_provided(db: AsyncConnection, token_hash: str) -> bool:
    """Whether another provider said who this is."""
    query = select(sign_ins.c.provided).where(sign_ins.c.token_hash == token_hash)
    return bool((await db.execute(query)).scalar_one_or_none())


async def erase_sign_in(db: AsyncConnection, token_hash: str) -> None:
    await db.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))


async def erase_sign_ins(db: AsyncConnection, account_id: str, *, but: str = "") -> None:
    """Ends every sign-in of a person, except that of the token hash `but`."""
    await db.execute(delete(sign_ins).where(sign_ins.c.staff == account_id, sign_ins.c.token_hash != but))


async def erase_old_sign_ins(db: AsyncConnection, seen_before: int, begun_before: int) -> None:
    await db.execute(delete(sign_ins).where(or_(sign_ins.c.seen_at < seen_before, sign_ins.c.began_at < begun_before)))
