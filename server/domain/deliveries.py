"""What one sync request brings, judged item by item, and the server's word on it. Knows no storage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.grants import Grant
from server.domain.questions import Question
from server.domain.responses import Rejected, Response, is_id, read_response, suits
from server.domain.sessions import State


@dataclass(frozen=True)
class Item:
    """A response that is ours in shape; `fits` says whether it suits its revision."""

    id: str
    body: str
    response: Response
    fits: bool


@dataclass(frozen=True)
class Receipt:
    """The server's word on one item: `stored`, `held` or `rejected`, with the reason for the last two."""

    status: str
    why: str | None = None


STORED = Receipt("stored")


@dataclass(frozen=True)
class Delivery:
    """One sync request, judged; `receipts` already names the rejected items."""

    grant: Grant
    items: tuple[Item, ...]
    receipts: dict[str, Receipt]
    ready: str
    turn: str
    pending: int


@dataclass(frozen=True)
class Outcome:
    """`commit` is the durable commit that wrote or saw every item, None when none was sent."""

    receipts: dict[str, Receipt]
    commit: str | None
    state: State
    day: int


def judge(
    asked: Mapping[str, Question] | None, revision: str, raw_items: Sequence[object]
) -> tuple[tuple[Item, ...], dict[str, Receipt]]:
    """Divides what a tablet sent into items to keep and rejected ones; an item without a usable id answers as `#n`.

    `asked` are the questions of `revision` as the tablet's profile meets them, None when we do not know it.
    """
    items: dict[str, Item] = {}
    rejected: dict[str, Receipt] = {}
    for number, raw in enumerate(raw_items):
        item_id = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(item_id, str) or not is_id(item_id):
            rejected[f"#{number}"] = Receipt("rejected", "bad_id")
            continue
        try:
            response = read_response(raw.get("body"))
        except Rejected as error:
            rejected[item_id] = Receipt("rejected", error.why)
            continue
        fits = asked is not None and response.revision == revision and suits(asked, response)
        items.setdefault(item_id, Item(item_id, raw["body"], response, fits))
    return tuple(items.values()), {key: receipt for key, receipt in rejected.items() if key not in items}
