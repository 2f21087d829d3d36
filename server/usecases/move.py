"""A whole installation goes from one database into another, empty one; every row is compared before it counts."""

from functools import partial

from server.store.database import Database
from server.store.migrate import upgrade
from server.store.moving import TABLES, Told, copy_rows, find_digest, find_filled, refresh_statistics


class NotEmpty(Exception):
    """The text names a table that holds rows."""


class NotTheSame(Exception):
    """The text names a table whose rows are not what they were."""


async def move(source: Database, target: Database, told: Told, compared: Told) -> int:
    """Returns how many rows both hold. All of it is one transaction on the target: whatever is raised, or kills this
    process, leaves there what was there before. Nobody else writes to the source meanwhile.

    Raises NotEmpty, NotTheSame, or WrongVersion for a target that a newer program has used.
    """
    async with source.writing() as old, target.writing() as new:
        await new.run_sync(upgrade)
        if filled := await find_filled(new):
            raise NotEmpty(filled)
        counts = {table: await copy_rows(old, new, table, told) for table in TABLES}
        for table, of in counts.items():
            was = await find_digest(old, table, lambda _done: None)
            if was != await find_digest(new, table, partial(compared, table.name, of)):
                raise NotTheSame(table.name)
        await refresh_statistics(new)
    return sum(counts.values())
