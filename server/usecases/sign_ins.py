"""What a browser's secret stands for: somebody signed in, somebody half-way, or nobody any more."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actions import Did
from server.domain.people import Person
from server.store import sign_ins
from server.store.actions import insert_action
from server.store.challenges import erase_old_challenges
from server.store.database import Database
from server.store.staff import Account, find_member
from server.usecases.hashing import hash_token

IDLE_S = 8 * 3600
LONGEST_S = 7 * 86_400
HALF_S = FRESH_S = 15 * 60
_SEEN_EVERY_S = 300

Clock = Callable[[], int]


@dataclass(frozen=True)
class SignedIn:
    """`is_half`: another factor has to be shown first; `is_fresh`: it began less than a quarter of an hour ago."""

    person: Person
    is_half: bool
    is_fresh: bool


async def begin(
    tx: AsyncConnection, clock: Clock, account_id: str, *, strong: bool = False, provided: bool = False
) -> str:
    """The secret token of a new sign-in; `strong` when two factors were shown."""
    token, now = secrets.token_urlsafe(32), clock()
    await forget_old(tx, now)
    await sign_ins.insert_sign_in(tx, hash_token(token), account_id, now, strong=strong, provided=provided)
    return token


async def strengthen(tx: AsyncConnection, clock: Clock, token: str, account_id: str) -> str:
    """Another factor was shown: a new sign-in with a secret of its own takes the place of this one."""
    provided = await sign_ins.find_provided(tx, hash_token(token))
    await sign_ins.erase_sign_in(tx, hash_token(token))
    return await begin(tx, clock, account_id, strong=True, provided=provided)


async def find_signed_in(db: Database, clock: Clock, token: str, *, demo: bool) -> SignedIn | None:
    """Whose sign-in this is; None when it is unknown, idle for more than eight hours or older than a week.

    Outside the `demo` a role can ask for a second factor, whoever has an app is always asked; half-way ends soon.
    """
    now = clock()
    async with db.reading() as tx:
        found = await sign_ins.find_sign_in(tx, hash_token(token))
    if found is None or now - found.seen_at > IDLE_S or now - found.began_at > LONGEST_S:
        return None
    is_half = not found.strong and (found.has_app or (found.person.needs_second and not demo))
    age = now - found.began_at
    if is_half and age > HALF_S:
        return None
    if now - found.seen_at > _SEEN_EVERY_S:
        async with db.writing(beside=True) as tx:
            await sign_ins.mark_seen(tx, hash_token(token), now)
    return SignedIn(found.person, is_half, age <= FRESH_S)


async def forget_old(tx: AsyncConnection, now: int) -> None:
    """Erases what has been idle or lasted too long, and what nobody answered in time; `now` in seconds since 1970."""
    await sign_ins.erase_old_sign_ins(tx, now - IDLE_S, now - LONGEST_S)
    await erase_old_challenges(tx, now)


async def sign_out(db: Database, token: str) -> None:
    async with db.writing(beside=True) as tx:
        await sign_ins.erase_sign_in(tx, hash_token(token))


async def sign_out_everywhere(db: Database, person: str) -> None:
    """Ends all sign-ins of a person, this one too."""
    async with db.writing() as tx:
        await sign_ins.erase_sign_ins(tx, person)
        await note(tx, person, Did.SIGNED_OUT_EVERYWHERE, person)


async def note(tx: AsyncConnection, by: str, what: Did, about: str) -> None:
    """Logs what was done about a person, in each of the areas where they have a role."""
    member = await find_member(tx, about)
    assert member
    for area in member.areas:
        await insert_action(tx, by, what, area, named(member.account))


def named(account: Account) -> str:
    """How the log names a person."""
    return ", ".join(part for part in (account.name, account.address) if part)
