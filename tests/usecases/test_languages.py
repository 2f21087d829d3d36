"""An administrator adds a language, a poll with it is published and travels, and its answers count like any other."""

from typing import Any

import pytest

from server.domain.errors import DomainError
from server.store.consultations import find_newest_of_poll
from server.store.drafts import find_draft
from server.store.schema import actions
from server.usecases.compose import add_poll, publish_draft, seen_id
from server.usecases.edit import Wish, add_language, remove_language, save_poll
from server.usecases.report import read_results
from tests.english import ENGLISH, in_english
from tests.town import Town, item, poll_content


async def drafted(town: Town, content: dict[str, Any]) -> str:
    return await add_poll(town.db, town.clock, town.consultation, content, by="p_mika")


async def content_of(town: Town, poll: str) -> dict[str, Any]:
    async with town.db.reading() as tx:
        draft = await find_draft(tx, poll)
    assert draft
    return draft.content


async def published(town: Town, poll: str) -> str:
    async with town.db.reading() as tx:
        draft = await find_draft(tx, poll)
    assert draft
    pictures = {"1F4AC", *_pictures(draft.content)}
    return await publish_draft(town.db, town.clock, poll, by="", seen=seen_id(draft), pictures=pictures)


def _pictures(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {str(part[name]) for name in ("emojiHex", "coverEmojiHex") if name in part}
        return own.union(*map(_pictures, part.values()))
    return set().union(*map(_pictures, part)) if isinstance(part, list) else set()


async def wish(town: Town, poll: str, path: str, value: str, was: str = "") -> None:
    assert not await save_poll(
        town.db, town.clock, poll, [Wish(path, value, was)], by="p_mika", has_picture=lambda _: True
    )


async def test_a_column_is_filled_removed_and_comes_back(town: Town) -> None:
    poll = await drafted(town, poll_content())
    with pytest.raises(DomainError, match="bad_form"):
        await wish(town, poll, "title.en", "Our third place")
    await add_language(town.db, town.clock, poll, "en", ENGLISH["text"], by="p_admin")
    await wish(town, poll, "title.en", "Our third place")
    await remove_language(town.db, town.clock, poll, "en", by="p_admin")
    await remove_language(town.db, town.clock, poll, "en", by="p_admin")
    with pytest.raises(DomainError, match="bad_form"):
        await wish(town, poll, "title.en", "Another one", "Our third place")
    await add_language(town.db, town.clock, poll, "en", ENGLISH["text"], by="p_admin")
    assert (await content_of(town, poll))["title"]["en"] == "Our third place"
    async with town.db.reading() as tx:
        did = [(row.what, row.about) for row in await tx.execute(actions.select().order_by(actions.c.id))]
    assert [each for each in did if "language" in each[0]] == [
        ("language_added", "Vårt tredje ställe: en"),
        ("language_removed", "Vårt tredje ställe: en"),
        ("language_added", "Vårt tredje ställe: en"),
    ]


async def test_what_is_missing_in_it_keeps_nobody_from_publishing(town: Town) -> None:
    content = in_english(poll_content())
    del content["questions"][0]["text"]["en"]
    poll = await drafted(town, content)
    first = await town.revisions.find(await published(town, poll))
    assert first
    assert first.poll.languages == ("sv", "fi")
    await wish(town, poll, "questions.q1.text.en", "Where do you like to be after school?")
    second = await town.revisions.find(await published(town, poll))
    assert second
    assert second.poll.languages == ("sv", "fi", "en")


async def test_its_answers_count_in_packets_like_any_other(town: Town) -> None:
    poll = await drafted(town, in_english(poll_content()))
    await published(town, poll)
    session = await town.session("koivu", (1, 2))
    tablet = await town.tablet(session)
    answers = {"q1": "home"}
    languages = ["en", "en", "en", "fi", "fi", "sv", "sv", "sv"]
    outcome = await town.deliver(tablet, *[item(tablet, answers, lang=lang) for lang in languages])
    assert {receipt.status for receipt in outcome.receipts.values()} == {"stored"}
    await town.finish(session)
    await town.close(session)
    async with town.db.reading() as tx:
        results = await read_results(tx, town.revisions, town.consultation, {"school": "koivu"})
        assert (await find_newest_of_poll(tx, poll)) == (session.revision, town.consultation)
    (language,) = [each for each in results.results if each.question.id == "language" and each.poll == poll]
    assert language.shown == 7
    assert language.counts
    assert set(language.counts) == {"sv", "fi", "en"}
    assert sum(language.counts.values()) == 7
    assert language.counts["en"] >= 2


async def test_in_a_poll_without_it_an_answer_is_held(town: Town) -> None:
    tablet = await town.tablet(await town.session())
    outcome = await town.deliver(tablet, item(tablet, {"q1": "home"}, lang="en"))
    assert {(receipt.status, receipt.why) for receipt in outcome.receipts.values()} == {("held", "unfit")}
