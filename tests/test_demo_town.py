"""A small demo town in a fresh data directory: everybody is reached, all adds up, one seed makes one town."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio

from server.demo import Demo
from server.demo_town import FINISHED, SEED, NotATown, set_up_town
from server.demo_town.children import Child, invent
from server.demo_town.schools import SCHOOLS, TOWN
from server.demo_town.wishes import ODD
from server.domain import desk, ideas
from server.domain.consultations import parse_poll
from server.domain.feedback import Done
from server.domain.packages import LANGUAGES
from server.domain.responses import Response, suits
from server.domain.sessions import State
from server.settings import Settings, read_settings
from server.store.areas import Area, insert_area
from server.store.consultations import Revisions, find_consultation
from server.store.database import Database
from server.store.desk import count_states
from server.store.feedback import find_feedback
from server.store.ideas import find_idea
from server.store.responses import count_arrived
from server.store.sessions import list_sessions
from server.store.shelf import find_shelf_poll
from server.store.themes import list_themes
from server.usecases.guess import compare_guesses
from server.usecases.report import read_results
from server.web.assets import Assets
from server.web.fields import has_picture
from tests.copies import lay_out, make_sqlite, sqlite_url

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCHOOLS_MADE, IDEAS_MADE = 3, 8
POLL = parse_poll(find_shelf_poll(FINISHED))


def settings_in(folder: Path) -> Settings:
    return read_settings({"TYCK_DATA_DIR": str(folder)}, demo=True)


async def make_small_town(folder: Path) -> None:
    await make_sqlite(folder)
    await set_up_town(settings_in(folder), SCHOOLS_MADE, IDEAS_MADE)


@dataclass
class Made:
    demo: Demo
    db: Database


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Made]:
    """Made once: nothing here writes into it."""
    folder = tmp_path_factory.mktemp("town")
    await make_small_town(folder)
    db = Database(sqlite_url(folder))
    yield Made(await set_up_town(settings_in(folder)), db)
    await db.close()


@cache
def children() -> list[Child]:
    return [child for held in invent(POLL, SEED, SCHOOLS_MADE, IDEAS_MADE) for child in held.children]


async def test_every_school_is_reached_and_every_child_counted(town: Made) -> None:
    async with town.db.reading() as tx:
        sessions = [session for session in await list_sessions(tx, FINISHED) if not session.is_guess]
        arrived = await count_arrived(tx, [session.id for session in sessions])
    assert {session.area for session in sessions} == {school.area.id for school in SCHOOLS[:SCHOOLS_MADE]}
    assert {session.state for session in sessions} == {State.CLOSED}
    assert sum(in_time for in_time, _ in arrived.values()) == len(children())


async def test_what_is_received_is_what_was_answered_and_never_a_skip(town: Made) -> None:
    async with town.db.reading() as tx:
        found = await read_results(tx, Revisions(town.db), FINISHED, {})
    asked = {question.id for question in POLL.questions if question.entries and not question.pairs}
    given = Counter(question for child in children() for question in child.answers if question in asked)
    results = {result.question.id: result for result in found.results if result.question.id in asked}
    assert {question: result.received for question, result in results.items()} == given
    for result in results.values():
        assert 0 < (result.shown or 0) < (result.received or 0)
    assert sum((results["q1"].counts or {}).values()) == results["q1"].shown


async def test_every_idea_arrives_and_most_are_decided(town: Made) -> None:
    made = [child.made for child in children() if child.made]
    async with town.db.reading() as tx:
        kept = [await find_idea(tx, each.id) for each in made]
        states = await count_states(tx, FINISHED)
        themes = await list_themes(tx, FINISHED)
    assert len(kept) == IDEAS_MADE
    assert all(idea and idea.held is None for idea in kept)
    assert sum(states.values()) == IDEAS_MADE
    assert 0 < states[desk.State.NEW] < IDEAS_MADE / 2
    assert len(themes) == 6
    assert {theme.state for theme in themes} >= {"done", "now", "maturing", "vote", "impossible"}


async def test_grown_ups_guessed_what_children_would_say(town: Made) -> None:
    async with town.db.reading() as tx:
        guesses = await compare_guesses(tx, await read_results(tx, Revisions(town.db), FINISHED, {}))
    assert guesses


async def test_what_must_not_be_shown_is_covered_word_by_word() -> None:
    for odd in ODD:
        for lang, places in (odd.hidden or {}).items():
            covered = desk.hide_words(odd.said[lang], [str(place) for place in places])
            assert not any(name in covered for name in ("Elsa", "Nyby", "Eetu", "Mäki", "Viggo", "Onni")), covered


async def test_the_children_are_answered_in_both_languages(town: Made) -> None:
    async with town.db.reading() as tx:
        consultation = await find_consultation(tx, FINISHED)
        feedback = (await find_feedback(tx, FINISHED)).published
    assert consultation
    assert consultation.public == "schools"
    assert feedback
    assert feedback.answered
    assert len(feedback.cards) == 4
    assert {card.state for card in feedback.cards} == set(Done)
    assert all(has_picture(Assets(), card.picture) for card in feedback.cards)
    assert all(card.said[lang] and card.did[lang] for card in feedback.cards for lang in LANGUAGES)


async def test_another_consultation_goes_on(town: Made) -> None:
    assert town.demo.sessions
    assert all(len(session["pictures"]) == 4 for session in town.demo.sessions)
    assert {person.role for person in town.demo.staff} == {"teacher", "moderator", "reviewer", "administrator"}
    async with town.db.reading() as tx:
        finished = await find_consultation(tx, FINISHED)
    assert finished
    assert finished.frozen


async def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    lay_out(make_sqlite, tmp_path)
    db = Database(sqlite_url(tmp_path))
    async with db.writing() as tx:
        await insert_area(tx, Area("stad", None, "municipality", {"sv": "Stad", "fi": "Kaupunki"}, "sv"))
    await db.close()
    with pytest.raises(NotATown):
        await set_up_town(settings_in(tmp_path))


async def test_one_seed_makes_one_town_and_another_makes_another() -> None:
    assert invent(POLL, 1, 3, 5) == invent(POLL, 1, 3, 5)
    assert invent(POLL, 1, 3, 5) != invent(POLL, 2, 3, 5)


async def test_the_whole_town_is_as_it_is_promised_and_fits_the_poll() -> None:
    whole = invent(POLL, SEED, len(SCHOOLS), 300)
    assert Counter(school.language for school in SCHOOLS) == {"sv": 12, "fi": 3}
    assert len({school.area.id for school in SCHOOLS}) == len(SCHOOLS)
    assert all(school.area.parent == TOWN.id for school in SCHOOLS)
    made = 0
    for held in whole:
        profile = POLL.profile_for(held.group.grades).id
        assert 4 <= held.group.enrolled <= 24
        for child in held.children:
            assert suits(POLL, profile, Response("r", child.lang, child.answers, child.end)), child
            if child.made:
                made += 1
                assert ideas.suits(POLL, profile, child.made.idea)
    assert made == 300
