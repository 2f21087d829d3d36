"""The workshop's pages: begin, write, come second, be refused, try, publish; all of it without script as well."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from server.domain.sessions import State
from server.store.areas import Area, insert_area
from server.store.consultations import find_newest_revision, list_published
from server.store.drafts import find_draft
from server.store.responses import count_arrived_by_place
from server.usecases import compose
from server.usecases.run_session import prepare
from tests.town import NAMES, TODAY, poll_content
from tests.web.staff import HOME, World

TITLE = {"title_sv": "Skolgården", "title_fi": "Koulun piha", "area": "stad"}
CHOICE = {
    "kind": "single_choice",
    "text_sv": "Vad gör du på rasten?",
    "text_fi": "Mitä teet välitunnilla?",
    "options_sv": "Gungar\nSpelar fotboll\n",
    "options_fi": "Keinun\r\nPelaan jalkapalloa",
}
POLL = "/staff/polls/third-place"


async def begun(browser: httpx2.AsyncClient) -> str:
    """The address of a new poll's workshop."""
    reply = await browser.post("/staff/workshop", data=TITLE)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"])


async def saved(
    browser: httpx2.AsyncClient, at: str, wishes: Mapping[str, tuple[str, str]], *, htmx: bool = False, **more: str
) -> httpx2.Response:
    """Sends fields as (was, value); a box that is not ticked sends no value."""
    form = {f"was.{path}": was for path, (was, _value) in wishes.items()}
    form |= {path: value for path, (_was, value) in wishes.items() if value}
    return await browser.post(at, data={**form, **more}, headers={"HX-Request": "true"} if htmx else {})


async def content_of(world: World, home: str) -> dict[str, Any]:
    async with world.parts.db.reading() as tx:
        draft = await find_draft(tx, home.split("/")[3])
    assert draft
    return draft.content


async def test_from_nothing_to_a_session_in_few_forms(world: World) -> None:
    mika, alva = await world.signed_in("Mika"), await world.signed_in("Alva")
    home = await begun(mika)
    for kind in ("single_choice", "yes_maybe_no", "smiley"):
        options = {} if kind != "single_choice" else CHOICE
        form = {"text_sv": "Hur är gården?", "text_fi": "Millainen piha on?", **options, "kind": kind}
        assert (await mika.post(f"{home}/questions", data=form)).status_code == 303
    page = (await mika.get(home)).text
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen, re.findall(r"<li><a.*", page)
    reply = await mika.post(f"/staff/polls/{home.split('/')[3]}/publish", data={"seen": seen.group(1)})
    assert reply.status_code == 303
    assert "Publicerat: nya svarsstunder använder det här" in (await mika.get(home)).text
    first = (await alva.get("/staff/")).text
    assert "Skolgården" in first
    consultation = re.findall(r"/staff/consultations/(c-\w+)/start\?school=koivu", first)[0]
    started = await alva.post("/staff/sessions", data={"consultation": consultation, "area": "koivu", "grades": "1"})
    assert started.status_code == 303
    assert "/staff/sessions/" in started.headers["location"]


async def test_every_page_of_a_poll_is_drawn_in_both_languages(world: World) -> None:
    for lang in ("sv", "fi"):
        mika = await world.signed_in("Mika", lang)
        questions = [f"questions/{each['id']}" for each in poll_content()["questions"]]
        pictures = ["picture?at=coverEmojiHex", "picture?at=questions.q1.options.home.emojiHex&q=zzzz"]
        for page in ["", "texts", "grades", "try", "try?width=phone&texts=fi&profile=long", *questions, *pictures]:
            reply = await mika.get(f"{POLL}/workshop/{page}".rstrip("/"))
            assert reply.status_code == 200, page
            assert "missing" not in reply.text, page
        assert (await mika.get(f"{HOME}/workshop")).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "questions/q99",
        "picture?at=title.sv",
        "picture?at=questions.q1.id",
        "picture",
        "try?profile=x",
        "try?width=wall",
    ],
)
async def test_a_page_that_is_not_there(world: World, page: str) -> None:
    mika = await world.signed_in("Mika")
    assert (await mika.get(f"{POLL}/workshop/{page}")).status_code == 404


