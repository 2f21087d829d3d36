"""A process to be killed: commits one number after the other and prints each once its commit stands."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import text

from server.store.database import Database


async def main(url: str) -> None:
    db = Database(url)
    async with db.writing() as tx:
        await tx.execute(text("CREATE TABLE kept (n INTEGER PRIMARY KEY)"))
    for number in range(1_000_000):
        async with db.writing() as tx:
            await tx.execute(text("INSERT INTO kept (n) VALUES (:n)"), {"n": number})
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
