"""What one sync request brings, judged item by item, and the server's word on it. Knows no storage."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.consultations import Poll
from server.domain.grants import Grant
from server.domain.responses import Gone, Rejected, Response, is_id, read_response, suits
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
    """The server's word on one item: `stored`, `gone`, or `held` or `rejected` with the reason."""

    status: str
    why: str | None = None


STORED = Receipt("stored")
_PAIR = re.compile(r"([0-9]{1,9})\.([0-9a-f]{8})")
Unseal = Callable[[str, str], bytes]
"""The body behind an id and its seal; raises Rejected or Gone."""


def _no_seals(_item_id: str, _seal: str) -> bytes:
    raise Rejected("bad_seal")


@dataclass(frozen=True)
class Delivery:
    """One sync request, judged; `receipts` already names the rejected items; `have` the commits its tablet knows of."""

    grant: Grant
    items: tuple[Item, ...]
    receipts: dict[str, Receipt]
    ready: str
    turn: str
    pending: int
    have: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """`commit` is the durable commit that wrote or saw every item, None when none was sent; `lost` are the commits the
    tablet knows of and this database does not; `full` says that as many turns were heard of as children were stated.
    """

    receipts: dict[str, Receipt]
    commit: str | None
    state: State
    day: int
    lost: tuple[str, ...] = ()
    full: bool = False


def read_pair(commit: str) -> tuple[int, str] | None:
    """The number and tag of a commit; None for what names none."""
    found = _PAIR.fullmatch(commit)
    return (int(found[1]), found[2]) if found else None


def judge(
    poll: Poll | None, profile: str, revision: str, raw_items: Sequence[object], unseal: Unseal = _no_seals
) -> tuple[tuple[Item, ...], dict[str, Receipt]]:
    """Divides what a tablet sent into items to keep and rejected ones; an item without a usable id answers as `#n`.

    `poll` is that of `revision`, as children with the tablet's `profile` meet it; None when we do not know it. An item
    has its body, or the seal it was given for it.
    """
    items: dict[str, Item] = {}
    rejected: dict[str, Receipt] = {}
    for number, raw in enumerate(raw_items):
        item_id = raw.get("id") if isinstance(raw, dict) else None
        if not isinstance(raw, dict) or not isinstance(item_id, str) or not is_id(item_id):
            rejected[f"#{number}"] = Receipt("rejected", "bad_id")
            continue
        try:
            body = _body(raw, item_id, unseal)
            response = read_response(body)
        except Rejected as error:
            rejected[item_id] = Receipt("rejected", error.why)
            continue
        except Gone:
            rejected[item_id] = Receipt("gone")
            continue
        fits = poll is not None and response.revision == revision and suits(poll, profile, response)
        items.setdefault(item_id, Item(item_id, body, response, fits))
    return tuple(items.values()), {key: receipt for key, receipt in rejected.items() if key not in items}


def _body(raw: Mapping[str, object], item_id: str, unseal: Unseal) -> str:
    body, seal = raw.get("body"), raw.get("seal")
    if body is None and isinstance(seal, str):
        return unseal(item_id, seal).decode()
    if not isinstance(body, str):
        raise Rejected("bad_body")
    return body
