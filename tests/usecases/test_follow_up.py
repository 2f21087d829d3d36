"""A card that is done asks the same schools whether it turned out well, by a consultation that is ready to publish."""

from collections.abc import Mapping

import pytest

from server.domain.errors import DomainError
from server.store.consultations import find_consultation
from server.store.drafts import find_draft
from server.store.feedback import find_feedback, mark_published
from server.usecases.compose import publish_draft, seen_id
from server.usecases.edit import Wish
from server.usecases.feedback import change_feedback, save_feedback
from server.usecases.follow_up import ask_again
from tests.town import Town

DONE = {
    "state": "done",
    "emojiHex": "1F6DD",
    "did.sv": "Gården har två nya gungor.",
    "did.fi": "Pihalla on kaksi uutta keinua.",
}


async def card(town: Town, fields: Mapping[str, str]) -> str:
    path = await change_feedback(town.db, town.clock, town.consultation, "add", "cards", by="")
    was = {"state": "in_progress"}
    wishes = [Wish(f"{path}.{name}", value, was.get(name, "")) for name, value in fields.items()]
    assert not await save_feedback(town.db, town.clock, town.consultation, wishes, by="", has_picture=lambda _: True)
    return path


async def ask(town: Town, path: str) -> str:
    return await ask_again(town.db, town.clock, town.consultation, path, by="p_Mika")


async def test_it_asks_the_same_schools_and_grades_and_is_ready(town: Town) -> None:
    await town.set_facts({"areas.koivu": "on", "grades.1": "on", "grades.2": "on"})
    await town.freeze()
    path = await card(town, DONE)
    async with town.db.reading() as tx:
        content = (await find_feedback(tx, town.consultation)).content
    async with town.db.writing() as tx:
        await mark_published(tx, town.consultation, content, town.now)

    async def linked() -> str:
        async with town.db.reading() as tx:
            published = (await find_feedback(tx, "third-place")).published
        assert published
        return published.cards[0].follow_up

    poll = await ask(town, path)
    assert await ask(town, path) == poll
    assert await linked() == ""
    async with town.db.reading() as tx:
        draft = await find_draft(tx, poll)
        assert draft
        made = await find_consultation(tx, draft.consultation)
    assert made
    assert (made.area, made.facts["areas"], made.grades, made.frozen) == ("stad", ["koivu"], [1, 2], False)
    assert made.title["fi"].endswith(" – tuliko siitä hyvä?")
    asked = draft.content["questions"][0]
    assert (asked["kind"], asked["emojiHex"], asked["help"]["sv"]) == ("yes_maybe_no", "1F6DD", DONE["did.sv"])
    assert asked["text"] == {"sv": "Blev det bra?", "fi": "Tuliko siitä hyvä?"}
    await publish_draft(town.db, town.clock, poll, by="", seen=seen_id(draft), pictures=_Everything())
    assert await linked() == draft.consultation
    town.consultation = draft.consultation
    assert (await town.session("koivu", (1, 2))).consultation == draft.consultation


class _Everything(frozenset[str]):
    """Every picture there could be."""

    def __contains__(self, _hexcode: object) -> bool:
        return True


@pytest.mark.parametrize("changed", [{"state": "cannot"}, {"did.fi": ""}])
async def test_only_what_is_done_and_told_is_asked_about(town: Town, changed: dict[str, str]) -> None:
    path = await card(town, {name: value for name, value in {**DONE, **changed}.items() if value})
    for each in (path, "cards.c9", "readers.r1", ""):
        with pytest.raises(DomainError, match="bad_form"):
            await ask(town, each)
