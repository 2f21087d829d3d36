"""The teacher's guide, the board's steps, the class wall, and the page for a worry."""

import re

import pytest

from server.domain.sessions import Session
from tests.town import item
from tests.web.staff import World

PLANNED = re.compile(r"\d omgång")
# Begins like a small number, and is too long for Python to read.
ENDLESS = "children=2&tablets=0002" + "9" * 5000
BEGINNING = ("introduction", "assent", "practice")


async def closed(world: World, children: int) -> Session:
    """A closed session in which so many children gave the same answers."""
    session = await world.answered(children, grades=(3,), q1="forest", q9={"p1": "outdoors"})
    await world.town.close(session)
    return session


async def shown(world: World, path: str, name: str = "Alva", lang: str = "sv") -> str:
    reply = await (await world.signed_in(name, lang)).get(path)
    assert reply.status_code == 200, reply.text
    return reply.text


async def test_the_guide_says_what_the_content_file_says(world: World) -> None:
    session = await world.town.session()
    revision = await world.parts.revisions.find(session.revision)
    assert revision
    for lang in ("sv", "fi"):
        page = await shown(world, f"/staff/sessions/{session.id}/guide", lang=lang)
        teacher = revision.poll.teacher
        for line in (*teacher.before, *teacher.during, *teacher.after):
            assert line[lang] in page
        before, after = re.split(r"\[länk\]|\[linkki\]", revision.poll.letter_home[lang])
        assert f"{before}{world.parts.settings.base_url}/preview/third-place{after}" in page
        assert "/staff/polls/third-place/waiting-sheet?profile=short" in page


async def test_rounds_and_minutes_come_from_children_and_tablets(world: World) -> None:
    session = await world.town.session(children=11)
    path = f"/staff/sessions/{session.id}/guide"
    assert not PLANNED.search(await shown(world, path))
    for _ in range(5):
        await world.town.tablet(session)
    assert "3 omgångar, ungefär 40 minuter" in await shown(world, path)
    assert "3 omgångar, ungefär 40 minuter" in await shown(world, f"/staff/sessions/{session.id}")
    assert "2 kierrosta, noin 35 minuuttia" in await shown(world, f"{path}?children=14&tablets=7", lang="fi")


@pytest.mark.parametrize(
    "query", ["children=0", "children=-3", "children=99999", "children=x", "tablets=%F0%9F%8D%8E", ENDLESS, "tablets=²"]
)
async def test_a_number_that_is_none_is_left_out(world: World, query: str) -> None:
    session = await world.town.session()
    assert not PLANNED.search(await shown(world, f"/staff/sessions/{session.id}/guide?{query}"))


@pytest.mark.parametrize("step", BEGINNING)
async def test_the_board_plays_the_beginning_once_for_everybody(world: World, step: str) -> None:
    session = await world.answered(7)
    revision = await world.parts.revisions.find(session.revision)
    assert revision
    poll = revision.poll
    page = await shown(world, f"/staff/sessions/{session.id}/board?step={step}")
    wanted = {
        "introduction": [line.text["sv"] for line in poll.introduction],
        "assent": [poll.assent.yes.text["sv"], poll.assent.no.text["sv"]],
        "practice": [option.text["sv"] for option in poll.practice.options],
    }
    assert all(text in page for text in wanted[step])
    assert 'aria-current="step"' in page
    words = re.sub(r"<[^>]+>", " ", page.partition('id="main"')[2].partition("<footer")[0])
    assert "7" not in words


async def test_the_board_knows_no_other_step(world: World) -> None:
    alva, session = await world.signed_in("Alva"), await world.town.session()
    assert (await alva.get(f"/staff/sessions/{session.id}/board?step=results")).status_code == 404


async def test_the_wall_opens_when_the_session_is_closed(world: World) -> None:
    session = await world.answered(8, grades=(3,), q1="forest")
    path = f"/staff/sessions/{session.id}/wall"
    assert "öppnas när svarsstunden är stängd" in await shown(world, path)
    alva = await world.signed_in("Alva")
    assert (await alva.get(f"{path}?card=1")).status_code == 404
    await world.town.close(session)
    assert "De flesta" in await shown(world, f"{path}?card=1")


