"""The demo town: fifteen invented schools, a consultation that came to its end, and one that goes on."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.demo import Demo, add_people, as_demo
from server.demo_town.answered import answer_children
from server.demo_town.children import Class, invent, invent_grown_ups
from server.demo_town.lessons import Here, Lessons, noon
from server.demo_town.schools import SCHOOLS, TOWN
from server.demo_town.sorted import sort_all
from server.domain.consultations import parse_poll
from server.domain.levels import SCHOOLS as SCHOOLS_LEVEL
from server.domain.people import Role
from server.settings import Settings
from server.store.areas import insert_area, list_areas
from server.store.consultations import Revisions, find_consultation, mark_consultation
from server.store.database import Database
from server.store.keys import load_key
from server.store.sessions import list_unclosed_sessions
from server.store.shelf import find_shelf_poll
from server.store.staff import list_members
from server.usecases.compose import publish
from server.usecases.conclude import publish_results
from server.usecases.freeze import freeze

FINISHED = "third-place"
RUNNING = "school-yard"
IDEAS = 300
SEED = 2026
_BEGAN_DAYS_AGO = 63
_SCHOOL_DAYS = 20
_SORTED_DAYS_AGO = 14
_GROWN_UPS = 9
_RUNNING_SCHOOLS = 5
_RUNNING_EVERY = 3
# The poll speaks of Pedersöre, and what is invented here must not be said of a real place.
_CALLED = {"Pedersöressä": "Satulaaksossa", "Pedersören": "Satulaakson", "Pedersöre": "Sagodalen"}
_FACTS = {
    "purpose": {
        "sv": "Kommunen vill att barn ska ha någonstans att vara när skolan är slut. Därför frågar vi barnen först.",
        "fi": "Kunta haluaa, että lapsilla on paikka, jossa olla koulun jälkeen. Siksi kysymme ensin lapsilta.",
    },
    "decider": {"sv": "Bildningsnämnden i Sagodalen", "fi": "Satulaakson sivistyslautakunta"},
    "canChange": {
        "sv": "Bibliotekens öppettider, skolgårdarna och 30 000 euro till ett nytt ställe. Inte skolskjutsarna.",
        "fi": "Kirjastojen aukioloajat, koulujen pihat ja 30 000 euroa uuteen paikkaan. Ei koulukyytejä.",
    },
}


class NotATown(Exception):
    """The database holds something else, or a town whose making was broken off."""


async def set_up_town(settings: Settings, schools: int = len(SCHOOLS), ideas: int = IDEAS) -> Demo:
    """The town in this data directory, made at the first start and unchanged later.

    Its children, their answers and ideas are always the same; what the disclosure rule draws is not.
    Raises NotATown.
    """
    db = Database(settings.database_url)
    try:
        async with db.reading() as tx:
            is_new = not await list_areas(tx)
        if is_new:
            await _fill(db, settings, schools, ideas)
        async with db.reading() as tx:
            if await find_consultation(tx, RUNNING) is None:
                raise NotATown
            sessions = await list_unclosed_sessions(tx)
        return as_demo(settings, FINISHED, sessions)
    finally:
        await db.close()


async def _fill(db: Database, settings: Settings, schools: int, ideas: int) -> None:
    async with db.writing() as tx:
        for area in (TOWN, *(school.area for school in SCHOOLS[:schools])):
            await insert_area(tx, area)
    await add_people(db, settings.data_dir, TOWN.id)
    async with db.reading() as tx:
        accounts = {role: member.account.id for member in await list_members(tx) for role, _ in member.roles}
    key = load_key(settings.data_dir, "grants")
    teacher, moderator, administrator = (accounts[role] for role in (Role.TEACHER, Role.MODERATOR, Role.ADMINISTRATOR))
    here = Here(db, Revisions(db), key, teacher, moderator, administrator)
    today = datetime.now(UTC).date()
    await _finish(here, today - timedelta(days=_BEGAN_DAYS_AGO), schools, ideas)
    await _run(here, today, min(schools, _RUNNING_SCHOOLS))


async def _finish(here: Here, began: date, schools: int, ideas: int) -> None:
    """Everybody is asked, school by school and day by day; the result stands, and the children are answered."""
    days, today = school_days(began, _SCHOOL_DAYS), began + timedelta(days=_BEGAN_DAYS_AGO)
    facts = {"begins": began, "ends": days[-1], "feedbackBy": today}
    content = await _publish(here, FINISHED, {**_FACTS, **{name: day.isoformat() for name, day in facts.items()}})
    poll = parse_poll(content)
    await Lessons(here, FINISHED, began).guess(invent_grown_ups(poll, SEED, _GROWN_UPS))
    classes = invent(poll, SEED, schools, ideas)
    for number, held in enumerate(classes):
        await Lessons(here, FINISHED, days[number * len(days) // len(classes)]).hold(held)
    counted = noon(days[-1] + timedelta(days=1))
    await freeze(here.db, here.live, here.revisions, here.key, FINISHED, by=here.moderator, at=counted())
    made = [child.made for held in classes for child in held.children if child.made]
    opened = today - timedelta(days=_SORTED_DAYS_AGO)
    await sort_all(here, FINISHED, made, opened)
    await publish_results(here.db, here.live, noon(opened), FINISHED, SCHOOLS_LEVEL, by=here.moderator)
    await answer_children(here, FINISHED, today)


async def _run(here: Here, today: date, schools: int) -> None:
    """A few classes are answering just now."""
    content = await _publish(here, RUNNING, {})
    for held in invent(parse_poll(content), SEED, schools, 0)[::_RUNNING_EVERY]:
        begun = Class(held.group, held.children[: len(held.children) // 2])
        await Lessons(here, RUNNING, today).begin(begun)


async def _publish(here: Here, poll: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    written = json.dumps(find_shelf_poll(poll), ensure_ascii=False)
    for real, invented in _CALLED.items():
        written = written.replace(real, invented)
    content: Mapping[str, Any] = json.loads(written)
    consultation = await publish(here.db, TOWN.id, content)
    async with here.db.writing() as tx:
        found = await find_consultation(tx, consultation)
        assert found
        await mark_consultation(tx, replace(found, facts=facts))
    return content


def school_days(first: date, number: int) -> list[date]:
    """So many days from `first` on, Saturdays and Sundays left out."""
    after = (first + timedelta(days=passed) for passed in range(number * 2))
    return [day for day in after if day.weekday() < 5][:number]
