"""The attack from outside: nothing ever served lets anybody work out what fewer than five answered, or that all agreed.

Subtraction, and integer programming with HiGHS over everything an attacker can know: the rule, every table of every
surface at every moment, and how many children answered where (docs/privacy.md, "To check it").
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest

from server.store.areas import Area, insert_area
from server.store.consultations import insert_revision
from server.usecases.compose import revision_id
from tests.attack.model import NEEDED, Table, Unit, Words, subtract
from tests.attack.played import CELLS, SENSITIVE, Played
from tests.town import NAMES, NOW, poll_content
from tests.web.staff import open_world

Story = Callable[[Played], Awaitable[None]]
PATHS = {"koivu": ("stad", "koivu"), "bjork": ("stad", "bjork")}
LANGUAGES = {"koivu": "fi", "bjork": "sv"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Played]:
    async with open_world(tmp_path) as world:
        content = deepcopy(poll_content())
        content["questions"][3]["sensitive"] = True
        async with world.town.db.writing() as tx:
            await insert_revision(tx, revision_id("third-place", content), "third-place", content, NOW)
        reviewer, teacher = await world.signed_in("Ritva"), await world.signed_in("Mika")
        yield Played(world, reviewer, teacher, dict(PATHS), dict(LANGUAGES))


async def few_beside_many(town: Played) -> None:
    """Three children of grade 3 beside a class, another school that closes in between, and two who come late."""
    first = await town.start("koivu", (1, 2), [0] * 5 + [1] * 2)
    few = await town.start("koivu", (3,), [2, 2, 0])
    other = await town.start("bjork", (1, 2), [0, 1, 2, 0, 1, 2])
    await town.close(few)
    await town.close(first)
    await town.late(few, [1, 1])
    await town.close(other)
    await town.freeze()


async def all_agree(town: Played) -> None:
    """Every child everywhere chooses the same."""
    for school, grades, number in (("koivu", (1, 2), 7), ("koivu", (3,), 13), ("bjork", (1, 2), 6), ("bjork", (3,), 2)):
        await town.close(await town.start(school, grades, [1] * number))
    await town.freeze()


async def special_groups(town: Played) -> None:
    """Small groups that count in their school, beside a class."""
    for number in (2, 4):
        await town.close(await town.start("koivu", (1, 2), [0] * number, special=True))
    await town.close(await town.start("koivu", (1, 2), [1] * 9))
    await town.close(await town.start("bjork", (1, 3, 5), [2] * 5))
    await town.freeze()


async def joint(town: Played) -> None:
    """Two municipalities below a joint consultation, one of them with very few children."""
    async with town.world.town.db.writing() as tx:
        for name, schools in (("vasa", ("vasa-a", "vasa-b")), ("malax", ("malax-a",))):
            await insert_area(tx, Area(name, "stad", "municipality", NAMES, "sv"))
            for school in schools:
                await insert_area(tx, Area(school, name, "school", NAMES, "fi"))
                town.paths[school], town.languages[school] = ("stad", name, school), "fi"
    for school, number in (("vasa-a", 8), ("vasa-b", 4), ("malax-a", 3), ("koivu", 5)):
        await town.close(await town.start(school, (1, 2), [number % 3] * number))
    await town.freeze()


def by_chance(seed: int) -> Story:
    """Sessions of any size that close in any order, some late answers, little variety."""

    async def story(town: Played) -> None:
        rng = random.Random(seed)
        waiting = []
        for _ in range(rng.randint(3, 5)):
            wanted = rng.choice([[0], [0, 0, 0, 1], [0, 1, 2]])
            given = [rng.choice(wanted) for _ in range(rng.choice([1, 2, 3, 5, 6, 7, 12, 13]))]
            grades = rng.choice([(1, 2), (3,), (3,)])
            waiting.append(await town.start(rng.choice(["koivu", "bjork"]), grades, given))
        rng.shuffle(waiting)
        for group in waiting[1:]:
            await town.close(group)
            if rng.random() < 0.3:
                await town.late(group, [rng.choice([0, 1])] * rng.randint(1, 3))
        await town.freeze()

    return story


STORIES: dict[str, Story] = {each.__name__: each for each in (few_beside_many, all_agree, special_groups, joint)}
STORIES |= {f"by_chance_{seed}": by_chance(seed) for seed in range(3)}


def derived(town: Played) -> list[str]:
    """What an attacker finds out of what must stay unknown; empty when the rule holds."""
    found = []
    for question, sensitive in SENSITIVE.items():
        shown = NEEDED[sensitive][1]
        found += [f"{question}: {large} - {small}" for small, large in subtract(town.tables[question], shown)]
        attack = town.attack(question)
        for units, counts in town.truth:
            size = sum(unit.size for unit in units)
            for cell, number in enumerate(counts):
                if size >= shown and number < size:
                    continue
                least, most = attack.bounds(units, cell)
                assert least <= number <= most, "The attacker's equations are wrong."
                if number == size == least:
                    found.append(f"{question}: all {size} of {units[0].home} chose {CELLS[question][cell]}")
                elif size < shown and least == most:
                    found.append(f"{question}: {number} of {size} of {units[0].home} chose {CELLS[question][cell]}")
    return found


@pytest.mark.parametrize("story", STORIES)
async def test_nothing_that_was_ever_served_tells_of_few_or_of_all(town: Played, story: str) -> None:
    await STORIES[story](town)
    assert derived(town) == []


def _exactly(town: Played, table: Table, school: str, grades: str, language: str) -> Table:
    """The same table with every answer that had arrived by then."""
    inside = [tuple(node) for node in town.region(school, grades, language)]
    came = [
        choices
        for group in town.groups
        for unit, choices in group.given
        if _has_come(town, unit, table.moment) and any(unit.home[: len(node)] == node for node in inside)
    ]
    counts = tuple(sum([*choices].count(cell) for choices in came) for cell in range(3))
    return replace(table, counts=counts, shown=sum(counts))


def _has_come(town: Played, unit: Unit, moment: int) -> bool:
    if unit.late is not None:
        return unit.late <= moment
    return any(one.node == unit.home and one.moment <= moment for one in town.flows["q3"].closed)


def plain_threshold(town: Played) -> None:
    """Every group of five or more is shown as it is."""
    for question, seen in town.tables.items():
        whole = [(_exactly(town, table, *table.where), region) for table, region in seen]
        town.tables[question] = [
            (table, region) for table, region in whole if table.shown >= NEEDED[SENSITIVE[question]][1]
        ]


def total_with_the_held(town: Played) -> None:
    """Only the whole town's last total holds the answers that were held back for good."""
    for question, seen in town.tables.items():
        town.tables[question] = [
            (
                _exactly(town, table, *table.where)
                if (table.where, table.moment) == (("", "", ""), town.moment)
                else table,
                region,
            )
            for table, region in seen
        ]


def wall_of_everybody(town: Played) -> None:
    """The class wall says what share of all answers each option got."""
    for group in town.groups:
        if group.path in town.words:
            (_, choices), *_ = group.given
            shares = [100 * [*choices].count(cell) / len(choices) for cell in range(3)]
            bands = tuple("most" if x > 50 else "many" if x > 30 else "some" if x > 10 else "few" for x in shares)
            town.words[group.path] = Words(group.path, bands, everybody=True)


@pytest.mark.parametrize(
    ("leak", "story"),
    [(plain_threshold, few_beside_many), (total_with_the_held, all_agree), (wall_of_everybody, all_agree)],
)
async def test_the_attack_finds_a_leak_that_is_there(
    town: Played, leak: Callable[[Played], None], story: Story
) -> None:
    await story(town)
    leak(town)
    assert derived(town)
