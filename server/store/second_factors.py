"""The secret of a person's app with codes, encrypted, and the hashes of their recovery codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import recovery_codes, second_factors


@dataclass(frozen=True)
class SecondFactor:
    """`secret` is encrypted; `used_step` is the newest half minute of which a code was taken, `wrong` how many codes in
    a row were not right.
    """

    staff: str
    secret: str
    confirmed: bool = False
    used_step: int = 0
    wrong: int = 0


async def insert_second_factor(db: AsyncConnection, factor: SecondFactor) -> None:
    """In place of an earlier one."""
    await erase_second_factor(db, factor.staff)
    await db.execute(insert(second_factors).values(**vars(factor)))


async def find_second_factor(db: AsyncConnection, staff_id: str) -> SecondFactor | None:
    row = (await db.execute(select(second_factors).where(second_factors.c.staff == staff_id))).mappings().first()
    return SecondFactor(**row) if row else None


async def mark_second_factor(db: AsyncConnection, staff_id: str, **changed: object) -> None:
    await db.execute(update(second_factors).where(second_factors.c.staff == staff_id).values(**changed))


async def erase_second_factor(db: AsyncConnection, staff_id: str) -> None:
    await db.execute(delete(second_factors).where(second_factors.c.staff == staff_id))


async def insert_recovery_codes(db: AsyncConnection, staff_id: str, hashed: Sequence[str]) -> None:
    """In place of earlier ones, numbered from 1."""
    await erase_recovery_codes(db, staff_id)
    rows = [{"staff": staff_id, "number": number, "hashed": each} for number, each in enumerate(hashed, 1)]
    await db.execute(insert(recovery_codes), rows)


async def find_recovery_code(db: AsyncConnection, staff_id: str, number: int) -> str | None:
    """The hash of the person's code with this number."""
    found = (recovery_codes.c.staff == staff_id, recovery_codes.c.number == number)
    hashed: str | None = (await db.execute(select(recovery_codes.c.hashed).where(*found))).scalar_one_or_none()
    return hashed


async def count_recovery_codes(db: AsyncConnection, staff_id: str) -> int:
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.staff == staff_id)
    return int((await db.execute(query)).scalar_one())


async def erase_recovery_code(db: AsyncConnection, staff_id: str, number: int, hashed: str) -> bool:
    """Whether it was still there: of two who use it at once, one does."""
    same = (recovery_codes.c.staff == staff_id, recovery_codes.c.number == number, recovery_codes.c.hashed == hashed)
    return (await db.execute(delete(recovery_codes).where(*same))).rowcount > 0


async def erase_recovery_codes(db: AsyncConnection, staff_id: str) -> None:
    await db.execute(delete(recovery_codes).where(recovery_codes.c.staff == staff_id))
