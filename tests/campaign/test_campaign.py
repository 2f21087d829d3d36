"""A short random campaign with a real browser: whatever happens, the books balance (docs/reliability.md)."""

from tests.campaign.episode import Plan, play_episode
from tests.campaign.host import Zygote


def test_a_short_campaign_loses_nothing_and_doubles_nothing(zygote: Zygote) -> None:
    outcome = play_episode(Plan("short/1", steps=40, classes=3, tablets=8, crowd=60, browsers=1), zygote)
    assert outcome.problems == []
    assert outcome.confirmed > 100
    assert sum(number for fault, number in outcome.met.items() if fault.startswith("server killed")) >= 3
    assert outcome.met["restore"] >= 2