async def test_a_name_is_needed_and_an_area_of_ones_own(world: World) -> None:
    mika, otto = await world.signed_in("Mika"), await world.signed_in("Otto")
    assert (await mika.post("/staff/workshop", data={"area": "stad"})).status_code == 422
    reply = await mika.post("/staff/workshop", data={**TITLE, "title_sv": "x" * 400})
    assert reply.status_code == 422
    assert "Koulun piha" in reply.text
    assert (await otto.post("/staff/workshop", data=TITLE)).status_code == 403


async def test_what_a_button_does_is_seen_on_the_page_it_leads_to(world: World) -> None:
    mika = await world.signed_in("Mika")
    for do in ("place questions.q3 questions.q1", "up questions.q3", "remove questions.q2", "restore questions.q2", ""):
        done = await saved(mika, f"{POLL}/workshop/fields", {}, page="questions", do=do)
        assert (done.status_code, (await mika.get(done.headers["location"])).status_code) == (303, 200), do
    chooser = (await mika.get(f"{POLL}/workshop/picture?at=coverEmojiHex")).text
    for back in {*re.findall(r'href="([^"#]*)#coverEmojiHex"', chooser)}:
        assert (await mika.get(back)).status_code == 200
    assert [each["id"] for each in (await content_of(world, POLL + "/workshop"))["questions"]][:2] == ["q3", "q1"]


async def test_what_was_written_is_not_called_lost_when_only_the_button_is_refused(world: World) -> None:
    mika = await world.signed_in("Mika")
    content = await content_of(world, POLL + "/workshop")
    was = content["subtitle"]["sv"]
    page = await saved(
        mika,
        f"{POLL}/workshop/fields",
        {"subtitle.sv": (was, "Hur leker ni?")},
        page="texts",
        do="up questions.nowhere",
    )
    assert (await content_of(world, POLL + "/workshop"))["subtitle"]["sv"] == "Hur leker ni?"
    assert page.status_code == 422
    assert "Det du skrev är sparat" in page.text
    assert "Ingenting sparades" not in page.text


async def test_fields_are_saved_without_script_and_one_by_one(world: World) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    wishes = {
        "title.sv": ("Skolgården", "Gården"),
        "questions.exit.wall": ("", "on"),
        "gradeProfiles.long.grades.3": ("on", ""),
    }
    reply = await saved(mika, f"{home}/fields", wishes, page="texts")
    assert (reply.status_code, reply.headers["location"]) == (303, f"{home}/texts")
    reply = await saved(mika, f"{home}/fields", {"subtitle.fi": ("Mitä mieltä sinä olet?", "Kerro!")}, htmx=True)
    assert reply.status_code == 200
    assert 'name="was.subtitle.fi" value="Kerro!"' in reply.text
    assert "Sparat" in reply.text
    content = await content_of(world, home)
    assert (content["title"]["sv"], content["subtitle"]["fi"]) == ("Gården", "Kerro!")
    assert content["gradeProfiles"][1]["grades"] == [4, 5, 6]


@pytest.mark.parametrize("htmx", [True, False])
async def test_who_comes_second_sees_who_was_first_and_overwrites_nothing(world: World, htmx: bool) -> None:
    mika, other = await world.signed_in("Mika"), await world.signed_in("Mika")
    home = await begun(mika)
    await saved(other, f"{home}/fields", {"title.sv": ("Skolgården", "Hela gården")})
    both = {"title.sv": ("Skolgården", "Min gård"), "title.fi": ("Koulun piha", "Piha")}
    reply = await saved(mika, f"{home}/fields", both, htmx=htmx, page="texts")
    assert reply.status_code == 409
    assert "Mika ändrade det här före dig, klockan" in reply.text
    assert "Hela gården" in reply.text
    assert "Min gård" in reply.text
    assert 'name="was.title.sv" value="Skolgården"' in reply.text
    assert (await content_of(world, home))["title"] == {"sv": "Hela gården", "fi": "Piha"}
    mine = {"title.sv": ("Skolgården", "Min gård")}
    assert (await saved(mika, f"{home}/fields", mine, htmx=htmx)).status_code == 409
    reply = await saved(mika, f"{home}/fields", mine, page="texts", take="title.sv")
    assert (await content_of(world, home))["title"]["sv"] == "Hela gården"
    over: dict[str, Any] = {"over.title.sv": "Hela gården"}
    assert (await saved(mika, f"{home}/fields", mine, **over)).status_code == 303
    assert (await content_of(world, home))["title"]["sv"] == "Min gård"


