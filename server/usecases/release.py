"""Answers leave a node: into a packet, or one level up. The only caller of the disclosure rule on stored answers."""

import random
from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.areas import PLACES
from server.domain.packets import Place, count, filter_keys, release, threshold
from server.domain.questions import TYPED, Cells, Question
from server.domain.results import RECEIVED, SHOWN, SKIPPED
from server.store import packets
from server.store.areas import Area, list_path_down_in

_RNG = random.SystemRandom()


def place_in(known: Mapping[str, Area], top: str, area: str, grades: str = "", session: str = "") -> Place:
    """Where a node of an area ('' for `top`, the consultation's own) stands."""
    areas = list_path_down_in(known, top, area or top)
    last = known[areas[-1]]
    return Place(areas, grades, session, language=last.language if last.kind in PLACES else "")


async def release_answers(
    db: AsyncConnection, consultation: str, poll: str, entry: Question, place: Place, added: Sequence[Cells]
) -> None:
    """Closes `place` for one entry of the ledger: a packet if enough answers wait there, the rest to its parent.

    `added` holds what each answer adds. What is left at the top has no parent and is gone for good.
    """
    typed = [index for index, cells in enumerate(added) if TYPED in cells]
    divided = release(len(added), threshold(entry), _RNG, typed)
    if divided.packet:
        counts = count(entry, [added[index] for index in divided.packet])
        shown = len(divided.packet)
        await packets.insert_packets(db, [packets.Packet(consultation, poll, entry.id, place, shown, counts)])
        keys = filter_keys(place)
        await packets.mark_figures(db, consultation, poll, entry.id, keys, {**counts, SHOWN: shown})
    if place.parent:
        moved = [added[index] for index in divided.moved]
        await packets.insert_waiting(db, consultation, poll, entry.id, place.parent, moved)


async def receive_answers(
    db: AsyncConnection, consultation: str, poll: str, entry: Question, place: Place, number: int, skipped: int
) -> None:
    """Counts how many answers to an entry of the ledger have come in from a place, shown or not, and who gave none."""
    if cells := {cell: value for cell, value in ((RECEIVED, number), (SKIPPED, skipped)) if value}:
        await packets.mark_figures(db, consultation, poll, entry.id, filter_keys(place), cells)
