"""Two people decide at once, and themes come back as answers: on both engines."""

import asyncio

import pytest

from server.domain.errors import DomainError
from server.domain.people import Role
from server.store.drafts import find_draft
from server.store.ideas import KeptIdea, insert_idea, list_shown_ideas
from server.store.packets import list_figures
from server.store.staff import Account, insert_account
from server.store.themes import list_themes
from server.usecases.compose import publish_draft, seen_id
from server.usecases.moderate import decide
from server.usecases.themes import add_theme, put_to_vote, set_sum, sort_ideas
from tests.town import Town, item, new_id


async def made(town: Town) -> str:
    idea, about = new_id(), (town.consultation, "third-place", "q10", "koivu")
    async with town.db.writing() as tx:
        await insert_idea(tx, "s_x", KeptIdea(idea, *about, "3-6", "fi", True, None, "Keinuja", None))
    return idea


async def test_of_two_who_decide_at_once_one_is_first_and_the_other_is_told(town: Town) -> None:
    async with town.db.writing() as tx:
        for name in ("mika", "maja"):
            account = Account(name, f"{name}@stad.example", name, "x", demo=False, disabled=False)
            await insert_account(tx, account, [(Role.MODERATOR, "stad")])
    about = (town.db, town.clock, town.consultation)
    for _ in range(5):
        idea = await made(town)
        both = [decide(*about, idea, "shown", was="new", by="mika")]
        both.append(decide(*about, idea, "hidden", was="new", by="maja", reason="name"))
        told = await asyncio.gather(*both, return_exceptions=True)
        refused = [each for each in told if isinstance(each, DomainError)]
        assert [each.kind.code for each in refused] == ["already_decided"]


async def test_from_what_if_to_a_vote_that_is_counted(town: Town) -> None:
    """The citizens' budget in two rounds of one consultation."""
    idea = await made(town)
    await decide(town.db, town.clock, town.consultation, idea, "shown", was="new", by="mika")
    names = [("Gungor", "Keinut"), ("Träd", "Puita")]
    first, second = [
        await add_theme(
            town.db,
            town.clock,
            town.consultation,
            {"name_sv": sv, "name_fi": fi, "picture": "1F6DD"},
            has_picture=lambda _hexcode: True,
        )
        for sv, fi in names
    ]
    assert await sort_ideas(town.db, town.consultation, [idea], first) == 1
    async with town.db.reading() as tx:
        assert [each.theme for each in await list_shown_ideas(tx, town.consultation)] == [first]
        assert {theme.id for theme in await list_themes(tx, town.consultation)} == {first, second}
    await set_sum(town.db, town.consultation, "5000")
    asked_first = await town.session()
    tablet = await town.tablet(asked_first)
    await town.deliver(tablet, *[item(tablet, {"q1": "home"}) for _ in range(7)])
    await town.close(asked_first)
    poll = await put_to_vote(town.db, town.clock, town.consultation, "budget", [first, second], by="mika")
    async with town.db.reading() as tx:
        draft = await find_draft(tx, poll)
    assert draft
    await publish_draft(town.db, town.clock, poll, by="mika", seen=seen_id(draft), pictures={"1F6DD", *_every(draft)})
    session = await town.session()
    tablet = await town.tablet(session)
    await town.deliver(tablet, *[item(tablet, {"q1": {first: 4, second: 1}}) for _ in range(7)])
    await town.close(session)
    await town.freeze()
    async with town.db.reading() as tx:
        figures = await list_figures(tx, town.consultation, "koivu", "")
    counted = {each.cell: each.number for each in figures if each.poll == poll and each.grades == ""}
    assert counted[first] == 4 * counted[second] > 0


def _every(draft: object) -> set[str]:
    """Every picture that the draft names."""
    content = getattr(draft, "content", draft)
    if isinstance(content, list):
        return {found for each in content for found in _every(each)}
    if not isinstance(content, dict):
        return set()
    own = {str(content[name]) for name in ("emojiHex", "coverEmojiHex") if name in content}
    return own | {found for each in content.values() for found in _every(each)}


async def test_a_name_alone_makes_no_theme(town: Town) -> None:
    with pytest.raises(DomainError):
        await add_theme(town.db, town.clock, town.consultation, {"name_sv": "x"}, has_picture=lambda _hexcode: True)
