"""What the workshop's pages cost with 200 consultations and 5,000 sessions, and the search for pictures.

`python -m tests.bench.workshop` prints it alone.
"""

import asyncio
import re
import tempfile
import time
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from sqlalchemy import insert

from server.domain.people import Role
from server.domain.sessions import State
from server.store.consultations import find_newest_revision
from server.store.schema import sessions
from server.store.staff import Account, insert_account
from server.usecases.compose import publish
from server.web.routes import RULES
from tests.bench.table import print_lines, workshop_lines
from tests.town import poll_content
from tests.web.staff import PASSWORD, World, hashed_cheaply, open_world

_CONSULTATIONS, _SESSIONS = 200, 5000
_READS = 7
_WORDS = ("gunga", "keinu", "bibliotek", "kirjasto", "trygg", "turvallinen", "pulka", "kompis")
# Events never end; files are no pages.
_NO_PAGES = ("/events", ".csv", ".pdf", "/package", "/staff/sign-in", ".js")
_PICTURE, _QUERY = "/staff/polls/{poll}/workshop/picture", "?at=coverEmojiHex"


async def measure_workshop(folder: Path) -> dict[str, Any]:
    """Milliseconds of server time: the slowest page with its address, all pages' median, the slowest search."""
    async with open_world(folder) as world:
        poll = await _fill(world)
        reader = await world.signed_in("Astrid")
        named = {"consultation": poll, "poll": poll, "area": "stad", "question": "q1", "profile": "long", "lang": "sv"}
        asked = [address.format(**named) + _QUERY * (address == _PICTURE) for address in _addresses(named)]
        # What there is nothing for (a card, an app with codes) is not found.
        there = [address for address in asked if (await reader.get(address)).status_code == 200]
        pages = {address: await _read(reader, address) for address in there}
        searches = [
            await _read(reader, f"/staff/polls/{poll}/workshop/picture?at=coverEmojiHex&q={word}") for word in _WORDS
        ]
    assert len(pages) > len(asked) / 2, there
    slowest = max(pages, key=lambda address: pages[address])
    return {
        "pages": len(pages),
        "page_p50_ms": median(pages.values()),
        "slowest": slowest,
        "slowest_ms": pages[slowest],
        "search_ms": max(searches),
    }


def _addresses(named: dict[str, str]) -> list[str]:
    """Every page of staff that such names lead to."""
    found = (path for method, path in RULES if method == "GET" and path.startswith("/staff/"))
    return [
        path
        for path in found
        if not any(part in path for part in _NO_PAGES) and set(re.findall(r"{(\w+)", path)) <= named.keys()
    ]


async def _read(reader: httpx2.AsyncClient, address: str) -> float:
    """The median of some readings, in milliseconds."""
    taken = []
    for _ in range(_READS):
        began = time.perf_counter()
        reply = await reader.get(address)
        taken.append(1000 * (time.perf_counter() - began))
        assert reply.status_code == 200, (address, reply.status_code)
    return median(taken)


async def _fill(world: World) -> str:
    """One of the consultations, with a poll of the same name."""
    town = world.town
    names = [f"poll-{number}" for number in range(_CONSULTATIONS)]
    for name in names:
        await publish(town.db, "stad", {**poll_content(), "id": name})
    schools, grades = ("koivu", "bjork"), ("1", "2", "3", "4", "5", "6")
    places = list(product(names, schools, grades))
    async with town.db.writing() as tx:
        account = Account(
            "p_astrid", "astrid@stad.example", "Astrid", hashed_cheaply(PASSWORD), demo=False, disabled=False
        )
        await insert_account(tx, account, [(role, "stad") for role in Role])
        revisions = {name: await find_newest_revision(tx, name) for name in names}
        rows = [
            {
                "id": f"s_{number}",
                "consultation": name,
                "area": school,
                "grades": grade,
                "counts_in_school": False,
                "revision": revisions[name],
                "profile": "long",
                "state": State.CLOSED.value,
                "link": f"l{number}",
                "children": 20,
                "card": 0,
            }
            for number, (name, school, grade) in enumerate(places * (_SESSIONS // len(places) + 1))
        ]
        await tx.execute(insert(sessions), rows[:_SESSIONS])
    return names[0]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measured = asyncio.run(measure_workshop(Path(folder)))
    print_lines(workshop_lines(measured))


if __name__ == "__main__":
    main()
