"""Reckons what a load needs from what one request of each kind costs: deterministic, and an extrapolation wherever the
numbers are larger than what was measured. Knows no server.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Costs = Mapping[str, float]
"""Milliseconds of processor time by kind."""

_PART_OF = {"pictures": ("download", 1.0), "not newer": ("page", 0.2), "teacher's page": ("fragment", 2.0)}
"""Kinds of request as part of what was measured together: a page asks for five things; a teacher's page is the fragment
and about as much again.
"""
_REQUESTS = ("join", "empty sync", "sync", "fragment")
LOAD = 0.6
"""How busy processors may be reckoned to be: above it, waiting grows faster than load."""
_DRAWN = 40_000


def work_ms(counted: Mapping[str, float], costs: Costs) -> float:
    """The processor time that so many requests of each kind need, without what an idle server uses."""
    total = 0.0
    for kind, number in counted.items():
        bundle, part = _PART_OF.get(kind, (kind, 1.0))
        total += number * part * costs.get(bundle, 0.0)
    return total


def curve(moments: Iterable[tuple[str, int, int]], costs: Costs, bin_s: float) -> list[float]:
    """How many processors are busy in each `bin_s` seconds, reckoned from the requests counted in each."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for kind, at, number in moments:
        counted[at][kind] += number
    idle = costs.get("idle", 0.0) / 1000
    return [idle + work_ms(counted[at], costs) / 1000 / bin_s for at in range(max(counted, default=-1) + 1)]


@dataclass(frozen=True)
class ClassCost:
    """Processor seconds of one class of tablets: at the start of its lesson, and for each minute after."""

    start_s: float
    minute_s: float

    def whole_s(self, minutes: float) -> float:
        return self.start_s + minutes * self.minute_s


def class_cost(
    counted: Mapping[str, int], costs: Costs, classes: int, minutes: float, *, edge: bool = False
) -> ClassCost:
    """The mean of the classes that were played; with `edge`, booklets and pictures come from elsewhere."""
    begins = {kind: counted.get(kind, 0) for kind in ("join", "pictures")}
    if edge:
        begins.pop("pictures")
    goes_on = {kind: counted.get(kind, 0) for kind in ("empty sync", "sync", "fragment", "not newer", "teacher's page")}
    if edge:
        goes_on.pop("not newer")
    each = 1000 * classes
    return ClassCost(work_ms(begins, costs) / each, work_ms(goes_on, costs) / each / minutes)


def waits(counted: Mapping[str, int], costs: Costs, processors: int, busy: float, seed: int = 1) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds, from a request's coming to its answer: requests come by chance
    (Poisson), in one queue, and each needs its kind's time on one of the processors, which are `busy` for such a part.
    """
    rng = random.Random(seed)
    kinds = [kind for kind in _REQUESTS if counted.get(kind)]
    weights = [counted[kind] for kind in kinds]
    mean = sum(w * costs[kind] for kind, w in zip(kinds, weights, strict=True)) / sum(weights)
    free, now = [0.0] * processors, 0.0
    took = []
    for kind in rng.choices(kinds, weights, k=_DRAWN):
        now += rng.expovariate(busy * processors / mean)
        starts = max(now, heapq.heappop(free))
        heapq.heappush(free, starts + costs[kind])
        took.append(starts + costs[kind] - now)
    took.sort()
    return took[_DRAWN // 2], took[_DRAWN * 99 // 100]


def country(cost: ClassCost, classes: int, lesson_min: float, starts: Sequence[tuple[float, float]]) -> list[float]:
    """Processors needed in each minute, when parts of the classes start at these minutes and settle within three."""
    ends = max(minute for minute, _ in starts) + 3 + lesson_min
    needed = [0.0] * (int(ends) + 1)
    for minute, part in starts:
        for late in range(3):
            some = classes * part / 3
            began = int(minute) + late
            needed[began] += some * cost.start_s / 60
            for at in range(began, min(int(began + lesson_min), len(needed))):
                needed[at] += some * cost.minute_s / 60
    return needed


def queue_s(needed: Sequence[float], processors: float) -> float:
    """The longest wait in seconds where so many processors serve what is needed minute by minute."""
    behind = worst = 0.0
    for each in needed:
        behind = max(0.0, behind + (each - processors) * 60)
        worst = max(worst, behind / processors)
    return worst