async def test_the_wall_says_shares_in_words_and_no_number(world: World) -> None:
    session = await closed(world, 8)
    page = await shown(world, f"/staff/sessions/{session.id}/wall?card=1")
    main = page.partition("<h1>")[2]
    bands = dict(re.findall(r'wall-label">([^<]+)</span><strong class="wall-band">([^<]+)<', main))
    assert bands["I skogen"] == "De flesta"
    assert bands["Hemma"] == "Få"
    assert not re.search(r"\d", re.sub(r"<[^>]*>", "", main))
    finnish = await shown(world, f"/staff/sessions/{session.id}/wall?card=1", lang="fi")
    assert "Useimmat" in finnish


async def test_a_question_that_too_few_answered_is_a_talk_card(world: World) -> None:
    session = await closed(world, 8)
    page = await shown(world, f"/staff/sessions/{session.id}/wall?card=2")
    assert "wall-talk" in page
    assert "wall-band" not in page


async def test_a_small_class_is_told_and_gets_talk_cards(world: World) -> None:
    session = await closed(world, 5)
    first = await shown(world, f"/staff/sessions/{session.id}/wall")
    assert "Era svar räknas tillsammans med skolans eller kommunens." in first
    page = await shown(world, f"/staff/sessions/{session.id}/wall?card=1")
    assert "wall-talk" in page
    assert "wall-band" not in page


async def test_the_wall_holds_this_sessions_packets_only(world: World) -> None:
    """Two classes of one grade: the other's answers, and those that moved up a level, are on no wall of this one."""
    other = await world.answered(9, grades=(3,), q1="home")
    await world.town.close(other)
    session = await closed(world, 5)
    await world.town.freeze()
    assert "wall-band" not in await shown(world, f"/staff/sessions/{session.id}/wall?card=1")


@pytest.mark.parametrize("card", ["-1", "99", "x", "1.5", "²", "1" * 5000])
async def test_a_card_that_is_not_there(world: World, card: str) -> None:
    session = await closed(world, 8)
    alva = await world.signed_in("Alva")
    assert (await alva.get(f"/staff/sessions/{session.id}/wall?card={card}")).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("Mika", 200), ("Ritva", 403), ("Otto", 403)])
async def test_who_may_see_a_wall(world: World, name: str, status: int) -> None:
    session = await closed(world, 8)
    browser = await world.signed_in(name)
    assert (await browser.get(f"/staff/sessions/{session.id}/wall")).status_code == status


async def test_a_worry_is_one_tap_away_and_complete(world: World) -> None:
    session = await world.town.session()
    page = await shown(world, f"/staff/sessions/{session.id}")
    details = page.partition('id="worry"')[2].partition("</details>")[0]
    for needed in ("112", "25 §", "<ol"):
        assert needed in details
    assert "<form" not in details


async def test_the_page_for_a_worry_needs_no_sign_in_and_names_nobody(world: World) -> None:
    session = await world.town.session()
    tablet = await world.town.tablet(session)
    await world.town.deliver(tablet, item(tablet, {"q1": "forest"}))
    for lang, law in (("sv", "25 §"), ("fi", "25 §:n")):
        page = (await world.browser(lang).get("/staff/worry")).text
        assert law in page
        assert session.id not in page
        assert "Koivu" not in page
        assert "<form" not in page


async def test_its_worker_keeps_files_that_exist(world: World) -> None:
    browser = world.browser()
    worker = await browser.get("/staff/worry.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    pages = re.findall(r'"(/[^"]+)"', worker.text.partition("PAGES = ")[2].partition("\n")[0])
    assert "/staff/worry?lang=sv" in pages
    assert "/staff/worry?lang=fi" in pages
    for path in pages:
        assert (await browser.get(path)).status_code == 200, path
