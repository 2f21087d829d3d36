"""The laws of docs/privacy.md on random towns, by the rule alone: fast enough for very many of them."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from server.domain.packets import (
    ORDINARY,
    SENSITIVE,
    FilterKey,
    Place,
    Threshold,
    filter_keys,
    parents_last,
    release,
)

SCHOOLS = {
    ("stad", "a"): "sv",
    ("stad", "b"): "fi",
    ("stad", "vasa", "c"): "sv",
    ("stad", "vasa", "d"): "fi",
    ("stad", "malax", "e"): "sv",
}
Answer = tuple[int, str]
"""A child and what it chose: only the test knows who."""


@dataclass
class Books:
    """Waiting answers, packets and figures, kept as the use cases keep them."""

    limit: Threshold
    rng: random.Random
    waiting: dict[Place, list[Answer]] = field(default_factory=lambda: defaultdict(list))
    packets: list[tuple[Place, list[Answer]]] = field(default_factory=list)
    figures: dict[FilterKey, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    gone: list[Answer] = field(default_factory=list)

    def close(self, place: Place) -> None:
        there = self.waiting.pop(place, [])
        before = {key: Counter(cells) for key, cells in self.figures.items()}
        made = release(len(there), self.limit, self.rng)
        if made.packet:
            packet = [there[index] for index in made.packet]
            self.packets.append((place, packet))
            for key in filter_keys(place):
                self.figures[key].update(choice for _, choice in packet)
        moved = [there[index] for index in made.moved]
        if place.parent:
            self.waiting[place.parent] += moved
        else:
            self.gone += moved
        assert all(self.figures[key] >= cells for key, cells in before.items()), "A figure decreased."

    def freeze(self) -> None:
        while remaining := [place for place, there in self.waiting.items() if there]:
            self.close(parents_last(remaining)[0])

    def answers(self) -> Counter[Answer]:
        there = [*self.waiting.values(), *(packet for _, packet in self.packets), self.gone]
        return Counter(answer for group in there for answer in group)


sessions = st.tuples(
    st.sampled_from(list(SCHOOLS)),
    st.sampled_from(["", "1-2", "3", "4"]),
    st.lists(st.sampled_from("xyz-"), max_size=20),
)


@given(
    st.lists(sessions, max_size=9),
    st.sampled_from([ORDINARY, SENSITIVE]),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from("xyz")), max_size=6),
    st.integers(0, 2**32),
)
def test_whatever_the_town_and_the_order_the_laws_hold(
    town: list[tuple[tuple[str, ...], str, list[str]]],
    limit: Threshold,
    late: list[tuple[int, str]],
    seed: int,
) -> None:
    rng = random.Random(seed)
    books = Books(limit, rng)
    places = [Place(school, grades, f"s_{number}", SCHOOLS[school]) for number, (school, grades, _) in enumerate(town)]
    given_: list[Answer] = []

    def give(place: Place, choice: str) -> None:
        given_.append((len(given_), choice))
        books.waiting[place].append(given_[-1])

    for place, (_, _, choices) in zip(places, town, strict=True):
        for choice in choices:
            # "-" is a skip: no answer.
            if choice != "-":
                give(place, choice)
    order = rng.sample(places, len(places))
    for place in order:
        books.close(place)
        assert books.answers() == Counter(given_)
    for number, choice in late:
        if number < len(places):
            above = places[number].parent
            assert above
            give(above, choice)
    books.freeze()
    assert books.answers() == Counter(given_), "An answer was lost, or stands in two places."
    assert all(len(packet) >= limit.shown for _, packet in books.packets)
    for key in {key for place, _ in books.packets for key in filter_keys(place)}:
        recounted = Counter(
            choice for place, packet in books.packets if key in filter_keys(place) for _, choice in packet
        )
        assert books.figures[key] == recounted
    assert len(books.gone) == limit.held or not any(place.parent is None for place, _ in books.packets)


@given(st.sampled_from(list(SCHOOLS)), st.sampled_from(["", "1-2", "3"]))
def test_a_packet_counts_in_every_area_above_it_and_in_no_other(school: tuple[str, ...], grades: str) -> None:
    keys = filter_keys(Place(school, grades, "s_1", SCHOOLS[school]))
    assert {area for area, _, _ in keys} == {"", *school[1:]}
    assert {language for _, _, language in keys} == {"", SCHOOLS[school]}
    assert {spoken for _, spoken, _ in keys} == {"", grades}
