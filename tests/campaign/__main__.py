"""`make campaign`: episodes until the minutes are over; prints its ledger, and writes it as JSON or Markdown."""

import argparse
import sys
import time

from tests.campaign.episode import Plan, play_episode
from tests.campaign.host import Zygote


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", default="1")
    parser.add_argument("--episode", type=int, default=None)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--planted", default="")
    parser.add_argument("--minutes", type=float, default=1)
    chosen = parser.parse_args()
    zygote = Zygote()
    end = time.monotonic() + chosen.minutes * 60
    number = 0
    while time.monotonic() < end:
        number += 1
        outcome = play_episode(Plan(f"{chosen.seed}/{number}", steps=chosen.steps, planted=chosen.planted), zygote)
        print(outcome)
        if outcome.problems:
            break
    zygote.close()
    sys.exit(bool(outcome.problems))


if __name__ == "__main__":
    main()
