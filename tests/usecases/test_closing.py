"""Closing and freezing: answers become packets, each answer in at most one, and nothing raw remains."""

from collections import Counter

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from server.domain.errors import DomainError
from server.domain.packets import Place
from server.domain.results import RECEIVED, SHOWN, SKIPPED
from server.domain.sessions import Session, State
from server.store.packets import list_figures, list_waiting, list_waiting_nodes
from server.store.schema import held, metadata, packets
from server.usecases.run_session import open_session, prepare
from tests.town import TODAY, Town, item


async def answer(town: Town, session: Session, *choices: str) -> None:
    grant = await town.tablet(session)
    await town.deliver(grant, *(item(grant, {"q1": choice}) for choice in choices))


async def figures(town: Town, school: str = "", grades: str = "", language: str = "") -> dict[str, int]:
    async with town.db.reading() as tx:
        found = await list_figures(tx, town.consultation, school, language)
    return {figure.cell: figure.number for figure in found if figure.question == "q1" and figure.grades == grades}


async def rows(town: Town, table: str) -> int:
    async with town.db.reading() as tx:
        return len((await tx.execute(select(metadata.tables[table]))).all())


async def test_six_answers_make_a_packet_of_five(town: Town) -> None:
    session = await town.session()
    await answer(town, session, *["home"] * 6)
    await town.close(session)
    found = await figures(town, "koivu", "1-2")
    assert (found[RECEIVED], found[SHOWN], found["home"], found["forest"]) == (6, 5, 5, 0)
    assert found == await figures(town, "koivu") == await figures(town) == await figures(town, "", "1-2", "fi")
    assert await figures(town, "bjork") == {}
    assert [await rows(town, table) for table in ("responses", "tablets", "waiting", "tombstones")] == [0, 0, 2, 6]


async def test_five_answers_wait_one_level_up_until_others_join_them(town: Town) -> None:
    first, second = await town.session(), await town.session()
    await answer(town, first, *["home"] * 5)
    await town.close(first)
    assert SHOWN not in await figures(town, "koivu", "1-2")
    await answer(town, second, *["forest"] * 5)
    await town.close(second)
    assert await rows(town, "packets") == 0
    await town.freeze()
    found = await figures(town, "koivu", "1-2")
    assert (found[RECEIVED], found[SHOWN]) == (10, 9)
    assert found["home"] + found["forest"] == 9
    assert await rows(town, "waiting") == 0


async def test_freezing_closes_children_before_parents(town: Town) -> None:
    for grades in ((1, 2), (3, 4), (5, 6)):
        await answer(town, await town.session(grades=grades), *["home"] * 3)
    await answer(town, await town.session("bjork"), *["home"] * 3)
    await town.freeze()
    koivu, whole = await figures(town, "koivu"), await figures(town)
    assert (koivu[RECEIVED], koivu[SHOWN]) == (9, 8)
    assert (whole[RECEIVED], whole[SHOWN]) == (12, 8)
    async with town.db.reading() as tx:
        assert await list_waiting_nodes(tx, town.consultation) == []


async def test_a_group_of_many_grades_counts_in_the_school(town: Town) -> None:
    session = await town.session(grades=(1, 3, 6))
    await answer(town, session, *["home"] * 6)
    await town.close(session)
    assert (await figures(town, "koivu"))[SHOWN] == 5
    async with town.db.reading() as tx:
        assert {figure.grades for figure in await list_figures(tx, town.consultation, "koivu", "")} == {""}


async def test_a_session_closes_once(town: Town) -> None:
    session = await town.session()
    await answer(town, session, *["home"] * 6)
    await town.close(session)
    with pytest.raises(DomainError, match="wrong_state"):
        await town.close(session)
    assert await rows(town, "packets") == 2


async def test_a_frozen_consultation_takes_no_new_session(town: Town) -> None:
    session = await town.session()
    await town.freeze()
    with pytest.raises(DomainError, match="frozen"):
        await town.session()
    with pytest.raises(DomainError, match="frozen"):
        await town.tablet(session)
    with pytest.raises(DomainError, match="frozen"):
        await town.freeze()


