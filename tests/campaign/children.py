"""What scripted children answer: the demo's questions as a tablet shows them, and answers as they go on the wire."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable
from functools import cache

from server.domain.consultations import parse_poll
from server.domain.questions import Question
from server.store.shelf import find_shelf_poll
from tests.browser.records import Child
from tests.browser.sums import Sums, sums
from tests.browser.tablet import Asked, invent

POLL = parse_poll(find_shelf_poll("third-place"))
ENTRIES = tuple(POLL.ledger)
_MOST = 500


@cache
def asked(profile: str) -> tuple[Asked, ...]:
    return tuple(_as_shown(question) for question in POLL.asked(profile).values())


def _as_shown(question: Question) -> Asked:
    options = question.option_ids
    for pair in question.pairs:
        options += (pair.id, *(f"{pair.id}.{side.id}" for side in pair.options))
    return Asked(question.id, question.kind, options, question.coins or question.max_select)


def any_child(profile: str, rng: random.Random) -> Child:
    lang, end = rng.choice(("sv", "fi")), rng.choice(("done", "done", "stopped"))
    return invent(list(asked(profile)), rng.randrange(_MOST), lang, end=end)


def body_of(child: Child, revision: str) -> str:
    return json.dumps({"revision": revision, "lang": child.lang, "answers": child.answers, "end": child.end})


def any_idea(session: str, rng: random.Random) -> str:
    drawn = [[[round(rng.random(), 3), round(rng.random(), 3), 0.5] for _ in range(4)]]
    content = {"proto": 1, "session": session, "question": "q10", "lang": "fi", "grades": [3], "may_show": True}
    return json.dumps({**content, "strokes": drawn})


def added(children: Iterable[tuple[str, Child]]) -> Sums:
    """What children of these profiles add to each entry of the ledger, one by one."""
    found: Sums = {entry: [] for entry in ENTRIES}
    for profile, child in children:
        found["language"].append(Counter({child.lang: 1}))
        for question in asked(profile):
            for entry, cells in sums(question, [child.answers.get(question.id)]).items():
                found[entry] += cells
    return found
