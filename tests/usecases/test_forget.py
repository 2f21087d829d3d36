"""Ideas are deleted on schedule, and leave nothing."""

from pathlib import Path

from sqlalchemy import text

from server.domain.people import Role
from server.store.ideas import KeptIdea, insert_idea
from server.store.staff import Account, insert_account
from server.usecases.forget import DAY_S, FROZEN_DAYS, HIDDEN_DAYS, forget_ideas
from server.usecases.moderate import decide, hand_over
from tests.town import NOW, Town, new_id

SECRET = "Elsan salaisuus 4711"


async def made(town: Town, idea: str | None = None) -> str:
    name = idea or new_id()
    kept = KeptIdea(name, town.consultation, "p", "q10", "koivu", "1-2", "fi", True, None, SECRET, SECRET.encode())
    async with town.db.writing() as tx:
        await insert_idea(tx, "s_x", kept)
    return name


async def mika(town: Town) -> None:
    async with town.db.writing() as tx:
        account = Account("mika", "mika@stad.example", "Mika", "x", demo=False, disabled=False)
        await insert_account(tx, account, [(Role.MODERATOR, "stad")])


async def decided(town: Town, idea: str, wanted: str) -> None:
    await decide(town.db, town.clock, town.consultation, idea, wanted, was="new", by="mika", reason="name")


async def texts(town: Town) -> dict[str, str | None]:
    async with town.db.reading() as tx:
        return {row.id: row.text for row in await tx.execute(text("SELECT id, text FROM ideas"))}


async def test_what_is_hidden_or_handed_over_goes_after_thirty_days(town: Town) -> None:
    await mika(town)
    hidden, shown, handed, waiting = [await made(town) for _ in range(4)]
    await decided(town, hidden, "hidden")
    await decided(town, shown, "shown")
    await decided(town, handed, "worry")
    await hand_over(town.db, town.clock, town.consultation, handed, by="mika")
    await forget_ideas(town.db, NOW + HIDDEN_DAYS * DAY_S)
    assert set((await texts(town)).values()) == {SECRET}
    await forget_ideas(town.db, NOW + HIDDEN_DAYS * DAY_S + 1)
    assert await texts(town) == {hidden: None, shown: SECRET, handed: None, waiting: SECRET}
    async with town.db.reading() as tx:
        rows = (await tx.execute(text("SELECT * FROM ideas WHERE text IS NULL"))).mappings().all()
    for row in rows:
        assert {value for name, value in row.items() if name not in ("id", "consultation", "state")} <= {None, "", 0}
        assert row["state"] == "erased"
    assert (await texts(town))[await made(town, hidden)] is None


async def test_a_year_after_the_freeze_nothing_is_left_in_any_file(town: Town, tmp_path: Path) -> None:
    await mika(town)
    await made(town)
    await decided(town, await made(town), "shown")
    await town.freeze()
    async with town.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET frozen_at = :now"), {"now": NOW})
    await forget_ideas(town.db, NOW + FROZEN_DAYS * DAY_S)
    assert len(await texts(town)) == 2
    await forget_ideas(town.db, NOW + FROZEN_DAYS * DAY_S + 1)
    assert await texts(town) == {}
    if town.db.is_sqlite:
        files = list(tmp_path.glob("*.sqlite3*"))
        assert files
        assert not [file for file in files if SECRET.encode() in file.read_bytes()]


async def test_the_freeze_says_when_it_was(town: Town) -> None:
    await town.freeze()
    async with town.db.reading() as tx:
        assert (await tx.scalar(text("SELECT frozen_at FROM consultations")) or 0) > 1_700_000_000
