"""How often is too often: by tablet, by address and for the whole installation. Knows no accounts and no answers."""

import time
from collections import Counter
from ipaddress import IPv6Address, IPv6Network, ip_address

from server.domain.errors import DomainError
from server.domain.people import same_case
from server.store.counts import Counts

_ALL = ""
_DAY_S = 12 * 3600

WRONG_A_MINUTE, WRONG_AN_HOUR = 60, 300
"""Picture codes that one address may guess wrong: a whole class that taps at once, but not all day."""

WRONG_A_MINUTE_IN_ALL, WRONG_AN_HOUR_IN_ALL = 600, 3000


def network(address: str) -> str:
    """What one household or school is given: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False).network_address)
    return str(found)


class _Quota:
    """`most` per `window_s` seconds for each key; counting starts again when the window is over.

    Our own, because `limits` starts a thread every few milliseconds and cost a tenth of every request.
    """

    def __init__(self, most: int, window_s: float) -> None:
        self._most = most
        self._window_s = window_s
        self._ends_at = 0.0
        self._taken: Counter[str] = Counter()

    def has_room(self, key: str) -> bool:
        now = time.monotonic()
        if now >= self._ends_at:
            self._ends_at = now + self._window_s
            self._taken.clear()
        return self._taken[key] < self._most

    def take(self, key: str) -> bool:
        """Counts one more; False when that was too many."""
        within = self.has_room(key)
        self._taken[key] += 1
        return within


class _SharedQuota:
    """The same, counted by several processes together; each key's window begins with its first."""

    def __init__(self, counts: Counts, name: str, most: int, window_s: float) -> None:
        self._counts = counts
        self._name = name
        self._most = most
        self._window_s = window_s

    def has_room(self, key: str) -> bool:
        return self._counts.find(self._name, key) < self._most

    def take(self, key: str) -> bool:
        return self._counts.add(self._name, key, self._window_s) <= self._most


class Limits:
    """What somebody could guess is counted in `counts`, where several processes share it; what only spares the server
    is counted by each process for itself. Every method raises `too_many`.
    """

    def __init__(self, counts: Counts | None = None) -> None:
        def quota(name: str, most: int, window_s: float) -> _Quota | _SharedQuota:
            return _SharedQuota(counts, name, most, window_s) if counts else _Quota(most, window_s)

        self._syncs = _Quota(20, 1)
        self._wrong_codes = (quota("code/60", WRONG_A_MINUTE, 60), quota("code/3600", WRONG_AN_HOUR, 3600))
        self._wrong_codes_in_all = (
            quota("codes/60", WRONG_A_MINUTE_IN_ALL, 60),
            quota("codes/3600", WRONG_AN_HOUR_IN_ALL, 3600),
        )
        self._joined = quota("joined", 1, _DAY_S)
        self._sign_ins = quota("sign-in", 10, 60)
        self._sign_ins_near = quota("sign-in near", 60, 60)
        self._sign_ins_in_all = quota("sign-ins", 120, 60)
        self._asks = _Quota(60, 60)
        self._asks_in_all = _Quota(300, 60)
        self._codes = quota("second factor", 10, 300)

    def sync(self, grant: str) -> None:
        if not self._syncs.take(grant):
            raise DomainError("too_many")

    def check_code(self, address: str) -> None:
        """Before four pictures are looked up. A class sits behind one address, so only wrong codes count; and where a
        tablet has joined today, strangers' wrong codes stop nobody.
        """
        place = network(address)
        is_known = not self._joined.has_room(place)
        if not all(each.has_room(place) for each in self._wrong_codes):
            raise DomainError("too_many")
        if not is_known and not all(each.has_room(_ALL) for each in self._wrong_codes_in_all):
            raise DomainError("too_many")

    def wrong_code(self, address: str) -> None:
        for each in self._wrong_codes:
            each.take(network(address))
        for each in self._wrong_codes_in_all:
            each.take(_ALL)

    def joined(self, address: str) -> None:
        self._joined.take(network(address))

    def sign_in(self, address: str, email: str) -> None:
        """No single place uses up what the whole installation may try: others must get in."""
        place = network(address)
        tries = (
            (self._sign_ins, f"{place} {same_case(email)}"),
            (self._sign_ins_near, place),
            (self._sign_ins_in_all, _ALL),
        )
        if not (self._sign_ins_in_all.has_room(_ALL) and all(quota.take(key) for quota, key in tries)):
            raise DomainError("too_many")

    def ask(self, address: str) -> None:
        """Beginning to sign in with a passkey or at another service: nothing can be guessed, but it is written down."""
        if not (self._asks.take(address) and self._asks_in_all.take(_ALL)):
            raise DomainError("too_many")

    def code(self, person: str) -> None:
        """By person, wherever the guesses come from: a code has only a million values."""
        if not self._codes.take(person):
            raise DomainError("too_many")