async def test_the_same_change_twice_is_no_conflict(world: World) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    for _ in range(2):
        assert (await saved(mika, f"{home}/fields", {"title.sv": ("Skolgården", "Gården")})).status_code == 303


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        ("title.sv", "x" * 100_000, 422),
        ("title.sv", "x" * 1_000_000, 413),
        ("questions.exit.kind", "idea", 422),
        ("__proto__.sv", "x", 422),
        (".".join(["questions"] * 500), "x", 422),
        ("questions.exit.emojiHex", "FFFFF", 422),
        ("coverEmojiHex", "../../x", 422),
        ("gradeProfiles.short.targetMinutes", "0", 422),
    ],
)
async def test_what_does_not_fit_is_refused_whole(world: World, path: str, value: str, status: int) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    before = await content_of(world, home)
    for htmx in (True, False):
        wishes = {"title.fi": ("Koulun piha", "Piha"), path: (before["title"].get(path[-2:], ""), value)}
        reply = await saved(mika, f"{home}/fields", wishes, htmx=htmx, page="texts")
        assert reply.status_code == status, reply.text
    assert await content_of(world, home) == before


async def test_emoji_stay_and_marks_that_turn_a_text_go(world: World) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    await saved(mika, f"{home}/fields", {"title.sv": ("Skolgården", "Gården \u202e👩\u200d🏫<script>\u200f")})
    assert (await content_of(world, home))["title"]["sv"] == "Gården 👩\u200d🏫<script>"
    assert "👩\u200d🏫&lt;script&gt;" in (await mika.get(f"{home}/texts")).text


@pytest.mark.parametrize(
    "changed", [{"kind": "essay"}, {"options_sv": "a\n" * 500}, {"text_fi": "x" * 500}, {"options_fi": "y" * 400}]
)
async def test_a_question_that_does_not_fit_keeps_what_was_typed(world: World, changed: dict[str, str]) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    reply = await mika.post(f"{home}/questions", data={**CHOICE, **changed})
    assert reply.status_code == 422
    assert "Vad gör du på rasten?" in reply.text
    assert len((await content_of(world, home))["questions"]) == 1


async def test_pictures_are_proposed_by_the_options_words(world: World) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    await mika.post(f"{home}/questions", data=CHOICE)
    options = (await content_of(world, home))["questions"][0]["options"]
    assert [option["emojiHex"] for option in options] == ["1F6DD", "26BD"]
    hits = await mika.get(f"{home}/picture?at=questions.q1.options.o1.emojiHex&q=cykel")
    assert 'data-picture="1F6B2"' in hits.text
    form = {"was.questions.q1.options.o1.emojiHex": "1F6DD", "questions.q1.options.o1.emojiHex": "1F6B2"}
    reply = await mika.post(f"{home}/fields", data={**form, "page": "questions/q1"})
    assert reply.headers["location"] == f"{home}/questions/q1"
    assert (await content_of(world, home))["questions"][0]["options"][0]["emojiHex"] == "1F6B2"