async def test_skips_are_no_answers_and_several_choices_count_one_child(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    answers = [{"q2": ["friends", "fun"]}] * 6 + [{"q2": None}] * 3
    await town.deliver(grant, *(item(grant, one) for one in answers))
    await town.close(session)
    async with town.db.reading() as tx:
        whole = [one for one in await list_figures(tx, town.consultation, "", "") if not one.grades]
    found = Counter({one.cell: one.number for one in whole if one.question == "q2"})
    assert found == Counter({RECEIVED: 6, SKIPPED: 3, SHOWN: 5, "friends": 5, "fun": 5, "cosy": 0, "adult": 0})


async def test_who_was_asked_and_did_not_answer_is_counted_also_after_closing(town: Town) -> None:
    """The two minutes of `mini` ask q1, q7 and q9 only; a pair that was passed over is one that was skipped."""
    session, short = await town.session("bjork", (3,)), await town.session(profile="mini")
    grant = await town.tablet(session)
    await town.deliver(grant, item(grant, {}), item(grant, {"q9": {"p1": "outdoors"}}))
    await answer(town, short, "home")
    await town.close(session)
    await town.close(short)
    await town.deliver(grant, item(grant, {"q9": {"p2": "calm"}}))
    async with town.db.reading() as tx:
        whole = [one for one in await list_figures(tx, town.consultation, "", "") if not one.grades]
    skipped = Counter({one.question: one.number for one in whole if one.cell == SKIPPED})
    assert [skipped[entry] for entry in ("q1", "q2", "q7", "q9.p1", "q9.p2", "language")] == [3, 3, 4, 3, 3, 0]


async def test_an_answer_that_comes_after_closing_waits_as_what_it_adds(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    await town.close(session)
    given = {"q6": ["free", "clean"], "q7": {"music": 2, "climb": 1}, "q9": {"p2": "calm"}, "q10": {"drawing": True}}
    await town.deliver(grant, item(grant, given))
    async with town.db.reading() as tx:
        waiting = await list_waiting(tx, town.consultation, Place(("stad", "koivu"), "1-2"))
    assert {entry: added for (_poll, entry), added in waiting.items()} == {
        "q6": [{"free@1": 1, "free#": 4, "clean#": 3}],
        "q7": [{"climb": 2, "climb#": 1, "music": 4, "music#": 1}],
        "q9.p2": [{"calm": 1}],
        "language": [{"fi": 1}],
    }


async def test_what_only_another_profile_may_answer_is_held(town: Town) -> None:
    young, older = await town.tablet(await town.session()), await town.tablet(await town.session(grades=(3,)))
    for answers in ({"q7": {"climb": 6}}, {"q9": {"p3": "one_big"}}):
        for grant, status in ((young, "held"), (older, "stored")):
            sent = item(grant, answers)
            assert (await town.deliver(grant, sent)).receipts[sent["id"]].status == status


async def test_the_language_of_the_answers_is_one_more_question(town: Town) -> None:
    """Also of a child who skipped everything; and with its packets alone."""
    session = await town.session()
    grant = await town.tablet(session)
    await town.deliver(grant, *(item(grant, {}, lang="sv" if number < 4 else "fi") for number in range(9)))
    await town.close(session)
    async with town.db.reading() as tx:
        koivu = await list_figures(tx, town.consultation, "koivu", "")
    found = {one.cell: one.number for one in koivu if one.question == "language"}
    assert found.pop(RECEIVED) == 9
    assert found.pop(SHOWN) == 8
    assert found in ({"sv": 4, "fi": 4}, {"sv": 3, "fi": 5})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE packets SET shown = 99",
        "UPDATE packets SET counts = '{}' WHERE question = 'q1'",
        "DELETE FROM packets",
        "DELETE FROM packets WHERE question = 'q1'",
        "INSERT OR REPLACE INTO packets SELECT * FROM packets",
        "TRUNCATE packets",
    ],
)
async def test_the_database_itself_refuses_to_change_a_packet(town: Town, engine: str, statement: str) -> None:
    if engine != {"INSERT": "sqlite", "TRUNCA": "postgresql"}.get(statement[:6], engine):
        pytest.skip("The other engine has no such statement.")
    session = await town.session()
    await answer(town, session, *["home"] * 6)
    await town.close(session)
    with pytest.raises(DBAPIError, match="append only"):
        async with town.db.writing() as tx:
            await tx.execute(text(statement))
    async with town.db.reading() as tx:
        assert (await tx.execute(select(packets.c.shown))).scalars().all() == [5, 5]


