"""How often is too often: by tablet, by address and for the whole installation. Knows no accounts and no answers."""

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from server.domain.errors import DomainError

_SYNCS = RateLimitItemPerSecond(20)
_WRONG_CODES = RateLimitItemPerMinute(60)
_WRONG_CODES_IN_ALL = RateLimitItemPerMinute(600)
_SIGN_INS = RateLimitItemPerMinute(10)
_SIGN_INS_IN_ALL = RateLimitItemPerMinute(120)


class Limits:
    """Counts in this process only. Every method raises `too_many`."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def sync(self, grant: str) -> None:
        if not self._limiter.hit(_SYNCS, "sync", grant):
            raise DomainError("too_many")

    def check_join(self, address: str) -> None:
        """A class sits behind one address, so only wrong codes count."""
        within = self._limiter.test(_WRONG_CODES, "join", address) and self._limiter.test(_WRONG_CODES_IN_ALL, "join")
        if not within:
            raise DomainError("too_many")

    def wrong_code(self, address: str) -> None:
        self._limiter.hit(_WRONG_CODES, "join", address)
        self._limiter.hit(_WRONG_CODES_IN_ALL, "join")

    def sign_in(self, address: str, email: str) -> None:
        within = self._limiter.hit(_SIGN_INS, "sign-in", address, email.strip().casefold())
        if not (within and self._limiter.hit(_SIGN_INS_IN_ALL, "sign-in")):
            raise DomainError("too_many")
