"""What came of a consultation is written field by field, published as a copy, and once it is an answer it stays one."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from server.domain.drafts import find_slot
from server.domain.errors import DomainError
from server.store.feedback import StoredFeedback, find_feedback, list_published_feedback
from server.store.schema import actions
from server.usecases.edit import Conflict, Wish
from server.usecases.feedback import change_feedback, publish_feedback, save_feedback, seen_id
from tests.town import Town

PICTURES = {"1F6DD"}
CARD = {"emojiHex": "1F6DD", "said.sv": "Gungor", "said.fi": "Keinuja", "did.sv": "Två nya", "did.fi": "Kaksi uutta"}
DECIDED = {
    **{f"{name}.{lang}": f"{name} {lang}" for name in ("decision", "reasons", "next") for lang in ("sv", "fi")},
    "decidedOn": "2026-12-01",
    "caseNumber": "PED/123/2026",
}


async def written(town: Town) -> StoredFeedback:
    async with town.db.reading() as tx:
        return await find_feedback(tx, town.consultation)


async def save(town: Town, fields: Mapping[str, str], *, by: str = "") -> list[Conflict]:
    content = (await written(town)).content
    wishes = [Wish(path, value, find_slot(content, path).value) for path, value in fields.items()]
    return await keep(town, *wishes, by=by)


async def keep(town: Town, *wishes: Wish, by: str = "") -> list[Conflict]:
    has = PICTURES.__contains__
    return await save_feedback(town.db, town.clock, town.consultation, wishes, by=by, has_picture=has)


async def do(town: Town, what: str, path: str) -> str:
    return await change_feedback(town.db, town.clock, town.consultation, what, path, by="")


async def publish(town: Town, seen: str | None = None) -> None:
    seen = seen_id((await written(town)).content) if seen is None else seen
    about: dict[str, Any] = {"by": "", "seen": seen, "pictures": PICTURES}
    await publish_feedback(town.db, town.live, town.clock, town.consultation, **about)


async def add_card(town: Town) -> str:
    card = await do(town, "add", "cards")
    await save(town, {f"{card}.{path}": value for path, value in CARD.items()})
    return card


async def refused(step: Any) -> tuple[str, list[tuple[str, str]]]:
    with pytest.raises(DomainError) as error:
        await step
    return error.value.kind.code, list(error.value.details)


async def test_readers_and_the_meeting_are_told_before_there_is_an_answer(town: Town) -> None:
    reader = await do(town, "add", "readers")
    fields = {f"{reader}.name": "Ritva", f"{reader}.role.sv": "ordförande", f"{reader}.role.fi": "puheenjohtaja"}
    await save(town, {**fields, "meeting": "2026-12-15"})
    assert (await written(town)).published is None
    await publish(town)
    published = (await written(town)).published
    assert published
    assert (published.readers[0].name, published.readers[0].day) == ("Ritva", "2027-01-15")
    assert (published.meeting, published.answered) == ("2026-12-15", "")


async def test_an_answer_is_published_after_the_freeze_as_a_copy(town: Town) -> None:
    await save(town, DECIDED)
    card = await add_card(town)
    assert (await refused(publish(town)))[0] == "not_frozen"
    await town.freeze()
    await publish(town)
    await save(town, {f"{card}.did.sv": "Tre nya"})
    stored = await written(town)
    assert stored.published
    assert (stored.published.cards[0].did["sv"], stored.published.answered) == ("Två nya", "2027-01-15")
    town.now += 86_400
    await publish(town)
    async with town.db.reading() as tx:
        (later,) = (await list_published_feedback(tx)).values()
        did = (await tx.execute(select(actions.c.what))).scalars().all()
    assert (later.cards[0].did["sv"], later.answered) == ("Tre nya", "2027-01-15")
    assert (await written(town)).published_at == town.now
    assert did.count("feedback_published") == 2
    await do(town, "remove", card)
    assert await refused(publish(town)) == ("incomplete", [("cards", "cards")])


async def test_what_is_missing_is_named(town: Town) -> None:
    await do(town, "add", "readers")
    await do(town, "add", "cards")
    await save(town, {"decision.sv": "Ja", "cards.c1.said.fi": "Keinuja"})
    code, gaps = await refused(publish(town))
    assert code == "incomplete"
    assert set(gaps) == {
        ("readers.r1.name", "empty"),
        ("readers.r1.role.sv", "sv"),
        ("readers.r1.role.fi", "fi"),
        ("decidedOn", "empty"),
        ("decision.fi", "fi"),
        ("cards.c1.emojiHex", "picture"),
        ("cards.c1.said.sv", "sv"),
        ("cards.c1.did.sv", "sv"),
        ("cards.c1.did.fi", "fi"),
        ("reasons.sv", "empty"),
        ("next.sv", "empty"),
    }


async def test_only_what_was_looked_at_is_published(town: Town) -> None:
    seen = seen_id((await written(town)).content)
    await save(town, {"meeting": "2026-12-15"})
    assert (await refused(publish(town, seen)))[0] == "changed"
    assert (await written(town)).published is None


async def test_cards_change_places_go_and_come_back(town: Town) -> None:
    first, second = await add_card(town), await add_card(town)
    await do(town, "up", second)
    await do(town, "remove", first)
    assert [(each["id"], "removed" in each) for each in (await written(town)).content["cards"]] == [
        ("c2", False),
        ("c1", True),
    ]
    await do(town, "restore", first)
    await publish(town)
    published = (await written(town)).published
    assert published
    assert [card.id for card in published.cards] == ["c2", "c1"]
    for _ in range(10):
        await do(town, "add", "cards")
    assert await refused(do(town, "add", "cards")) == ("bad_form", [("cards", "too_many")])


async def test_two_writers_of_one_field_both_learn_it(town: Town) -> None:
    assert not await keep(town, Wish("decision.sv", "Ja", ""), by="mika")
    (conflict,) = await keep(town, Wish("decision.sv", "Nej", ""), Wish("decision.fi", "Ei", ""), by="otto")
    assert (conflict.path, conflict.theirs, conflict.mine) == ("decision.sv", "Ja", "Nej")
    assert (await written(town)).content["decision"] == {"sv": "Ja", "fi": "Ei"}


@pytest.mark.parametrize(
    ("path", "value", "wrong"),
    [
        ("cards.c1.did.sv", "x" * 100_000, "too_long"),
        ("readers.r1.name", "x" * 301, "too_long"),
        ("meeting", "2027-02-30", "date"),
        ("decidedOn", "1.2.2027", "date"),
        ("cards.c1.day", "2027-1-1", "date"),
        ("cards.c1.state", "maybe", "unknown"),
        ("cards.c1.state", "", "unknown"),
        ("cards.c1.emojiHex", "1F600", "unknown"),
        ("cards.c1.emojiHex", "../x", "unknown"),
        ("cards.c1.id", "c9", "unknown"),
        ("cards.c1.followUp", "third-place", "unknown"),
        ("cards.c2.said.sv", "x", "unknown"),
        ("readers.r1", "x", "unknown"),
        ("answered", "2027-01-01", "unknown"),
        ("title.sv", "x", "unknown"),
        ("cards.c1.said.en", "x", "unknown"),
    ],
)
async def test_what_does_not_fit_is_named_and_nothing_is_written(town: Town, path: str, value: str, wrong: str) -> None:
    await do(town, "add", "cards")
    await do(town, "add", "readers")
    before = (await written(town)).content
    wishes = [Wish("decision.sv", "Ja", ""), Wish(path, value, "")]
    assert await refused(keep(town, *wishes)) == ("bad_form", [(path, wrong)])
    assert (await written(town)).content == before


async def test_marks_that_turn_a_text_go(town: Town) -> None:
    await save(town, {"decision.sv": "Två \u202egungor\u200f 👩\u200d🏫"})
    assert (await written(town)).content["decision"]["sv"] == "Två gungor 👩\u200d🏫"


@pytest.mark.parametrize(
    "step", [("add", "questions"), ("explode", "cards"), ("remove", "cards.c7"), ("up", "meeting")]
)
async def test_a_change_that_is_none(town: Town, step: tuple[str, str]) -> None:
    assert (await refused(do(town, *step)))[0] == "bad_form"


async def test_a_consultation_that_is_not_there(town: Town) -> None:
    town.consultation = "nowhere"
    assert (await refused(do(town, "add", "cards")))[0] == "not_found"
    assert (await refused(keep(town)))[0] == "not_found"
    assert (await refused(publish(town)))[0] == "not_found"
