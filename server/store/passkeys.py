"""Passkeys of staff: public keys, with the name that their owner gave each."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import passkeys


@dataclass(frozen=True)
class Passkey:
    """`id` is the credential's in base64url; `added_on` and `used_on` are days."""

    id: str
    staff: str
    public_key: bytes
    sign_count: int
    name: str
    added_on: str
    used_on: str | None = None


async def insert_passkey(db: AsyncConnection, passkey: Passkey) -> None:
    await db.execute(insert(passkeys).values(**vars(passkey)))


async def find_passkey(db: AsyncConnection, passkey_id: str) -> Passkey | None:
    row = (await db.execute(select(passkeys).where(passkeys.c.id == passkey_id))).mappings().first()
    return Passkey(**row) if row else None


async def list_passkeys(db: AsyncConnection, staff_id: str) -> list[Passkey]:
    """The oldest first."""
    query = select(passkeys).where(passkeys.c.staff == staff_id).order_by(passkeys.c.added_on, passkeys.c.name)
    return [Passkey(**row) for row in (await db.execute(query)).mappings()]


async def mark_passkey_used(db: AsyncConnection, passkey_id: str, sign_count: int, day: str) -> None:
    used = {"sign_count": sign_count, "used_on": day}
    await db.execute(update(passkeys).where(passkeys.c.id == passkey_id).values(**used))


async def erase_passkey(db: AsyncConnection, staff_id: str, passkey_id: str) -> bool:
    """Whether there was one."""
    gone = await db.execute(delete(passkeys).where(passkeys.c.staff == staff_id, passkeys.c.id == passkey_id))
    return gone.rowcount > 0


async def erase_passkeys(db: AsyncConnection, staff_id: str) -> None:
    await db.execute(delete(passkeys).where(passkeys.c.staff == staff_id))
