"""What a browser has to bring back while somebody signs in: once, soon, by the one that was asked."""

import secrets

from server.store.challenges import erase_challenge, erase_old_challenges, insert_challenge
from server.store.database import Database
from server.usecases.hashing import hash_token
from server.usecases.sign_ins import Clock

SOON_S = 5 * 60


async def ask(db: Database, clock: Clock, what: str, content: str) -> str:
    """Keeps `content` and gives the secret that fetches it, once within five minutes, for the same `what`."""
    token = secrets.token_urlsafe(32)
    async with db.writing() as tx:
        await erase_old_challenges(tx, clock())
        await insert_challenge(tx, hash_token(token), what, content, clock() + SOON_S)
    return token


async def take(db: Database, clock: Clock, token: str, what: str) -> str | None:
    """What was kept under this secret; None when it was fetched before, is too old or unknown."""
    async with db.writing() as tx:
        return await erase_challenge(tx, hash_token(token), what, clock())
