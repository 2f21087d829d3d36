"""What stands in the database of a password, and what it costs to try one."""

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from server.domain.errors import DomainError
from server.domain.people import Role
from server.store.database import Database
from server.store.staff import find_account
from server.usecases.accounts import add_account, sign_in
from server.usecases.hashing import NOBODYS
from server.usecases.people import invite
from tests.town import Town

EMAIL, PASSWORD = "alva@stad.example", "ett riktigt lösenord "


async def stored_password(db: Database) -> str:
    async with db.reading() as tx:
        found = await find_account(tx, EMAIL)
    assert found
    return found.password


async def test_a_password_is_kept_as_an_expensive_hash_only(town: Town) -> None:
    """RFC 9106's second choice: argon2id, three passes over 64 MiB in four lanes, a salt of its own."""
    await add_account(town.db, EMAIL, "Alva", PASSWORD, [(Role.TEACHER, "koivu")])
    hashed = await stored_password(town.db)
    found = extract_parameters(hashed)
    assert (found.type, found.time_cost, found.memory_cost, found.parallelism) == (Type.ID, 3, 64 * 1024, 4)
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert PasswordHasher().verify(hashed, PASSWORD)
    assert PASSWORD not in hashed


async def test_only_the_password_itself_signs_in(town: Town) -> None:
    await add_account(town.db, EMAIL, "Alva", PASSWORD, [(Role.TEACHER, "koivu")])
    assert await sign_in(town.db, town.clock, EMAIL, PASSWORD, demo=False)
    for email, password in ((EMAIL, PASSWORD.strip()), (EMAIL, ""), ("nobody@stad.example", PASSWORD)):
        with pytest.raises(DomainError, match="wrong_password"):
            await sign_in(town.db, town.clock, email, password, demo=False)


async def test_whoever_cannot_sign_in_costs_as_much_to_refuse(town: Town) -> None:
    """Else the time would tell which addresses have accounts: an unknown one is hashed with the same parameters."""
    assert extract_parameters(NOBODYS) == extract_parameters(PasswordHasher().hash(PASSWORD))
    await invite(town.db, town.clock, None, "Bo", "bo@stad.example", Role.TEACHER, "koivu")
    for email in ("bo@stad.example", "nobody@stad.example"):
        with pytest.raises(DomainError, match="wrong_password"):
            await sign_in(town.db, town.clock, email, "", demo=False)
