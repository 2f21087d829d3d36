"""Inviting, roles and the tree of areas, on both engines."""

import asyncio

import pytest

from server.domain.errors import DomainError
from server.domain.people import Person, Role
from server.store.actions import KEPT_S, list_actions
from server.store.areas import list_areas
from server.store.staff import find_member, list_administered, list_members
from server.usecases import people
from server.usecases.accounts import accept, add_account, sign_in
from server.usecases.areas import add_area, remove_area
from tests.town import Town

GOOD = "fyra blå stolar i rad"


async def administrator(town: Town, area: str, name: str = "Aino") -> Person:
    await add_account(town.db, f"{name}@stad.example", name, GOOD, [(Role.ADMINISTRATOR, area)])
    async with town.db.reading() as tx:
        found = next(each for each in await list_members(tx, [area]) if each.account.name == name)
    return Person(found.account.id, name, found.roles)


async def test_of_two_who_use_a_link_at_once_one_gets_in(town: Town) -> None:
    invited = await people.invite(town.db, town.clock, None, "Bo", "bo@stad.example", Role.TEACHER, "koivu")
    assert invited.token
    passwords = [f"{GOOD} {number}" for number in range(4)]
    tries = [accept(town.db, town.clock, invited.token, password) for password in passwords]
    done = await asyncio.gather(*tries, return_exceptions=True)
    got_in = [password for password, each in zip(passwords, done, strict=True) if isinstance(each, str)]
    assert len(got_in) == 1
    assert {str(each) for each in done if isinstance(each, DomainError)} == {"dead_link"}
    assert await sign_in(town.db, town.clock, "bo@stad.example", got_in[0], demo=False)


async def test_two_administrators_cannot_disable_each_other_at_once(town: Town) -> None:
    aino, ulla = await administrator(town, "stad"), await administrator(town, "stad", "Ulla")
    both = [people.disable(town.db, aino, ulla.id), people.disable(town.db, ulla, aino.id)]
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(str(each) for each in done) == ["None", "last_administrator"]
    async with town.db.reading() as tx:
        assert await list_administered(tx) == {"stad"}


async def test_a_refused_change_leaves_nothing(town: Town) -> None:
    aino = await administrator(town, "stad")
    token = await sign_in(town.db, town.clock, "aino@stad.example", GOOD, demo=False)
    with pytest.raises(DomainError, match="last_administrator"):
        await people.reset(town.db, town.clock, aino, aino.id)
    async with town.db.reading() as tx:
        member = await find_member(tx, aino.id)
        assert await list_actions(tx, ["stad", "koivu"], most=10) == []
    assert member
    assert member.account.password
    assert token


async def test_the_school_may_lose_its_administrator_while_the_municipality_has_one(town: Town) -> None:
    aino, siv = await administrator(town, "stad"), await administrator(town, "koivu", "Siv")
    with pytest.raises(DomainError, match="not_allowed"):
        await people.disable(town.db, siv, aino.id)
    await people.disable(town.db, aino, siv.id)


async def test_searching_takes_signs_as_they_are(town: Town) -> None:
    await administrator(town, "stad", "Per_Öst%")
    async with town.db.reading() as tx:
        for search, number in (("_", 1), ("%", 1), ("ö", 1), ("PER", 1), ("x%x", 0)):
            assert len(await list_members(tx, search=search)) == number, search


async def test_the_log_forgets_after_two_years(town: Town) -> None:
    aino = await administrator(town, "stad")
    added = await add_area(town.db, aino, "stad", "club", {"sv": "Klubben"}, "sv")
    async with town.db.writing() as tx:
        await tx.exec_driver_sql(f"UPDATE actions SET at = at - {KEPT_S + 60}")
    await remove_area(town.db, aino, added)
    async with town.db.reading() as tx:
        (left,) = await list_actions(tx, ["stad", added], most=10)
        assert added not in await list_areas(tx)
    assert (left.what, left.who, left.about) == ("area_removed", "Aino", "Klubben")
