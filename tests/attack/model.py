"""What an attacker knows: the rule, how many children answered where and when, and every table ever served.

The rule decides by numbers alone, so whoever knows the numbers knows which packets there are, how large they are and
from whom; what they do not know are the answers. This reckons that from docs/privacy.md, past the product's own code,
and writes it down as equations over "how many of these children chose that" (`unknowns`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

Path = tuple[str, ...]
"""A node: from the top down to a school, then perhaps grades, then perhaps a session."""
NEEDED = {False: (6, 5, 1), True: (12, 10, 2)}
"""Answers a packet needs, shows and holds back; by whether the question is sensitive."""
BANDS = {"most": (50, 100), "many": (30, 50), "some": (10, 30), "few": (-1, 10)}
"""A share is above the first percentage and not above the second."""


@dataclass(frozen=True)
class Unit:
    """Children whose answers came together: those of a session in time, or those of a moment after its closing."""

    home: Path
    size: int
    late: int | None = None


@dataclass(frozen=True)
class Close:
    """A node that closed: what came in, from units and from closings before it; whether it made a packet."""

    node: Path
    moment: int
    units: tuple[Unit, ...]
    below: tuple["Close", ...]
    packet: int

    @cached_property
    def origins(self) -> tuple[Unit, ...]:
        return tuple(dict.fromkeys((*self.units, *(unit for one in self.below for unit in one.origins))))


@dataclass
class Flow:
    """Follows the numbers of one question's answers up the tree."""

    sensitive: bool
    units: list[Unit] = field(default_factory=list)
    closed: list[Close] = field(default_factory=list)
    _waiting: dict[Path, list[Unit | Close]] = field(default_factory=lambda: defaultdict(list))

    def arrive(self, unit: Unit, node: Path) -> None:
        self.units.append(unit)
        self._waiting[node].append(unit)

    def close(self, node: Path, moment: int) -> None:
        """As rule 2 and 3 of docs/privacy.md say."""
        there = self._waiting.pop(node, [])
        needed, _, held = NEEDED[self.sensitive]
        number = sum(one.size if isinstance(one, Unit) else self._moved(one) for one in there)
        made = Close(
            node,
            moment,
            tuple(one for one in there if isinstance(one, Unit)),
            tuple(one for one in there if isinstance(one, Close)),
            number - held if number >= needed else 0,
        )
        self.closed.append(made)
        if len(node) > 1 and number:
            self._waiting[node[:-1]].append(made)

    def freeze(self, moment: int) -> None:
        while open_ones := [node for node in self._waiting if self._waiting[node]]:
            self.close(max(open_ones, key=len), moment)

    def _moved(self, one: Close) -> int:
        return sum(unit.size for unit in one.units) + sum(map(self._moved, one.below)) - one.packet


@dataclass(frozen=True)
class Table:
    """One question's numbers as some surface showed them at a moment; `where` holds school, grades and language."""

    moment: int
    where: tuple[str, str, str]
    shown: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Words:
    """A class wall: each cell's share of a session's packet, or of `everybody`, which would be a leak."""

    session: Path
    bands: tuple[str, ...]
    everybody: bool = False


Region = frozenset[Path]