async def test_a_button_saves_what_was_typed_and_changes_the_build(world: World) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    await mika.post(f"{home}/questions", data=CHOICE)
    text = {"questions.q1.text.sv": ("Vad gör du på rasten?", "Vad gör du?")}
    for do in ("add questions.q1.options", "down questions.q1", "duplicate questions.q1", "remove questions.q1"):
        assert (await saved(mika, f"{home}/fields", text, page="questions", do=do)).status_code == 303
        text = {}
    content = await content_of(world, home)
    assert content["questions"][1]["text"]["sv"] == "Vad gör du?"
    assert [(each["id"], "removed" in each) for each in content["questions"]] == [
        ("exit", False),
        ("q1", True),
        ("q2", False),
    ]
    page = (await mika.get(home)).text
    assert "Borttaget: Vad gör du?" in page
    await saved(mika, f"{home}/fields", {}, page="questions", do="restore questions.q1")
    assert "Borttaget" not in (await mika.get(home)).text
    for do in ("explode questions.q1", "remove ui", "up questions.q77", "add title"):
        assert (await saved(mika, f"{home}/fields", {}, do=do)).status_code == 422


async def test_what_is_missing_blocks_with_a_way_to_each_field(world: World) -> None:
    mika = await world.signed_in("Mika", "fi")
    home = await begun(mika)
    await mika.post(f"{home}/questions", data={**CHOICE, "text_fi": "", "options_fi": "Keinun"})
    page = unescape((await mika.get(home)).text)
    assert "2 asiaa puuttuu ennen julkaisua" in page
    assert f'href="{home}/questions/q1#questions.q1.text.fi"' in page
    assert f'href="{home}/questions/q1#questions.q1.options.o2.text.fi"' in page
    assert 'name="seen"' not in page
    async with world.parts.db.reading() as tx:
        draft = await find_draft(tx, home.split("/")[3])
    assert draft
    reply = await mika.post(f"/staff/polls/{draft.poll}/publish", data={"seen": compose.seen_id(draft)})
    assert reply.status_code == 422
    assert "Jotain puuttuu vielä" in reply.text


async def test_publishing_takes_what_was_looked_at_and_twice_is_once(world: World) -> None:
    mika = await world.signed_in("Mika")
    page = (await mika.get(f"{POLL}/workshop")).text
    assert "Publicerat: nya svarsstunder använder det här" in page
    session = await world.town.session()
    await saved(mika, f"{POLL}/workshop/fields", {"title.sv": (poll_content()["title"]["sv"], "Nytt namn")})
    (seen,) = re.findall(r'name="seen" value="(\w+)"', (await mika.get(f"{POLL}/workshop")).text)
    await saved(mika, f"{POLL}/workshop/fields", {"title.sv": ("Nytt namn", "Nyare namn")})
    reply = await mika.post(f"{POLL}/publish", data={"seen": seen})
    assert reply.status_code == 409
    assert "Någon ändrade frågepaketet" in reply.text
    (seen,) = re.findall(r'name="seen" value="(\w+)"', (await mika.get(f"{POLL}/workshop")).text)
    for _ in range(2):
        assert (await mika.post(f"{POLL}/publish", data={"seen": seen})).status_code == 303
    async with world.parts.db.reading() as tx:
        published = await list_published(tx, "third-place")
        assert await find_newest_revision(tx, "third-place") == seen
    assert [(each.number, each.sessions) for each in published] == [(1, 0), (0, 1)]
    assert (await world.town.session()).revision == seen != session.revision


async def test_a_frozen_consultation_takes_no_change(world: World) -> None:
    mika = await world.signed_in("Mika")
    await world.town.freeze()
    before = await content_of(world, f"{POLL}/workshop")
    for path, form in {
        f"{POLL}/workshop/fields": {"was.title.sv": "", "title.sv": "x"},
        f"{POLL}/workshop/questions": CHOICE,
        f"{POLL}/publish": {"seen": ""},
        f"{HOME}/workshop": {"was.title.sv": "", "title.sv": "x"},
        f"{HOME}/workshop/polls": {"do": "add"},
    }.items():
        assert (await mika.post(path, data=form)).status_code == 409, path
    assert await content_of(world, f"{POLL}/workshop") == before


