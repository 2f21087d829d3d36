"""A town whose database is set back to old copies, tablets that keep what they delivered, and a ledger beside both."""

import asyncio
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from server.domain.deliveries import Outcome
from server.domain.errors import DomainError
from server.domain.grants import Grant
from server.domain.questions import Answer
from server.domain.results import RECEIVED, SHOWN
from server.domain.sessions import Session, State
from server.live import Live
from server.store.consultations import Revisions
from server.store.database import Database
from server.store.journal import Journal
from server.store.packets import list_figures
from server.store.schema import held, packets, participation, responses, tombstones, waiting
from server.usecases.decide import include, leave_out
from server.usecases.recover import recover
from server.usecases.run_session import discard, revoke_tablet
from tests.copies import sqlite_url
from tests.town import KEY, Town, build_town, item
from tests.usecases.ledger import CONTENT, POLL

ENTRIES = ("q1", "q3", "language")
SEALED = "its seal"


@dataclass
class Tablet:
    """What a tablet keeps: what waits in its outbox, and for what was acknowledged the commit that has it."""

    grant: Grant
    number: int
    outbox: dict[str, dict[str, str]] = field(default_factory=dict)
    receipts: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)

    def take(self, sent: Mapping[str, dict[str, str]], outcome: Outcome) -> None:
        """What follows from a reply; lost ones go out again, before the others are forgotten."""
        for item_id, receipt in outcome.receipts.items():
            assert receipt.status in ("stored", "held")
            assert outcome.commit
            self.receipts[item_id] = (outcome.commit, sent[item_id])
            self.outbox.pop(item_id, None)
        for item_id, (pair, one) in list(self.receipts.items()):
            if pair in outcome.lost:
                del self.receipts[item_id]
                self.outbox[item_id] = one
        if outcome.state == State.FROZEN:
            self.receipts.clear()


@dataclass
class Group:
    """One session as its class knows it: what children confirmed, and whether it was discarded."""

    session: Session
    tablets: list[Tablet]
    confirmed: dict[str, Mapping[str, Answer]] = field(default_factory=dict)
    discarded: bool = False


class Killed(Exception):
    """The process ends here."""


