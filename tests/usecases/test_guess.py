"""Adults guess what children will say: summed apart at closing, and shown beside the results once these are public."""

import pytest
from sqlalchemy import func, select

from server.domain.deliveries import STORED
from server.domain.errors import DomainError
from server.domain.guesses import Guess
from server.domain.results import RECEIVED
from server.domain.sessions import Session
from server.store.guesses import list_guesses
from server.store.responses import count_arrived_by_place
from server.store.schema import metadata
from server.usecases.conclude import publish_results
from server.usecases.guess import compare_guesses, find_guess, start_guess
from server.usecases.report import read_results
from tests.town import Town, item

KEPT = ("responses", "held", "participation", "tombstones", "waiting", "packets", "figures", "ideas")
COINS = {"climb": 6, "music": 4}


async def guessing(town: Town) -> Session:
    return await start_guess(town.db, town.revisions, town.consultation)


async def guess(town: Town, number: int, place: str = "forest") -> Session:
    session = await guessing(town)
    grant = await town.tablet(session)
    sent = [item(grant, {"q1": place, "q7": COINS, "q10": {"text": True, "drawing": False}}) for _ in range(number)]
    assert set((await town.deliver(grant, *sent)).receipts.values()) == {STORED}
    return session


async def compared(town: Town) -> dict[str, Guess]:
    async with town.db.reading() as tx:
        found = await read_results(tx, town.revisions, town.consultation, {})
        return {each.question.id: each for each in await compare_guesses(tx, found)}


async def rows(town: Town) -> dict[str, int]:
    async with town.db.reading() as tx:
        counts = {name: select(func.count()).select_from(metadata.tables[name]) for name in KEPT}
        return {name: await tx.scalar(count) or 0 for name, count in counts.items()}


@pytest.mark.parametrize("end", ["close", "freeze"])
async def test_guesses_are_summed_apart_and_erased(town: Town, end: str) -> None:
    session = await guess(town, 4)
    assert (await rows(town))["responses"] == 4
    async with town.db.reading() as tx:
        assert await count_arrived_by_place(tx) == {}
    await (town.close(session) if end == "close" else town.freeze())
    assert set((await rows(town)).values()) == {0}
    async with town.db.reading() as tx:
        sums = await list_guesses(tx, town.consultation, "third-place")
        assert await find_guess(tx, town.consultation) is None
    assert sums.keys() == {"q1", "q7"}
    assert sums["q1"] == {"forest": 4, RECEIVED: 4}
    assert sums["q7"] == {"climb": 24, "climb#": 4, "music": 16, "music#": 4, RECEIVED: 4}


async def test_one_link_at_a_time_and_sums_grow(town: Town) -> None:
    first = await guess(town, 2)
    assert (await guessing(town)).id == first.id
    await town.close(first)
    second = await guess(town, 2, "home")
    assert second.id != first.id
    await town.close(second)
    async with town.db.reading() as tx:
        sums = await list_guesses(tx, town.consultation, "third-place")
    assert sums["q1"] == {"forest": 2, "home": 2, RECEIVED: 4}


async def test_guessed_and_said_once_results_are_public(town: Town) -> None:
    await town.close(await guess(town, 3))
    children = await town.session()
    tablet = await town.tablet(children)
    answers = [{"q1": "home", "q7": {"climb": 5}}] * 9 + [{"q1": "forest"}] * 2
    await town.deliver(tablet, *(item(tablet, each) for each in answers))
    await town.freeze()
    assert await compared(town) == {}
    await publish_results(town.db, town.live, town.clock, town.consultation, "schools")
    found = await compared(town)
    place, coins = found["q1"], found["q7"]
    assert [option.id for option in place.guessed.options] == ["forest"]
    assert [option.id for option in place.said.options] == ["home"]
    assert (place.guessed.number, place.guessed.of, place.is_right) == (3, 3, False)
    assert place.said.of == 10
    assert (coins.guessed.percent, coins.said.percent, coins.is_right) == (60, 100, True)


async def test_two_guesses_are_not_told(town: Town) -> None:
    await town.close(await guess(town, 2))
    children = await town.session()
    tablet = await town.tablet(children)
    await town.deliver(tablet, *(item(tablet, {"q1": "home"}) for _ in range(8)))
    await town.freeze()
    await publish_results(town.db, town.live, town.clock, town.consultation, "schools")
    assert await compared(town) == {}


async def test_after_the_freeze_it_is_too_late(town: Town) -> None:
    session = await guess(town, 3)
    grant = await town.tablet(session)
    await town.freeze()
    with pytest.raises(DomainError, match="frozen"):
        await guessing(town)
    assert set((await town.deliver(grant, item(grant, {"q1": "home"}))).receipts.values()) == {STORED}
    assert set((await rows(town)).values()) == {0}