class Attack:
    """The equations of one question, and what follows from them. `cells` is how many options it has."""

    def __init__(self, flow: Flow, cells: int) -> None:
        self._flow = flow
        self._cells = cells
        self._index: dict[tuple[object, ...], int] = {}
        self._rows: list[tuple[dict[int, float], float, float]] = []
        for unit in flow.units:
            self._equal(self._all("x", unit), unit.size)
        for one in flow.closed:
            for unit in one.origins:
                for cell in range(cells):
                    parts = {self._at("p", one, unit, cell): -1.0, self._at("m", one, unit, cell): -1.0}
                    if unit in one.units:
                        parts[self._at("x", unit, cell)] = 1.0
                    for before in one.below:
                        if unit in before.origins:
                            parts[self._at("m", before, unit, cell)] = 1.0
                    self._equal(parts, 0)
            self._equal({k: v for unit in one.origins for k, v in self._all("p", one, unit).items()}, one.packet)

    def learn(self, table: Table, region: Region) -> None:
        """What a table says of the packets, or of the children, in its region."""
        packets = [one for one in self._flow.closed if one.moment <= table.moment and _is_in(one.node, region)]
        came = [unit for unit in self._flow.units if self._arrival(unit) <= table.moment]
        units = [unit for unit in came if _is_in(unit.home, region)]
        for cell, number in enumerate(table.counts):
            everybody = {self._at("x", unit, cell): 1.0 for unit in units}
            if table.shown == sum(one.packet for one in packets):
                shown = {self._at("p", one, unit, cell): 1.0 for one in packets for unit in one.origins}
                self._equal(shown, number)
            elif table.shown == sum(unit.size for unit in units):
                self._equal(everybody, number)
            else:
                self._rows.append((everybody, number, np.inf))

    def hear(self, words: Words) -> None:
        """What a class wall says."""
        units = [unit for unit in self._flow.units if unit.home == words.session and unit.late is None]
        (closed,) = (one for one in self._flow.closed if one.node == words.session)
        of, whole = ("p", closed.packet) if not words.everybody else ("x", sum(unit.size for unit in units))
        for cell, band in enumerate(words.bands):
            above, most = BANDS[band]
            about = [(of, closed, unit, cell) if of == "p" else (of, unit, cell) for unit in units]
            self._rows.append(
                ({self._at(*one): 1.0 for one in about}, above * whole // 100 + 1, most * whole // 100),
            )

    def bounds(self, units: Iterable[Unit], cell: int) -> tuple[int, int]:
        """The least and the most of these children who can have chosen the cell."""
        aim = np.zeros(len(self._index))
        for unit in units:
            aim[self._index["x", unit, cell]] = 1
        matrix, low, high = self._solved
        most = np.array([self._most(key) for key in self._index])
        found = []
        for sign in (1, -1):
            answer = milp(
                sign * aim,
                constraints=LinearConstraint(matrix, low, high),
                integrality=np.ones_like(aim),
                bounds=Bounds(0, most),
            )
            assert answer.success, answer.message
            found.append(round(sign * answer.fun))
        return found[0], found[1]

    @cached_property
    def _solved(self) -> tuple[object, np.ndarray, np.ndarray]:
        rows = list({(tuple(sorted(parts.items())), low, high) for parts, low, high in self._rows})
        matrix = lil_matrix((len(rows), len(self._index)))
        for number, (parts, _, _) in enumerate(rows):
            for column, factor in parts:
                matrix[number, column] = factor
        return matrix.tocsr(), np.array([row[1] for row in rows]), np.array([row[2] for row in rows])

    def _arrival(self, unit: Unit) -> int:
        """The moment from which tables count them as received."""
        closed = (one.moment for one in self._flow.closed if one.node == unit.home)
        return next(closed) if unit.late is None else unit.late

    def _most(self, key: tuple[object, ...]) -> int:
        (unit,) = (part for part in key if isinstance(part, Unit))
        return unit.size

    def _at(self, *key: object) -> int:
        return self._index.setdefault(key, len(self._index))

    def _all(self, *key: object) -> dict[int, float]:
        return {self._at(*key, cell): 1.0 for cell in range(self._cells)}

    def _equal(self, parts: dict[int, float], number: float) -> None:
        self._rows.append((parts, number, number))


def _is_in(node: Path, region: Region) -> bool:
    """Whether a node is one of a region's, or below one."""
    return any(node[: len(top)] == top for top in region)


def subtract(tables: Sequence[tuple[Table, Region]], shown: int) -> list[tuple[Table, Table]]:
    """Pairs of tables of which one holds the other, now or later, and the rest is of fewer than `shown` children."""
    found = []
    for small, inner in tables:
        for large, outer in tables:
            rest = large.shown - small.shown
            if small.moment <= large.moment and 0 < rest < shown and all(_is_in(node, outer) for node in inner):
                found.append((small, large))
    return found