@dataclass
class World:
    folder: Path
    town: Town
    groups: list[Group] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)
    published: dict[str, Any] = field(default_factory=dict)
    frozen: bool = False

    @property
    def db(self) -> Database:
        return self.town.db

    async def take(self, name: str, *about: Any) -> None:
        """One step; one that the state of things does not allow must change nothing."""
        with suppress(DomainError):
            await getattr(self, name)(*about)
        await self.look()

    def group(self, which: int) -> Group:
        return self.groups[which % len(self.groups)]

    # What children and tablets do

    async def confirm(self, which: int, tablet: int, given: Sequence[Mapping[str, Answer]]) -> None:
        group = self.group(which)
        for one in given:
            made = item(group.tablets[tablet].grant, one)
            group.tablets[tablet].outbox[made["id"]] = made
            group.confirmed[made["id"]] = one

    async def deliver(self, which: int, tablet: int, arrives: bool) -> None:
        """One request; its reply may get lost."""
        teller = self.group(which).tablets[tablet]
        sent = dict(list(teller.outbox.items())[:50])
        have = tuple({pair for pair, _ in teller.receipts.values()})
        outcome = await self.town.deliver(teller.grant, *sent.values(), have=have)
        if arrives:
            teller.take(sent, outcome)

    async def lesson(self, which: int, tablet: int, given: Sequence[Mapping[str, Answer]]) -> None:
        await self.confirm(which, tablet, given)
        await self.deliver(which, tablet, True)

    async def talk(self, which: int) -> None:
        for tablet in (0, 1):
            for _ in range(3):
                await self.deliver(which, tablet, True)

    # What staff do

    async def start(self, school: str, grades: tuple[int, ...]) -> None:
        session = await self.town.session(school, grades)
        tablets = [Tablet(await self.town.tablet(session), number) for number in (0, 1)]
        self.groups.append(Group(session, tablets))

    async def finish(self, which: int) -> None:
        await self.town.finish(self.group(which).session)

    async def close(self, which: int) -> None:
        await self.town.close(self.group(which).session)

    async def discard(self, which: int) -> None:
        await discard(self.db, self.town.live, self.group(which).session.id)
        self.group(which).discarded = True

    async def revoke(self, which: int, tablet: int) -> None:
        await revoke_tablet(self.db, self.town.live, self.group(which).session.id, tablet)

    async def include(self, which: int) -> None:
        about = (self.group(which).session.id, "revoked")
        await include(self.db, self.town.live, self.town.revisions, self.town.clock, KEY, *about, by="")

    async def leave_out(self, which: int) -> None:
        await leave_out(self.db, self.town.live, self.group(which).session.id, "unfit", by="")

    async def freeze(self) -> None:
        await self.town.freeze()
        self.frozen = True

    # What happens to the server

    async def copy(self) -> None:
        """A consistent copy of the database, while it runs."""
        target = self.folder / f"copy-{len(self.copies)}"
        source, made = sqlite3.connect(self.folder / "tyck.sqlite3"), sqlite3.connect(target)
        with closing(source), closing(made):
            source.backup(made)
        self.copies.append(target)

    async def restore(self, which: int, *, journal: bool = True) -> None:
        """The database is again what it was; the journal beside it stayed, or is lost."""
        if not self.copies:
            return
        await self.db.close()
        for beside in ("-wal", "-shm"):
            (self.folder / f"tyck.sqlite3{beside}").unlink(missing_ok=True)
        shutil.copy(self.copies[which % len(self.copies)], self.folder / "tyck.sqlite3")
        if not journal:
            shutil.rmtree(self.folder / "journal", ignore_errors=True)
        await self.begin()

    async def begin(self) -> None:
        self.town = open_town(self.folder)
        self.replayed = await recover(self.db, KEY)

    async def kill(self, step: str, which: int) -> None:
        """The server is killed after the journal has the step and before the database has it."""
        journal = self.db.journal
        assert journal
        write = journal.write

        def write_and_die(entry: Any) -> None:
            write(entry)
            raise Killed

        journal.write = write_and_die  # type: ignore[method-assign]
        try:
            await (self.freeze() if step == "freeze" else getattr(self, step)(which))
        except Killed:
            if step == "discard":
                self.group(which).discarded = True
            self.frozen |= step == "freeze"
            await self.db.close()
            await self.begin()
        finally:
            journal.write = write  # type: ignore[method-assign]

    # What must hold

    async def look(self) -> None:
        """Whoever read a packet once knows it: it stays what it was, and its group has no other."""
        async with self.db.reading() as tx:
            found = {row.id: tuple(row) for row in await tx.execute(select(packets))}
        assert self.published.items() <= found.items()
        self.published = found
        places = Counter((row[3], row[6]) for row in found.values() if row[6])
        assert not places or max(places.values()) == 1

    async def check(self) -> None:
        """After every tablet has said all: each response is in one place, and the sums are those of the children."""
        for _ in range(2):
            for which in range(len(self.groups)):
                await self.talk(which)
        await self.look()
        async with self.db.reading() as tx:
            for group in self.groups:
                assert not any(tablet.outbox for tablet in group.tablets)
                await self._check_counts(tx, group)
            await self._check_sums(tx)

    async def _check_counts(self, tx: Any, group: Group) -> None:
        here = group.session.id
        numbers = {
            table.name: await tx.scalar(select(func.count()).where(table.c.session == here))
            for table in (responses, held, tombstones)
        }
        counted = select(func.sum(participation.c.arrived), func.sum(participation.c.late))
        arrived, late = (await tx.execute(counted.where(participation.c.session == here))).one()
        counted_here = (arrived or 0) + (late or 0)
        if group.discarded:
            assert (*numbers.values(), counted_here) == (0, 0, 0, 0)
            return
        assert numbers["responses"] + numbers["tombstones"] == counted_here
        assert counted_here + numbers["held"] == len(group.confirmed)

    async def _check_sums(self, tx: Any) -> None:
        """No answer is lost, and none stands twice, on its way from the sessions to the packets."""
        raw = [json.loads(body)["answers"] for body in (await tx.execute(select(responses.c.body))).scalars()]
        arrived = await tx.scalar(select(func.coalesce(func.sum(participation.c.arrived), 0)))
        for entry in ENTRIES:
            shown = await tx.scalar(
                select(func.coalesce(func.sum(packets.c.shown), 0)).where(packets.c.question == entry)
            )
            waits = await tx.scalar(select(func.count()).select_from(waiting).where(waiting.c.question == entry))
            open_ones = len(raw) if entry == "language" else sum(entry in one for one in raw)
            if entry == "language" and not self.frozen:
                assert shown + waits + open_ones == arrived
            if self.frozen:
                assert (waits, open_ones) == (0, 0)
                assert shown <= arrived
        figures = await list_figures(tx, self.town.consultation, "", "")
        found = {(each.question, each.cell): each.number for each in figures if not each.grades}
        assert found.get(("language", SHOWN), 0) == sum(
            row[8] for row in self.published.values() if row[3] == "language"
        )
        if self.frozen:
            assert found.get(("language", RECEIVED), 0) == arrived


def open_town(folder: Path) -> Town:
    db = Database(sqlite_url(folder), Journal(folder / "journal"))
    return Town(db, Revisions(db), Live(), CONTENT["id"])


async def make_world(folder: Path) -> None:
    """A town, before anything happened."""
    db = Database(sqlite_url(folder), Journal(folder / "journal"))
    await recover(db, KEY)
    await build_town(db, Revisions(db), Live(), CONTENT)
    await db.close()


def play(folder: Path, steps: list[tuple[Any, ...]], *, all_said: bool) -> None:
    """Takes the steps in a copy of the world, and checks it before and after the freeze and two restores.

    Unless `all_said`, the freeze and a restore come before tablets can send again what was lost: later they could not,
    for what comes late is only a number, and that goes back with its database.
    """
    asyncio.run(_play(folder, steps, all_said))


async def _play(folder: Path, steps: list[tuple[Any, ...]], all_said: bool) -> None:
    world = World(folder, open_town(folder))
    try:
        await world.start("koivu", (1, 2))
        await world.start("bjork", (3,))
        for step in steps:
            await world.take(*step)
        if all_said:
            await world.check()
        await world.take("freeze")
        if all_said:
            await world.check()
            await world.take("restore", 0)
            await world.check()
        await world.take("restore", -1)
        await world.check()
    finally:
        await world.db.close()


assert all(entry in POLL.ledger for entry in ENTRIES)
