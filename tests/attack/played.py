"""A small town played through the real app, and every table its surfaces serve on the way.

A surface is a function in `SURFACES`: whatever shows numbers of answers anywhere belongs there.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import httpx2

from server.domain.grants import Grant
from server.domain.sessions import Session, State, grades_key, read_grades
from server.store.sessions import find_session
from tests.attack.model import Attack, Flow, Path, Region, Table, Unit, Words
from tests.town import item
from tests.web.staff import World

CELLS = {"q3": ("not_good", "between", "good"), "q4": ("yes", "maybe", "no")}
SENSITIVE = {"q3": False, "q4": True}
"""An ordinary question that is shown on the wall, and one that is made sensitive."""
Choices = Sequence[int]
"""Which cell each child of a group chose, of either question."""


@dataclass
class Group:
    session: Session
    path: Path
    grant: Grant
    given: list[tuple[Unit, Choices]] = field(default_factory=list)


@dataclass
class Played:
    """`paths` leads to each school, `languages` says what is spoken there."""

    world: World
    reviewer: httpx2.AsyncClient
    teacher: httpx2.AsyncClient
    paths: dict[str, Path]
    languages: dict[str, str]
    flows: dict[str, Flow] = field(default_factory=lambda: {name: Flow(SENSITIVE[name]) for name in CELLS})
    groups: list[Group] = field(default_factory=list)
    tables: dict[str, list[tuple[Table, Region]]] = field(default_factory=lambda: {name: [] for name in CELLS})
    words: dict[Path, Words] = field(default_factory=dict)
    moment: int = 0

    async def start(self, school: str, grades: Sequence[int], given: Choices, *, special: bool = False) -> Group:
        """A session in which so many children have answered."""
        session = await self.world.town.session(school, grades, special=special)
        own = () if session.counts_in_school else (grades_key(grades),)
        path = (*self.paths[school], *own, session.id)
        group = Group(session, path, await self.world.town.tablet(session))
        self.groups.append(group)
        await self._deliver(group, given, Unit(path, len(given)), path)
        return group

    async def close(self, group: Group) -> None:
        await self.world.town.close(group.session)
        self.moment += 1
        for flow in self.flows.values():
            flow.close(group.path, self.moment)
        await self.look()

    async def late(self, group: Group, given: Choices) -> None:
        """Answers that come after closing."""
        self.moment += 1
        await self._deliver(group, given, Unit(group.path, len(given), late=self.moment), group.path[:-1])
        await self.look()

    async def freeze(self) -> None:
        await self.world.town.freeze()
        self.moment += 1
        for flow in self.flows.values():
            flow.freeze(self.moment)
        await self.look()

    async def look(self) -> None:
        for surface in SURFACES:
            await surface(self)

    def region(self, school: str, grades: str, language: str) -> Region:
        """The nodes whose packets a filter shows."""
        areas = {path[at]: path[: at + 1] for path in self.paths.values() for at in range(len(path))}
        top = areas[school or "stad"]
        if not grades and not language:
            return frozenset({top})
        spoken = [path for area, path in self.paths.items() if language in ("", self.languages[area])]
        schools = [path for path in spoken if path[: len(top)] == top]
        if not grades:
            return frozenset(schools)
        nodes = {group.path[:-1] for group in self.groups if not group.session.counts_in_school}
        wanted = {*read_grades(grades)}
        return frozenset(node for node in nodes if node[:-1] in schools and {*read_grades(node[-1])} <= wanted)

    def attack(self, question: str) -> Attack:
        """Everything that is known of a question."""
        found = Attack(self.flows[question], len(CELLS[question]))
        for table, region in self.tables[question]:
            found.learn(table, region)
        for words in self.words.values() if not SENSITIVE[question] else ():
            found.hear(words)
        return found

    @property
    def truth(self) -> list[tuple[tuple[Unit, ...], tuple[int, ...]]]:
        """Every group of children that can be named, with what they really chose, cell by cell."""
        given = {unit: choices for group in self.groups for unit, choices in group.given}
        nodes = {unit.home[:length] for unit in given for length in range(1, len(unit.home) + 1)}
        named = {tuple(unit for unit in given if unit.home[: len(node)] == node) for node in nodes}
        named |= {(unit,) for unit in given}
        return [
            (units, tuple(sum([*given[unit]].count(cell) for unit in units) for cell in range(3))) for units in named
        ]

    async def _deliver(self, group: Group, given: Choices, unit: Unit, node: Path) -> None:
        sent = [item(group.grant, {name: CELLS[name][cell] for name in CELLS}) for cell in given]
        await self.world.town.deliver(group.grant, *sent)
        group.given.append((unit, given))
        for flow in self.flows.values():
            flow.arrive(unit, node)


async def _see_api(town: Played) -> None:
    """The results API at every filter; the page, the files and the open data show the same (tests/web)."""
    municipalities = {path[1] for path in town.paths.values() if len(path) > 2}
    grades = [
        "",
        *sorted({group.path[-2] for group in town.groups if not group.session.counts_in_school}),
        "1-3",
    ]
    for school in ("", *municipalities, *town.paths):
        for language in ("", "fi", "sv") if school not in town.paths else ("",):
            for grade in grades:
                where = {"school": school, "grades": grade, "school_language": language}
                reply = await town.reviewer.get("/api/v1/results/third-place", params=where)
                assert reply.status_code == 200, reply.text
                region = town.region(school, grade, language)
                for one in reply.json()["questions"]:
                    if one["id"] in CELLS and one["counts"]:
                        counts = tuple(one["counts"][cell] for cell in CELLS[one["id"]])
                        table = Table(town.moment, (school, grade, language), one["shown"], counts)
                        town.tables[one["id"]].append((table, region))


_SAID = re.compile(r'<li data-band="(\w+)">')


async def _see_walls(town: Played) -> None:
    """The class walls of closed sessions."""
    for group in town.groups:
        async with town.world.town.db.reading() as tx:
            session = await find_session(tx, group.session.id)
        if session and session.state == State.CLOSED:
            reply = await town.teacher.get(f"/staff/sessions/{session.id}/wall", params={"card": 3})
            if said := _SAID.findall(reply.text):
                assert len(said) == len(CELLS["q3"])
                town.words[group.path] = Words(group.path, tuple(said))


SURFACES: list[Callable[[Played], Awaitable[None]]] = [_see_api, _see_walls]
