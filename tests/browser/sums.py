"""What children's answers come to, reckoned by the test itself from docs/privacy.md, past our own code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.browser.records import Answer
from tests.browser.tablet import Asked

Sums = dict[str, list[Counter[str]]]
_TENTHS = 10


def entries(asked: Asked) -> list[str]:
    """Its entries in the ledger: itself, each of its pairs, or none for an idea."""
    if asked.kind == "idea":
        return []
    pairs = [option for option in asked.options if "." not in option]
    return [f"{asked.id}.{pair}" for pair in pairs] if asked.kind == "this_or_that" else [asked.id]


def sums(asked: Asked, answers: Iterable[Answer]) -> Sums:
    """By entry, what each child who answered adds."""
    found: Sums = defaultdict(list)
    for answer in answers:
        for entry, cells in _adds(asked, answer).items():
            found[entry].append(Counter(cells))
    return found


def _adds(asked: Asked, answer: Answer) -> dict[str, dict[str, int]]:
    if answer is None or asked.kind == "idea":
        return {}
    if isinstance(answer, str):
        return {asked.id: {answer: 1}}
    if isinstance(answer, tuple):
        return {asked.id: _placed(asked, answer) if asked.kind == "rank" else dict.fromkeys(answer, 1)}
    if asked.kind == "this_or_that":
        return {f"{asked.id}.{pair}": {side: 1} for pair, side in answer.items()}
    tenths = {option: coins * _TENTHS // asked.most for option, coins in answer.items()}
    return {asked.id: {**tenths, **{f"{option}#": 1 for option in answer}}}


def _placed(asked: Asked, answer: tuple[str, ...]) -> dict[str, int]:
    points = {f"{option}#": len(asked.options) - at for at, option in enumerate(answer)}
    return {f"{answer[0]}@1": 1, **points}
