"""Answers leave a node: into a packet, or one level up. The only caller of the disclosure rule on stored answers."""

import random
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.packets import Place, count, filter_keys, release, threshold
from server.domain.questions import Answer, Question
from server.domain.results import RECEIVED, SHOWN
from server.store import packets

_RNG = random.SystemRandom()


async def release_answers(
    db: AsyncConnection,
    consultation: str,
    poll: str,
    question: Question,
    place: Place,
    language: str,
    answers: Sequence[Answer],
) -> None:
    """Closes `place` for one question: a packet if enough answers wait there, the rest to its parent.

    What is left at the municipality has no parent and is gone for good.
    """
    divided = release(len(answers), threshold(question), _RNG)
    if divided.packet:
        counts = count(question, [answers[index] for index in divided.packet])
        shown = len(divided.packet)
        await packets.insert_packet(db, packets.Packet(consultation, poll, question.id, place, language, shown, counts))
        keys = filter_keys(place, language)
        await packets.mark_figures(db, consultation, poll, question.id, keys, {**counts, SHOWN: shown})
    if place.parent:
        moved = [answers[index] for index in divided.moved]
        await packets.insert_waiting(db, consultation, poll, question.id, place.parent, moved)


async def receive_answers(
    db: AsyncConnection, consultation: str, poll: str, question: Question, place: Place, language: str, number: int
) -> None:
    """Counts how many answers to a question have come in from a place, shown or not."""
    if number:
        keys = filter_keys(place, language)
        await packets.mark_figures(db, consultation, poll, question.id, keys, {RECEIVED: number})
