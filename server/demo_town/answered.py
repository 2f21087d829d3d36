"""What the grown-ups of the demo town did with what the children said (answer.json). All of it is invented."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from server.demo_town.lessons import Here, noon
from server.domain.drafts import find_slot
from server.store.feedback import find_feedback
from server.usecases.edit import Wish
from server.usecases.feedback import change_feedback, publish_feedback, save_feedback, seen_id

_ANSWER = Path(__file__).parent / "answer.json"
_READ_DAYS_AGO = 21
_DECIDED_DAYS_AGO = 12
_ANSWERED_DAYS_AGO = 5


async def answer_children(here: Here, consultation: str, today: date) -> None:
    """Who read the results, what was decided and the cards: written field by field, and shown to anybody."""
    said = json.loads(_ANSWER.read_text("utf-8"))
    read, decided = today - timedelta(days=_READ_DAYS_AGO), today - timedelta(days=_DECIDED_DAYS_AGO)
    clock = noon(today - timedelta(days=_ANSWERED_DAYS_AGO))
    written = {"meeting": decided, "decidedOn": decided, "caseNumber": f"SAGO/{decided.year}/214", **said["texts"]}
    for name in ("readers", "cards"):
        for part in said[name]:
            path = await change_feedback(here.db, clock, consultation, "add", name, by=here.moderator)
            days = part.pop("after_days", None)
            written[path] = {**part, "day": read if days is None else today + timedelta(days=days)}
    async with here.db.reading() as tx:
        content = (await find_feedback(tx, consultation)).content
    wishes = [Wish(path, value, find_slot(content, path).value) for path, value in _flat(written)]
    left = await save_feedback(here.db, clock, consultation, wishes, by=here.moderator, has_picture=lambda _named: True)
    assert not left, left
    async with here.db.reading() as tx:
        content = (await find_feedback(tx, consultation)).content
    pictures = {card["emojiHex"] for card in content["cards"]}
    await publish_feedback(
        here.db, here.live, clock, consultation, by=here.moderator, seen=seen_id(content), pictures=pictures
    )


def _flat(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every field by its path."""
    for name, value in part.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        else:
            yield path, str(value)