async def test_a_prepared_session_opens_and_then_closes(town: Town) -> None:
    session = await prepare(
        town.db, town.revisions, town.consultation, "koivu", (3,), opens="2026-12-01", today=TODAY, children=8
    )
    with pytest.raises(DomainError, match="wrong_state"):
        await town.close(session)
    await answer(town, session, "home")
    await open_session(town.db, town.live, session.id)
    await town.close(session)
    assert (await figures(town, "koivu", "3"))[RECEIVED] == 1


async def test_a_tablet_brings_back_a_session_the_database_lost(town: Town) -> None:
    """Nobody knows whether it was closed, so somebody has to say so first."""
    session = await town.session()
    grant = await town.tablet(session)
    async with town.db.writing() as tx:
        await tx.execute(text("DELETE FROM tablets"))
        await tx.execute(text("DELETE FROM sessions"))
    assert (await town.deliver(grant, item(grant, {"q1": "home"}))).state == State.CLOSING
    for end in (town.close(session), town.freeze(), town.tablet(session)):
        with pytest.raises(DomainError, match=r"not_released|session_closed"):
            await end
    await town.release(session)
    await town.close(session)
    assert (await figures(town, "koivu", "1-2"))[RECEIVED] == 1


async def test_after_the_freeze_of_held_responses_only_the_number_stays(town: Town) -> None:
    session = await town.session()
    grant = await town.tablet(session)
    await town.deliver(grant, item(grant, {"q1": "moon"}))
    await town.freeze()
    async with town.db.reading() as tx:
        assert (await tx.execute(select(held.c.reason, held.c.body))).all() == [("unfit", "")]


async def test_typed_sheets_never_help_to_reach_a_packet(town: Town) -> None:
    """Nine of a class on paper and five on tablets: shown only when a sixth child has answered on a tablet."""
    paper, first, second = await town.session(typed=True), await town.session(), await town.session()
    await answer(town, paper, *["home"] * 9)
    await town.close(paper)
    assert await rows(town, "packets") == 0
    await answer(town, first, *["forest"] * 5)
    await town.close(first)
    await answer(town, second, "forest")
    await town.close(second)
    assert await rows(town, "packets") == 0
    await town.freeze()
    found = await figures(town, "koivu", "1-2")
    assert (found[RECEIVED], found[SHOWN], found["home"], found["forest"]) == (15, 14, 9, 5)
    assert "#typed" not in found


async def test_typed_sheets_alone_are_never_shown(town: Town) -> None:
    paper = await town.session(typed=True)
    await answer(town, paper, *["home"] * 30)
    await town.close(paper)
    await town.freeze()
    found = await figures(town)
    assert found == {RECEIVED: 30}
    assert [await rows(town, table) for table in ("packets", "waiting", "responses")] == [0, 0, 0]


async def test_a_sheet_typed_in_after_closing_is_still_known_as_one(town: Town) -> None:
    paper = await town.session(typed=True)
    grant = await town.tablet(paper)
    await town.close(paper)
    await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(8)))
    await town.freeze()
    assert await figures(town) == {RECEIVED: 8}


async def test_children_join_no_session_of_sheets(town: Town) -> None:
    assert (await town.session(typed=True)).pictures is None


async def test_a_restored_special_group_still_counts_in_the_school(town: Town) -> None:
    session = await town.session(special=True)
    grant = await town.tablet(session)
    async with town.db.writing() as tx:
        await tx.execute(text("DELETE FROM tablets"))
        await tx.execute(text("DELETE FROM sessions"))
    await town.deliver(grant, *(item(grant, {"q1": "home"}) for _ in range(6)))
    await town.release(session)
    await town.close(session)
    assert await figures(town, "koivu", "1-2") == {}
    assert (await figures(town, "koivu"))[SHOWN] == 5
