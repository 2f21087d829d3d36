"""What a tablet hands over as a file: the answers it could not send, as it would have sent them. Knows no storage."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.errors import DomainError
from server.domain.grants import Grant, read_token
from server.domain.ideas import read_content

IDEAS = "ideas/"


@dataclass(frozen=True)
class Parcel:
    """What is for one session; an idea has an id that begins with `ideas/`."""

    grant: Grant
    items: tuple[Mapping[str, object], ...]

    @property
    def responses(self) -> list[Mapping[str, object]]:
        return [item for item in self.items if not _is_idea(item)]

    @property
    def ideas(self) -> list[Mapping[str, object]]:
        return [item for item in self.items if _is_idea(item)]


def read_parcels(content: bytes, key: bytes) -> list[Parcel]:
    """The parcels of a file, each with a pass that we gave. Raises `bad_handover`."""
    parcels = (read_content(content) or {}).get("parcels")
    if not isinstance(parcels, list) or not parcels:
        raise DomainError("bad_handover")
    return [_read_parcel(each, key) for each in parcels]


def _read_parcel(raw: object, key: bytes) -> Parcel:
    token, items = (raw.get("token"), raw.get("items")) if isinstance(raw, dict) else (None, None)
    if not isinstance(token, str) or not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise DomainError("bad_handover")
    try:
        return Parcel(read_token(token, key), tuple(items))
    except DomainError:
        raise DomainError("bad_handover") from None


def _is_idea(item: Mapping[str, object]) -> bool:
    return str(item.get("id")).startswith(IDEAS)
