"""`make campaign`: episodes until the minutes are over. One seed replays them: `ARGS="--seed 7 --episode 12"`."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from pathlib import Path

from tests.campaign.episode import Outcome, Plan, play_episode
from tests.campaign.figures import Figures
from tests.campaign.host import Zygote

_SHOWN = 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", default=secrets.token_hex(4), help="what every choice comes from")
    parser.add_argument("--episode", type=int, help="only this one")
    parser.add_argument("--steps", type=int, default=Plan.steps, help="of an episode, before its reckoning")
    parser.add_argument("--browsers", type=int, default=2, help="real tablets beside the scripted ones")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--markdown", type=Path, help="write the figures here, as docs/reliability.md shows them")
    chosen = parser.parse_args()
    figures = Figures(chosen.seed)
    end = time.monotonic() + chosen.minutes * 60
    zygote = Zygote()
    try:
        number = chosen.episode or 1
        while not figures.episodes or (not chosen.episode and time.monotonic() < end):
            name = f"{chosen.seed}/{number}"
            outcome = play_episode(Plan(name, steps=chosen.steps, browsers=chosen.browsers), zygote)
            figures.add(name, outcome)
            _tell(name, outcome)
            number += 1
    finally:
        zygote.close()
        for path, text in ((chosen.json, figures.as_json()), (chosen.markdown, figures.as_markdown())):
            if path:
                path.write_text(text, "utf-8")
    print(figures.as_markdown())
    sys.exit(bool(figures.problems))


def _tell(name: str, outcome: Outcome) -> None:
    faults, problems = outcome.met.total(), len(outcome.problems)
    print(
        f"{name}: {outcome.confirmed} confirmed, {faults} faults, {problems} problems, {outcome.seconds:.0f} s",
        flush=True,
    )
    for problem in outcome.problems[:_SHOWN]:
        print(f"  {problem}", flush=True)


if __name__ == "__main__":
    main()
