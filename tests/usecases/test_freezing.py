"""Freezing warns of what tablets still hold, counts every poll, and leaves nothing at the top."""

import json
from copy import deepcopy
from typing import Any

import pytest
from sqlalchemy import func, select

from server.domain.results import RECEIVED, SHOWN, SKIPPED
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions, insert_revision
from server.store.database import Database
from server.store.packets import list_figures
from server.store.schema import packets, tablets, waiting
from server.store.tablets import Holding, list_holding
from server.usecases.compose import revision_id
from server.usecases.report import read_results
from server.usecases.run_session import revoke_tablet
from tests.town import NOW, Town, item, poll_content


async def holding(town: Town) -> list[Holding]:
    async with town.db.reading() as tx:
        return await list_holding(tx, town.consultation)


async def figures(town: Town, area: str = "", question: str = "q1") -> dict[str, int]:
    async with town.db.reading() as tx:
        found = await list_figures(tx, town.consultation, area, "")
    return {one.cell: one.number for one in found if one.question == question and not one.grades}


async def test_tablets_that_may_hold_answers_are_told_before_the_freeze(town: Town) -> None:
    session, other = await town.session(), await town.session("bjork", (3,))
    first, second = await town.tablet(session), await town.tablet(session)
    await town.deliver(first, pending=4)
    await town.deliver(second)
    assert await holding(town) == [Holding(session.id, "koivu", "1-2", 2, 4)]
    await town.finish(session)
    await town.deliver(second)
    await town.deliver(second)
    assert await holding(town) == [Holding(session.id, "koivu", "1-2", 1, 4)]
    await town.tablet(other)
    assert [one.area for one in await holding(town)] == ["bjork", "koivu"]


async def test_a_closed_session_is_still_known_to_lack_answers_until_its_tablet_hands_them_in(town: Town) -> None:
    session = await town.session()
    grant, quiet = await town.tablet(session), await town.tablet(session)
    await town.deliver(grant, pending=2)
    await town.deliver(quiet)
    await town.close(session)
    assert await holding(town) == [Holding(session.id, "koivu", "1-2", 1, 2)]
    await town.deliver(grant, item(grant, {"q1": "home"}), item(grant, {"q1": "home"}))
    await town.deliver(grant)
    assert await holding(town) == []


async def test_blocked_tablets_and_trials_are_not_waited_for(town: Town) -> None:
    session, trial = await town.session(), await town.session(trial=True)
    for one in (session, trial):
        await town.deliver(await town.tablet(one), pending=3)
    await revoke_tablet(town.db, town.live, session.id, 0)
    assert await holding(town) == []


async def test_after_the_freeze_no_tablet_is_remembered(town: Town) -> None:
    grant = await town.tablet(await town.session())
    await town.deliver(grant, pending=5)
    await town.freeze()
    assert await holding(town) == []
    async with town.db.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(tablets)) == 0


async def answered(town: Town, number: int, choice: str = "home", **asked: Any) -> None:
    """A closed session with so many answers to the poll that is open now."""
    session = await town.session(**asked)
    grant = await town.tablet(session)
    await town.deliver(grant, *(item(grant, {"q1": choice}) for _ in range(number)))
    await town.close(session)


async def publish(town: Town, content: dict[str, Any]) -> None:
    async with town.db.writing() as tx:
        await insert_revision(tx, revision_id(town.consultation, content), town.consultation, content, NOW)


def changed(**more: Any) -> dict[str, Any]:
    """The demo's poll with another first question."""
    content = deepcopy(poll_content())
    content["questions"][0] |= more
    return content


async def test_what_an_earlier_revision_asked_is_counted_too(town: Town) -> None:
    """An option was taken away and another poll is open: what waits from before is still counted, as it was asked."""
    await answered(town, 4)
    await publish(town, changed(options=poll_content()["questions"][0]["options"][1:]))
    await answered(town, 4, "forest", school="bjork")
    other = {**changed(), "id": "other", "questions": poll_content()["questions"][:1]}
    for profile in other["gradeProfiles"]:
        profile |= {"questionIds": ["q1"], "overrides": {}}
    await publish(town, other)
    await answered(town, 4)
    await town.freeze()
    async with town.db.reading() as tx:
        rows = {(row.poll, row.question): row for row in await tx.execute(select(packets))}
        assert await tx.scalar(select(func.count()).select_from(waiting)) == 0
    assert rows.keys() == {("third-place", "q1"), ("third-place", "language")}
    counts = json.loads(rows["third-place", "q1"].counts)
    assert (rows["third-place", "q1"].shown, counts["home"] + counts["forest"]) == (7, 7)
    assert counts["home"] >= 3


async def test_a_question_that_became_sensitive_needs_more_answers_wherever_they_wait(town: Town) -> None:
    await answered(town, 4)
    await publish(town, changed(sensitive=True))
    await answered(town, 7)
    await town.freeze()
    assert await figures(town) == {RECEIVED: 11}
    assert (await figures(town, question="language"))[SHOWN] == 6


async def test_above_several_municipalities_each_counts_its_own_first(db: Database, town: Town) -> None:
    """Five of one municipality wait above both, with the one that was held of the six of the other."""
    async with db.writing() as tx:
        for municipality in ("vaasa", "korsholm"):
            name = {"sv": municipality, "fi": municipality}
            await insert_area(tx, Area(municipality, "stad", "municipality", name, "sv"))
            for school in ("a", "b"):
                await insert_area(tx, Area(f"{municipality}-{school}", municipality, "school", name, "fi"))
    for school, number in (("vaasa-a", 3), ("vaasa-b", 2), ("korsholm-a", 3), ("korsholm-b", 3)):
        await answered(town, number, school=school)
    await town.freeze()
    assert await figures(town, "vaasa") == {RECEIVED: 5}
    found = await figures(town, "korsholm")
    assert (found[RECEIVED], found[SHOWN], found["home"]) == (6, 5, 5)
    whole = await figures(town)
    assert (whole[RECEIVED], whole[SHOWN]) == (11, 10)
    async with town.db.reading() as tx:
        assert {row.language for row in await tx.execute(select(packets))} == {""}


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_answers_that_came_together_above_the_schools_belong_to_no_language(town: Town, language: str) -> None:
    await answered(town, 3)
    await answered(town, 3, school="bjork")
    await town.freeze()
    async with town.db.reading() as tx:
        found = {one.cell for one in await list_figures(tx, town.consultation, "", language)}
    assert found == {RECEIVED, SKIPPED}
    assert (await figures(town))[SHOWN] == 5


async def test_the_result_of_an_earlier_poll_is_still_read_after_the_next_is_published(town: Town) -> None:
    await answered(town, 7)
    await publish(town, {**changed(text={"sv": "Och nu?", "fi": "Entä nyt?"}), "id": "second"})
    await answered(town, 7, "forest", school="bjork")
    await town.freeze()
    async with town.db.reading() as tx:
        found = await read_results(tx, Revisions(town.db), town.consultation, {})
    assert [poll.id for poll in found.polls] == ["second", "third-place"]
    led = {one.poll: one.counts or {} for one in found.results if one.question.id == "q1"}
    assert led["second"]["forest"] > led["second"]["home"] == 0
    assert led["third-place"]["home"] > led["third-place"]["forest"] == 0
    first = [(question.id, found.anchor(question, of)) for question, of in found.by_question() if question.id == "q1"]
    assert first == [("q1", "q1"), ("q1", "third-place-q1")]
