"""`make attack`: hostile requests at every address of the running server, counted. Stops at the first that hurts."""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.hostile.attack import attacking
from tests.hostile.described import ask_described

_ROUND = 5000
_DESCRIBED = 50


def main() -> None:
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument("--requests", type=int, default=50_000, help="how many in all")
    wanted = parser.parse_args().requests
    statuses, through, most_mb, began = Counter[int](), 0, 0.0, time.monotonic()
    routes: set[tuple[str, str]] = set()
    while statuses.total() < wanted:
        # A round begins with an empty town: what the attack itself makes would make its pages slow.
        with tempfile.TemporaryDirectory(prefix="tyck-attack-") as folder, attacking(Path(folder)) as attack:
            attack.throw(min(_ROUND, wanted - statuses.total()))
            ask_described(attack, _DESCRIBED)
            attack.ledger.check()
        statuses += attack.ledger.statuses
        routes |= attack.ledger.reached.keys()
        through += attack.ledger.through.total()
        most_mb = max(most_mb, attack.ledger.most_mb)
        print(f"{statuses.total():>7} requests, {time.monotonic() - began:.0f} s, {most_mb:.0f} MB at most", flush=True)
    said = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
    print(f"{statuses.total()} hostile requests to {len(routes)} addresses; {through} were let through")
    print(f"answers by status: {said}")
    print(f"undocumented 5xx: 0; tracebacks: 0; leads to elsewhere: 0; resident memory at most {most_mb:.0f} MB")


if __name__ == "__main__":
    main()
