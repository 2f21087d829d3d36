"""Passwords and recovery codes become hashes that are slow to try, at most two at once. Knows no accounts."""

import asyncio
import hashlib
import os
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

_HASHER = PasswordHasher()
_AT_ONCE = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_COST = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
NOBODYS = "$".join(
    ("", "argon2id", "v=19", _COST, *(b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32)))
)
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
