"""The campaign finds what it is there for: each planted bug makes the books not balance, and without one they do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaign.episode import Plan, play_episode
from tests.campaign.host import Zygote
from tests.campaign.planted import DeletesBeforeSending

_SMALL = Plan("planted", classes=2, tablets=4, steps=14, crowd=30)
_EPISODES = 6
"""One short episode may miss a bug; six in a row do not."""
_KILLS = ("deliver_and_die",)
_BACK = ("play", "deliver", "back_up", "staff", "restore")


def problems(zygote: Zygote, plan: Plan) -> list[str]:
    return play_episode(plan, zygote).problems


def test_without_a_bug_the_books_balance(zygote: Zygote) -> None:
    assert problems(zygote, replace(_SMALL, only=(*_KILLS, *_BACK, "die"))) == []


@pytest.mark.parametrize(
    ("bug", "only", "seen"),
    [
        ("acknowledge before COMMIT", _KILLS, "lost"),
        ("count outside the transaction", _KILLS, "arrived"),
        ("close twice", _BACK, "a packet changed or went"),
        ("check by number only", _BACK, "lost"),
    ],
)
def test_a_bug_of_the_server_is_found(zygote: Zygote, bug: str, only: tuple[str, ...], seen: str) -> None:
    names = (f"planted/{bug}/{number}" for number in range(_EPISODES))
    found = (problems(zygote, replace(_SMALL, name=name, only=only, planted=bug)) for name in names)
    assert any(seen in problem for episode in found for problem in episode)


def test_a_tablet_that_deletes_before_it_sends_is_found(zygote: Zygote) -> None:
    plan = replace(_SMALL, only=("play", "deliver"), tablet=DeletesBeforeSending)
    assert any("lost" in problem for problem in problems(zygote, plan))