async def test_a_consultations_facts_and_polls(world: World) -> None:
    mika = await world.signed_in("Mika")
    wishes = {
        "purpose.sv": ("", "För att bygga om."),
        "begins": ("", "2027-01-11"),
        "areas.koivu": ("", "on"),
        "grades.1": ("", "on"),
    }
    assert (await saved(mika, f"{HOME}/workshop", wishes)).status_code == 303
    page = unescape((await mika.get(f"{HOME}/workshop")).text)
    assert "För att bygga om." in page
    assert "Den finska texten saknas." in page
    for path, value in {"begins": "2027-02-30", "areas.annanstans": "on", "grades.9": "on", "title.coins": "1"}.items():
        was = "2027-01-11" if path == "begins" else ""
        assert (await saved(mika, f"{HOME}/workshop", {path: (was, value)})).status_code == 422, path
    added = await mika.post(f"{HOME}/workshop/polls", data={"do": "add"})
    poll = added.headers["location"].split("/")[3]
    for do in (f"up {poll}", f"remove {poll}", f"restore {poll}", f"down {poll}"):
        assert (await mika.post(f"{HOME}/workshop/polls", data={"do": do})).status_code == 303
    assert (await mika.post(f"{HOME}/workshop/polls", data={"do": "remove third-place"})).status_code == 409
    assert (await mika.post(f"{HOME}/workshop/polls", data={"do": "remove p-elsewhere"})).status_code == 404
    alva = await world.signed_in("Alva")
    assert "start?school=koivu" in (await alva.get("/staff/")).text


async def test_a_school_that_is_not_asked_starts_nothing(world: World) -> None:
    mika, alva = await world.signed_in("Mika"), await world.signed_in("Alva")
    await saved(mika, f"{HOME}/workshop", {"areas.bjork": ("", "on")})
    assert "start?school=koivu" not in (await alva.get("/staff/")).text


async def test_the_trial_is_the_booklet_marked_as_one(world: World) -> None:
    mika = await world.signed_in("Mika")
    home = await begun(mika)
    await mika.post(f"{home}/questions", data={**CHOICE, "text_fi": ""})
    reply = await mika.get(f"/staff/polls/{home.split('/')[3]}/preview/short/fi")
    assert reply.status_code == 200
    assert "Kokeilu: mitään ei tallenneta" in reply.text
    assert "Vad gör du på rasten?" in reply.text
    assert "pwa/app.js" not in reply.text
    assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
    for path in ("short/en", "none/sv"):
        assert (await mika.get(f"/staff/polls/{home.split('/')[3]}/preview/{path}")).status_code == 404


async def test_the_first_page_costs_the_same_with_many_consultations(world: World) -> None:
    """Two hundred consultations and their sessions in a fixed number of queries."""
    mika = await world.signed_in("Mika")
    few = await queries_of(world, mika)
    for _ in range(3):
        await begun(mika)
    async with world.parts.db.writing() as tx:
        await insert_area(tx, Area("liten", "stad", "school", NAMES, "sv"))
    for _ in range(3):
        await world.town.session()
    assert await queries_of(world, mika) == few


async def queries_of(world: World, browser: httpx2.AsyncClient) -> int:
    counted: list[str] = []
    engine = world.parts.db._readers.sync_engine

    def count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        counted.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert (await browser.get("/staff/")).status_code == 200
        counted.clear()
        assert (await browser.get("/staff/")).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(counted)


async def test_sums_by_place_are_those_of_the_sessions(world: World) -> None:
    await world.answered(6)
    closed = await world.answered(2, school="bjork")
    await world.town.close(closed)
    async with world.parts.db.reading() as tx:
        assert await count_arrived_by_place(tx) == {("third-place", "koivu"): 6, ("third-place", "bjork"): 2}
    assert closed.state == State.OPEN
    later = await prepare(world.parts.db, world.parts.revisions, "third-place", "koivu", (5,), today=TODAY)
    assert later.state == State.OPEN
