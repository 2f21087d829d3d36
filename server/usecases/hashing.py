"""Passwords and recovery codes become hashes that are slow to try, at most two at once. Knows no accounts."""

import asyncio
import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

_HASHER = PasswordHasher()
_AT_ONCE = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
NOBODYS = _HASHER.hash(secrets.token_urlsafe())
"""A hash that nothing fits: to be as slow about whoever does not exist."""


async def hash_slowly(secret: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _HASHER.hash, secret)


async def is_right(hashed: str, secret: str) -> bool:
    return await asyncio.get_running_loop().run_in_executor(_AT_ONCE, _matches, hashed, secret)


def _matches(hashed: str, secret: str) -> bool:
    try:
        return _HASHER.verify(hashed, secret)
    except VerifyMismatchError:
        return False


def hash_token(token: str) -> str:
    """For our own random secrets, which nobody can try: quick."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
