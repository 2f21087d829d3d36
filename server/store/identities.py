"""Who a member of staff is at another provider: an issuer's name for them, never an address."""

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.store.schema import identities


async def insert_identity(db: AsyncConnection, issuer: str, subject: str, staff_id: str) -> None:
    await db.execute(insert(identities).values(issuer=issuer, subject=subject, staff=staff_id))


async def find_identified(db: AsyncConnection, issuer: str, subject: str) -> str | None:
    """The id of whom the provider calls by this name."""
    query = select(identities.c.staff).where(identities.c.issuer == issuer, identities.c.subject == subject)
    found: str | None = (await db.execute(query)).scalar_one_or_none()
    return found


async def list_identities(db: AsyncConnection, staff_id: str) -> list[str]:
    """The issuers that know this person."""
    return list((await db.execute(select(identities.c.issuer).where(identities.c.staff == staff_id))).scalars())


async def erase_identities(db: AsyncConnection, staff_id: str) -> None:
    await db.execute(delete(identities).where(identities.c.staff == staff_id))
