"""What adults guessed that children would say: sums only, apart from everything that children said."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.questions import Cells
from server.store.database import upsert
from server.store.schema import guesses


async def add_guesses(db: AsyncConnection, consultation: str, poll: str, added: Mapping[str, Cells]) -> None:
    """Adds to what was guessed before; `added` by entry of the ledger."""
    for question, cells in added.items():
        for cell, number in cells.items():
            about = {"consultation": consultation, "poll": poll, "question": question, "cell": cell}
            new = upsert(db, guesses).values(**about, number=number)
            summed = {"number": guesses.c.number + new.excluded.number}
            await db.execute(new.on_conflict_do_update(index_elements=[*about], set_=summed))


async def list_guesses(db: AsyncConnection, consultation: str, poll: str) -> dict[str, Cells]:
    """The sums of each entry of the ledger, and how many guessed (`RECEIVED`)."""
    found: dict[str, Cells] = {}
    query = select(guesses).where(guesses.c.consultation == consultation, guesses.c.poll == poll)
    for row in await db.execute(query):
        found.setdefault(row.question, {})[row.cell] = row.number
    return found
