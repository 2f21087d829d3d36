"""The shelf: poll packages that come with Tyck, each a folder; what they all say alike stands once in common.json."""

import json
from pathlib import Path
from typing import Any

_SHELF = Path(__file__).parent.parent / "shelf"

Content = dict[str, Any]


def list_shelf_polls() -> list[str]:
    """The names of the polls on the shelf, by name."""
    return sorted(path.parent.name for path in _SHELF.glob("*/poll.json"))


def find_shelf_poll(name: str) -> Content:
    """The whole `poll.json`: what a poll does not say itself comes from the common parts and its kinds' usual ones.

    Raises KeyError.
    """
    if name not in list_shelf_polls():
        raise KeyError(name)
    common, own = _read("common.json"), _read(f"{name}/poll.json")
    kinds = common["kinds"]
    asked = [*own["questions"], *common["questions"]]
    questions = [_completed(question, kinds[question["kind"]]) for question in asked]
    return {**_completed(own, common["parts"]), "questions": questions}


def find_common() -> Content:
    """What every poll says alike: its `parts`, what is usual for each of the `kinds`, the `questions` of every poll."""
    return _read("common.json")


def find_empty_poll() -> Content:
    """A poll without a title that asks only what every poll asks."""
    common = find_common()
    return {**common["parts"], **_read("empty.json"), "questions": common["questions"]}


def _read(name: str) -> Content:
    content: Content = json.loads((_SHELF / name).read_text("utf-8"))
    return content


def _completed(own: Any, usual: Any) -> Any:
    """`own`, with what only `usual` says; lists stay whole."""
    if not (isinstance(own, dict) and isinstance(usual, dict)):
        return own
    return {**usual, **{key: _completed(value, usual.get(key)) for key, value in own.items()}}
