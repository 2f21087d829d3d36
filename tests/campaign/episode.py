"""One episode from its seed to its reckoning. Knows what must be true at the end, not how it is brought about."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.proxy import open_proxy
from tests.campaign.director import STEPS, Director
from tests.campaign.disk import Disk
from tests.campaign.host import Host, Zygote
from tests.campaign.ledger import Ledger
from tests.campaign.network import Network
from tests.campaign.platter import find_sqlite
from tests.campaign.tablet import Tablet
from tests.copies import lay_out
from tests.web.demo import make_demo

_CONSULTATION = "third-place"
_RETURN_EVERY = 28


@dataclass(frozen=True)
class Plan:
    """What an episode is to be; `name` is its seed, `only` are the names of its steps where not all are taken."""

    name: str
    steps: int = len(STEPS)
    classes: int = 5
    tablets: int = 12
    browsers: int = 0
    crowd: int = 300
    only: tuple[str, ...] = ()
    planted: str = ""
    tablet: type[Tablet] = Tablet


@dataclass
class Outcome:
    """`met` says how often each fault happened."""

    confirmed: int = 0
    requests: int = 0
    seconds: float = 0.0
    turns_in_browsers: int = 0
    recoveries_ms: list[int] = field(default_factory=list)
    recoveries_cpu_ms: list[int] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


@contextmanager
def open_stage(plan: Plan, zygote: Zygote) -> Iterator[Director]:
    """A town of its own with its server running, on a disk and behind a network that can fail."""
    rng = random.Random(plan.name)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tyck-campaign-")))
        disk = Disk(folder / "disk").mount()
        stack.callback(disk.unmount)
        data = disk.folder / "data"
        lay_out(make_demo, data)
        platter = folder / "platter" if find_sqlite() else None
        host = Host(data, zygote=zygote, planted=plan.planted, platter=platter)
        stack.callback(host.kill)
        network = Network(host.port, rng=random.Random(rng.random()))
        stack.enter_context(open_proxy(host.port, network))
        director = Director(
            host, network, disk, Ledger(data), rng, Counter(), folder, plan.tablet, crowd_of=plan.crowd, only=plan.only
        )
        director.start(plan.classes, plan.tablets)
        for number in range(plan.browsers):
            director.add_browser(f"browser-{number}")
        stack.callback(director.end_browsers)
        yield director


def play_episode(plan: Plan, zygote: Zygote) -> Outcome:
    """Random steps, then the reckoning."""
    started = time.monotonic()
    with open_stage(plan, zygote) as director:
        for number in range(plan.steps):
            if number % _RETURN_EVERY == _RETURN_EVERY // 2 and not plan.only:
                director.return_of_many()
            director.step()
            if director.problems:
                break
        _reckon(director)
    spoiled = Counter({f"network: {name}": n for name, n in director.network.named.items() if name != "none"})
    return Outcome(
        confirmed=director.ledger.confirmed,
        requests=director.network.named.total(),
        seconds=time.monotonic() - started,
        turns_in_browsers=sum(browser.turns for browser in director.browsers),
        recoveries_ms=director.host.recoveries_ms,
        recoveries_cpu_ms=director.host.recoveries_cpu_ms,
        met=+director.met + spoiled,
        problems=director.problems,
    )


def _reckon(director: Director) -> None:
    ledger, host = director.ledger, director.host
    director.drain()
    director.check("when lessons are over")
    for session in list(director.classes)[::2]:
        director.ask_staff(session, "close")
    director.play()
    director.restore()
    director.drain()
    for session in list(director.classes)[::2]:
        # Whoever could close it again would draw other answers.
        director.ask_staff(session, "close")
    director.check("after closing")
    for session in director.classes:
        director.decide(session)
    director.freeze(_CONSULTATION)
    ledger.note_freeze()
    director.check("after the freeze")
    for _ in range(4):
        director.play()
        director.deliver()
    director.drain()
    director.check("after late answers")
    director.restore()
    director.drain()
    director.check("after the freeze and a restore")
    host.stop()
