"""What reading results costs after ten thousand and after a million responses: it must not grow with them.

The packets and figures of so many responses are written past the responses themselves, through the store.
`python -m tests.bench.results` prints it alone.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import insert

from server.domain.packets import Place, filter_keys
from server.domain.questions import Cells
from server.domain.results import RECEIVED, SHOWN
from server.domain.sessions import State
from server.store.areas import Area, insert_area
from server.store.consultations import find_newest_revision
from server.store.packets import Packet, insert_packets, mark_figures
from server.store.schema import participation, sessions
from tests.bench.table import print_lines, results_lines
from tests.town import NAMES
from tests.web.staff import HOME, World, open_world

_SCHOOLS = 100
_GRADES = ("1", "2", "3", "4", "5", "6")
_READS = 15


@dataclass(frozen=True)
class Size:
    """So many sessions of so many children each."""

    sessions: int
    children: int


SIZES = {"small": Size(600, 17), "large": Size(20_000, 50)}
"""10,200 and 1,000,000 responses, from the same 600 classes."""


async def measure_results(folder: Path) -> dict[str, float]:
    """Milliseconds of server time of the page and the API, at the top and at one school."""
    measured: dict[str, float] = {}
    for name, size in SIZES.items():
        path = folder / name
        path.mkdir()
        async with open_world(path) as world:
            await _fill(world, size)
            reviewer = await world.signed_in("Ritva")
            api = "/api/v1/results/third-place"
            for what, address in (
                ("page", f"{HOME}/results"),
                ("school_page", f"{HOME}/results?school=school-7"),
                ("api", api),
                ("school_api", f"{api}?school=school-7"),
            ):
                taken = []
                for _ in range(_READS):
                    began = time.perf_counter()
                    reply = await reviewer.get(address)
                    taken.append(time.perf_counter() - began)
                    assert reply.status_code == 200, reply.text
                measured[f"{name}_{what}_ms"] = 1000 * median(taken)
    return measured


async def _fill(world: World, size: Size) -> None:
    town = world.town
    async with town.db.writing() as tx:
        for number in range(_SCHOOLS):
            await insert_area(tx, Area(f"school-{number}", "stad", "school", NAMES, "sv" if number % 4 else "fi"))
        revision = await town.revisions.find(await find_newest_revision(tx, town.consultation) or "")
        assert revision
        poll, classes = revision.poll, [*product(range(_SCHOOLS), _GRADES)]
        each = size.sessions // len(classes) + 1
        made = [(number, *classes[number // each]) for number in range(size.sessions)]
        await tx.execute(
            insert(sessions),
            [
                {
                    "id": f"s_{number}",
                    "consultation": town.consultation,
                    "area": f"school-{school}",
                    "grades": grades,
                    "counts_in_school": False,
                    "revision": revision.id,
                    "profile": "long",
                    "state": State.CLOSED.value,
                    "link": f"l{number}",
                    "children": size.children,
                    "card": 0,
                }
                for number, school, grades in made
            ],
        )
        arrived = {"day": 20_000, "arrived": size.children, "late": 0}
        await tx.execute(insert(participation), [{"session": f"s_{number}", **arrived} for number, _, _ in made])
        shown = size.children - 1
        for entry in poll.ledger.values():
            counts: Cells = dict.fromkeys(entry.cells, 0) | {entry.cells[0]: shown}
            places = {
                number: Place(("stad", f"school-{school}"), grades, f"s_{number}", "sv" if school % 4 else "fi")
                for number, school, grades in made
            }
            packets = [Packet(town.consultation, poll.id, entry.id, place, shown, counts) for place in places.values()]
            await insert_packets(tx, packets)
            sums: dict[Place, int] = {}
            for place in places.values():
                assert place.parent
                sums[place.parent] = sums.get(place.parent, 0) + 1
            for node, number in sums.items():
                cells = {cell: value * number for cell, value in {**counts, SHOWN: shown, RECEIVED: shown + 1}.items()}
                await mark_figures(tx, town.consultation, poll.id, entry.id, filter_keys(node), cells)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measured: dict[str, Any] = asyncio.run(measure_results(Path(folder)))
    print_lines(results_lines(measured))


if __name__ == "__main__":
    main()
