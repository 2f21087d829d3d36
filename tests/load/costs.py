"""What one request of each kind costs the server in processor time, each kind alone, on classes of its own."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from tests.bench.processes import Served
from tests.load.books import Books
from tests.load.gauge import used
from tests.load.line import Figures
from tests.load.morning import Class
from tests.load.tablet import Clock, Room, Tablet
from tests.load.teacher import Teacher

SPARE = 8
"""Classes that are measured on."""
_CONNECTIONS = 4
_IDLE_S = 4.0
_BATCH = 10
_TABLETS, _FEW, _LOOKS = 160, 24, 200


async def measure_costs(
    server: Served, classes: Sequence[Class], books: Books, above: Sequence[int]
) -> dict[str, float]:
    """Milliseconds of processor time by kind, of the server and of the database below the processes `above`; "idle" is
    in milliseconds a second.
    """
    clock, figures = Clock(speed=0.001), Figures()
    rooms = [Room(each, server.port, clock, figures, books) for each in classes]

    def busy() -> float:
        return sum(used(each).cpu_s for each in (server.pid, *above))

    before = busy()
    await asyncio.sleep(_IDLE_S)
    idle = (busy() - before) / _IDLE_S
    costs = {"idle": idle * 1000}

    async def cost(kind: str, steps: Sequence[Callable[[], Awaitable[object]]]) -> None:
        began, before = asyncio.get_running_loop().time(), busy()
        left = iter(steps)

        async def some() -> None:
            for step in left:
                await step()

        await asyncio.gather(*(some() for _ in range(_CONNECTIONS)))
        took = asyncio.get_running_loop().time() - began
        costs[kind] = max(0.0, busy() - before - idle * took) / len(steps) * 1000

    tablets = [Tablet(rooms[n % len(rooms)], random.Random(n), 0.0) for n in range(_TABLETS)]
    few = tablets[:_FEW]
    await cost("join", [tablet.join for tablet in tablets])
    await cost("download", [tablet.download for tablet in few])
    await cost("page", [tablet.look_for_newer for tablet in few * 5])
    await cost("empty sync", [partial(tablet.deliver, []) for tablet in tablets * 3])
    await cost("sync", [partial(_sync, tablet, 1) for tablet in tablets * 3])
    await cost("sync of 10", [partial(_sync, tablet, _BATCH) for tablet in tablets])
    teachers = [(Teacher(room), room.line()) for room in rooms]
    looks = [teachers[n % SPARE] for n in range(_LOOKS)]
    await cost("fragment", [partial(teacher.fetch, "fragment", "/progress", line) for teacher, line in looks])
    for tablet in tablets:
        while tablet.outbox:
            await tablet.deliver([*tablet.outbox.values()][:50])
        tablet.line.close()
    return costs


async def wake(server: Served, classes: Sequence[Class]) -> None:
    """Has the server make once what it makes once: its key for files, each booklet, each packed file."""
    for each in {each.edition: each for each in classes}.values():
        tablet = Tablet(Room(each, server.port, Clock(1), Figures(), Books()), random.Random(0))
        await tablet.join()
        await tablet.download()
        tablet.line.close()


async def _sync(tablet: Tablet, items: int) -> None:
    for _ in range(items):
        tablet.confirm()
    tablet.plan(None)
    await tablet.deliver([*tablet.outbox.values()][:items])
