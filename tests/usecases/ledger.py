"""A ledger kept beside a town: what was sent, what state each session is in, and what the packets must then say."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.consultations import parse_poll
from server.domain.deliveries import STORED
from server.domain.errors import DomainError
from server.domain.grants import Grant
from server.domain.packets import Place, count, filter_keys, threshold
from server.domain.questions import TENTHS, Answer, Cells, Question
from server.domain.responses import Response, contributions
from server.domain.results import RECEIVED, SHOWN, SKIPPED, Figure, at, sum_up
from server.domain.sessions import Session, read_grades
from server.store.packets import list_figures
from server.store.schema import held, packets, responses, waiting
from server.usecases.run_session import open_session
from tests.town import Town, item, poll_content

CONTENT = poll_content()
CONTENT["questions"][2]["sensitive"] = True
POLL = parse_poll(CONTENT)
ENTRIES = [POLL.ledger[entry] for entry in ("q1", "q2", "q3", "q6", "q7", "q9.p1", "q9.p2", "language")]
LANGUAGE = {"koivu": "fi", "bjork": "sv"}
NODE = {(1, 2): "1-2", (3,): "3", (1, 3, 5): ""}
SEEN_GRADES = ("", "1-2", "1", "3", "1-6", "1,2,3")


@dataclass(frozen=True)
class Pack:
    id: str
    place: Place
    question: str
    shown: int
    counts: Counter[str]

    def stands_in(self, school: str, language: str, grades: str) -> bool:
        """Whether a table with these filters is to hold this packet."""
        if school and self.place.area != school:
            return False
        if language and self.place.language != language:
            return False
        return not grades or bool(self.place.grades and {*read_grades(self.place.grades)} <= {*read_grades(grades)})


@dataclass(frozen=True)
class Table:
    """What a reviewer saw of one question at one moment, and the packets it was to be made of."""

    question: str
    made_of: frozenset[str]
    shown: int
    counts: tuple[tuple[str, int], ...]


@dataclass
class Group:
    """What the ledger remembers of one session."""

    session: Session
    grant: Grant
    state: str
    sent: list[dict[str, str]] = field(default_factory=list)
    given: int = 0
    adds: dict[str, list[Cells]] = field(default_factory=lambda: {entry: [] for entry in POLL.ledger})

    def give(self, answers: Sequence[Mapping[str, Answer]]) -> None:
        self.given += len(answers)
        for entry, cells in added(self.session.profile, answers).items():
            self.adds[entry] += cells

    def added(self, entry: str) -> list[Cells]:
        """What its answers add to an entry, child by child."""
        return self.adds[entry]

    def skipped(self, entry: str) -> int:
        """How many of its children were asked and gave no answer."""
        is_asked = entry in POLL.entries_asked(self.session.profile)
        return self.given - len(self.added(entry)) if is_asked else 0


def added(profile: str, given: Sequence[Mapping[str, Answer]]) -> dict[str, list[Cells]]:
    return contributions(POLL.asked(profile), [Response("", "fi", one, "done") for one in given])


@dataclass
class Ledger:
    town: Town
    groups: list[Group] = field(default_factory=list)
    tables: set[Table] = field(default_factory=set)
    frozen: bool = False

    async def take(self, name: str, *about: Any) -> None:
        """One step; a step on no session yet, or one its state does not allow, must change nothing."""
        if name == "start":
            await self.start(*about)
        elif self.groups:
            group, *more = self.groups[about[0] % len(self.groups)], *about[1:]
            await getattr(self, name)(group, *more)

    async def start(self, school: str, grades: tuple[int, ...], prepared: bool) -> None:
        session = await self.town.session(school, grades, opens="2027-01-01" if prepared else None)
        grant = await self.town.tablet(session)
        self.groups.append(Group(session, grant, "prepared" if prepared else "open"))

    async def answer(self, group: Group, given: list[Mapping[str, Answer]]) -> None:
        sent = [item(group.grant, one) for one in given]
        outcome = await self.town.deliver(group.grant, *sent)
        assert set(outcome.receipts.values()) == {STORED}
        group.sent += sent
        if not self.frozen:
            group.give(given)

    async def repeat(self, group: Group) -> None:
        outcome = await self.town.deliver(group.grant, *group.sent[-20:])
        assert set(outcome.receipts.values()) <= {STORED}

    async def open(self, group: Group) -> None:
        if group.state == "prepared":
            await open_session(self.town.db, self.town.live, group.session.id)
            group.state = "open"

    async def finish(self, group: Group) -> None:
        if group.state == "open":
            await self.town.finish(group.session)
            group.state = "closing"

    async def close(self, group: Group) -> None:
        if group.state in ("open", "closing"):
            await self.town.close(group.session)
            group.state = "closed"
        else:
            with pytest.raises(DomainError, match="wrong_state"):
                await self.town.close(group.session)

    async def freeze(self) -> None:
        await self.town.freeze()
        self.frozen = True
        for group in self.groups:
            group.state = "closed"

    async def check(self) -> None:
        """Compares the whole database with the ledger, and keeps the tables a reviewer sees now."""
        async with self.town.db.reading() as tx:
            packs = [_pack(row) for row in await tx.execute(select(packets))]
            raw = [(row.session, json.loads(row.body)["answers"]) for row in await tx.execute(select(responses))]
            still = [(row.question, json.loads(row.cells)) for row in await tx.execute(select(waiting))]
            assert (await tx.execute(select(held))).all() == []
            seen = {
                (school, language): await list_figures(tx, self.town.consultation, school, language)
                for school in ("", *LANGUAGE)
                for language in ("", "fi", "sv")
            }
        assert {pack.question for pack in packs} | {question for question, _ in still} <= set(POLL.ledger)
        profiles = {group.session.id: group.session.profile for group in self.groups}
        open_ones = [added(profiles[session], [one]) for session, one in raw]
        for asked in ENTRIES:
            mine = [pack for pack in packs if pack.question == asked.id]
            unseen = [cells for one in open_ones for cells in one[asked.id]]
            unseen += [cells for question, cells in still if question == asked.id]
            _check_packets(asked, mine)
            self._check_that_each_answer_is_in_one_place(asked, mine, unseen)
            self._check_figures(asked, mine, seen)
            self._look(asked, mine, seen)

    def _check_that_each_answer_is_in_one_place(self, asked: Question, packs: list[Pack], unseen: list[Cells]) -> None:
        given = [cells for group in self.groups for cells in group.added(asked.id)]
        shown = sum((pack.counts for pack in packs), Counter())
        left_over = len(given) - sum(pack.shown for pack in packs) - len(unseen)
        if not self.frozen:
            assert left_over == 0
            assert shown + Counter(count(asked, unseen)) == +Counter(count(asked, given))
            return
        assert unseen == []
        assert shown <= Counter(count(asked, given))
        if any(pack.place == Place(("stad",)) for pack in packs):
            assert left_over == threshold(asked).held
        else:
            assert 0 <= left_over < threshold(asked).needed

    def _check_figures(self, asked: Question, packs: list[Pack], seen: dict[tuple[str, str], list[Figure]]) -> None:
        expected: Counter[tuple[str, str, str, str]] = Counter()
        for pack in packs:
            for school, grades, language in filter_keys(pack.place):
                for cell, number in (*pack.counts.items(), (SHOWN, pack.shown)):
                    expected[(school, language, grades, cell)] += number
        for group in self.groups:
            if group.state == "closed":
                place = _place(group.session.area, NODE[group.session.grades])
                for school, grades, language in filter_keys(place):
                    expected[(school, language, grades, RECEIVED)] += len(group.added(asked.id))
                    expected[(school, language, grades, SKIPPED)] += group.skipped(asked.id)
        found: Counter[tuple[str, str, str, str]] = Counter()
        for (school, language), figures in seen.items():
            for figure in figures:
                if figure.question == asked.id:
                    found[(school, language, figure.grades, figure.cell)] = figure.number
        assert found == expected

    def _look(self, asked: Question, packs: list[Pack], seen: dict[tuple[str, str], list[Figure]]) -> None:
        for (school, language), figures in seen.items():
            if school and language:
                continue
            for grades in SEEN_GRADES:
                made_of = frozenset(pack.id for pack in packs if pack.stands_in(school, language, grades))
                result = sum_up(POLL.id, asked, at(figures, grades))
                if not made_of:
                    assert (result.shown, result.received, result.counts) == (None, None, None)
                    continue
                assert result.shown is not None
                assert result.counts is not None
                self.tables.add(Table(asked.id, made_of, result.shown, tuple(sorted(result.counts.items()))))

    def check_that_no_subtraction_tells_of_few(self) -> None:
        """Of every two tables ever seen of which one holds the other, the rest is nobody or a packet's worth."""
        for one, other in combinations(self.tables, 2):
            if one.question != other.question or not (one.made_of <= other.made_of or other.made_of <= one.made_of):
                continue
            smaller, larger = sorted((one, other), key=lambda table: len(table.made_of))
            rest = {cell: number - dict(smaller.counts)[cell] for cell, number in larger.counts}
            left = larger.shown - smaller.shown
            entry = POLL.ledger[one.question]
            assert left == 0 or left >= threshold(entry).shown
            assert all(0 <= number <= left * most_in(cell, entry) for cell, number in rest.items())


def most_in(cell: str, entry: Question) -> int:
    """The most that one child adds to a cell: a purse, the points of a first place, or one."""
    if entry.kind == "budget" and not cell.endswith("#"):
        return TENTHS
    return len(entry.options) if entry.kind == "rank" and cell.endswith("#") else 1


def _check_packets(asked: Question, packs: list[Pack]) -> None:
    for pack in packs:
        assert pack.shown >= threshold(asked).shown
        assert tuple(pack.counts) == asked.cells
        assert all(0 <= number <= pack.shown * most_in(cell, asked) for cell, number in pack.counts.items())
        firsts = sum(number for cell, number in pack.counts.items() if cell.endswith("@1"))
        if asked.kind == "rank":
            assert firsts == pack.shown
        elif asked.kind not in ("multi_choice", "budget"):
            assert pack.counts.total() == pack.shown


def _place(school: str, grades: str, session: str = "") -> Place:
    return Place(("stad", school), grades, session, LANGUAGE[school]) if school else Place(("stad",))


def _pack(row: Any) -> Pack:
    assert row.language == LANGUAGE.get(row.school, "")
    place = _place(row.school, row.grades, row.session)
    return Pack(row.id, place, row.question, row.shown, Counter(json.loads(row.counts)))
