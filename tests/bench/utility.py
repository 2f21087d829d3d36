"""How much of the demo town's answers the disclosure rule lets be seen, and how far shown shares lie from all answers.

`python -m tests.bench.utility` prints it alone.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

from server.demo_town.children import Class, invent
from server.demo_town.schools import SCHOOLS
from server.domain.questions import Cells, Question
from server.domain.responses import Response, contributions
from server.domain.results import Figure, sum_up
from server.domain.sessions import counts_in_school, grades_key
from server.live import Live
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions, find_newest_revision
from server.store.database import Database
from server.store.packets import list_figures
from server.usecases.compose import publish
from tests.bench.table import print_lines, utility_lines
from tests.copies import make_sqlite, sqlite_url
from tests.town import NAMES, Town, item, poll_content

_SEED = 7
Node = tuple[str, str]
"""A school ('' for all) and grades ('' for all)."""
Given = dict[Node, dict[str, list[Cells]]]


async def measure_utility(folder: Path) -> dict[str, float]:
    """Plays the town through the use cases, late answers and special groups too, and freezes it."""
    await make_sqlite(folder)
    db = Database(sqlite_url(folder))
    revisions = Revisions(db)
    ids = {school.name: f"school-{number}" for number, school in enumerate(SCHOOLS)}
    async with db.writing() as tx:
        await insert_area(tx, Area("town", None, "municipality", NAMES, "sv"))
        for school in SCHOOLS:
            name = {"sv": school.name, "fi": school.name}
            await insert_area(tx, Area(ids[school.name], "town", "school", name, school.language))
    town = Town(db, revisions, Live(), await publish(db, "town", poll_content()))
    async with db.reading() as tx:
        revision = await revisions.find(await find_newest_revision(tx, town.consultation) or "")
    assert revision
    given: Given = defaultdict(lambda: defaultdict(list))
    for one in invent(revision.poll, _SEED, len(SCHOOLS), ideas=0):
        await _play(town, ids[one.group.school.name], one, given)
    await town.freeze()
    async with db.reading() as tx:
        found = {area: await list_figures(tx, town.consultation, area, "") for area in ("", *ids.values())}
    await db.close()
    entries = list(revision.poll.ledger.values())
    return {
        name: value
        for level, nodes in _levels(given).items()
        for name, value in _told(level, nodes, found, entries, given, revision.poll.id)
    }


async def _play(town: Town, school: str, one: Class, given: Given) -> None:
    group = one.group
    session = await town.session(school, group.grades, special=group.special)
    grant = await town.tablet(session)
    revision = await town.revisions.find(session.revision)
    assert revision
    sent = [(item(grant, child.answers, lang=child.lang, end=child.end), child.is_late) for child in one.children]
    await town.deliver(grant, *(body for body, is_late in sent if not is_late))
    await town.close(session)
    await town.deliver(grant, *(body for body, is_late in sent if is_late))
    responses = [Response("", child.lang, child.answers, child.end) for child in one.children]
    in_school = group.special or counts_in_school(group.grades)
    for entry, added in contributions(revision.poll.asked(session.profile), responses).items():
        for node in {("", ""), (school, ""), (school, "" if in_school else grades_key(group.grades))}:
            given[node][entry] += added


def _levels(given: Given) -> dict[str, list[Node]]:
    return {
        "grade": [node for node in given if node[1]],
        "school": [node for node in given if node[0] and not node[1]],
        "municipality": [("", "")],
    }


def _told(
    level: str, nodes: list[Node], found: dict[str, list[Figure]], entries: list[Question], given: Given, poll: str
) -> Iterator[tuple[str, float]]:
    """The share of the level's answers that its tables show, and by how many hundredths a shown share is off."""
    there = visible = 0
    off: list[float] = []
    for area, grades in nodes:
        here = [figure for figure in found[area] if figure.grades == grades]
        for entry in entries:
            all_of_them = given[area, grades][entry.id]
            there += len(all_of_them)
            result = sum_up(poll, entry, here)
            if result.counts is None or result.shown is None:
                continue
            visible += result.shown
            if entry.kind in ("single_choice", "smiley", "yes_maybe_no", "place"):
                for cell in entry.cells:
                    true = sum(cells.get(cell, 0) for cells in all_of_them) / len(all_of_them)
                    off.append(100 * abs(result.counts[cell] / result.shown - true))
    yield f"{level}_visible", visible / there
    yield f"{level}_off_mean", mean(off) if off else 0
    yield f"{level}_off_most", max(off, default=0)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measured: dict[str, Any] = asyncio.run(measure_utility(Path(folder)))
    print_lines(utility_lines(measured))


if __name__ == "__main__":
    main()
