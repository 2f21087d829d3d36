"""What has had its time is deleted: every rule of docs/privacy.md in one round, nightly and by command."""

import shutil
from pathlib import Path

from server.seals import Seals
from server.store.database import Database
from server.store.retention import erase_spent_rows, list_frozen_before
from server.usecases.backup import BACKUPS, LEFTOVER
from server.usecases.forget import DAY_S, forget_ideas
from server.usecases.restore import REPLACED
from server.usecases.sign_ins import forget_old

COPIES_DAYS = 30
"""How long a backup in the data directory, and what a restore replaced, is kept at most."""

_SEALS_DAYS = 30
"""How long after its freeze a consultation's seal key is kept."""

_JOURNAL_DAYS = 90
"""How long an entry of the journal is kept: as long as tablets keep receipts."""


async def keep_to_retention(db: Database, seals: Seals, data_dir: Path, now: int) -> None:
    """Deletes what is due at `now` (seconds since 1970), so that no trace of it stays in the database's files."""
    await forget_ideas(db, now)
    async with db.reading() as tx:
        spent = await list_frozen_before(tx, now - _SEALS_DAYS * DAY_S)
    async with db.writing() as tx:
        await erase_spent_rows(tx, now)
        await forget_old(tx, now)
    for consultation in spent:
        seals.destroy(consultation)
    if db.journal:
        db.journal.forget_before(now // DAY_S - _JOURNAL_DAYS)
    forget_copies(data_dir, now)
    await db.forget_deleted()


def forget_copies(data_dir: Path, now: int) -> None:
    """Deletes old backups, old databases that a restore replaced, and what a killed backup left."""
    for folder, names, days in (
        (BACKUPS, "*", COPIES_DAYS),
        (REPLACED, "*", COPIES_DAYS),
        (BACKUPS, f"{LEFTOVER}*", 1),
    ):
        for path in list((data_dir / folder).glob(names)):
            if path.stat().st_mtime < now - days * DAY_S:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
