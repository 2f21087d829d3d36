"""Themes: ideas are sorted into them, they say how far they have come, and become the question of the next poll."""

import re
from html import unescape
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from server.domain.consultations import parse_poll
from server.domain.gaps import complete, list_gaps
from server.domain.themes import State
from server.store.drafts import find_draft
from server.store.themes import count_ideas_by_theme, list_themes
from server.web.desk import MOST_LISTED
from server.web.fields import known_pictures
from tests.web.staff import HOME, World
from tests.web.test_pages_ideas import IDEAS, decided, made

THEMES = f"{HOME}/themes"
WORDS = {"name_sv": "Gungor på gården", "name_fi": "Keinuja pihalle"}


async def added(browser: httpx2.AsyncClient, **words: str) -> str:
    reply = await browser.post(THEMES, data={**WORDS, **words})
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"].rpartition("/")[2])


async def written(browser: httpx2.AsyncClient, theme: str, **changes: str) -> httpx2.Response:
    form = {**WORDS, "picture": "1F6DD", "state": "maturing", "cost": "", "owner": "", **changes}
    return await browser.post(f"{THEMES}/{theme}", data=form)


async def found(world: World) -> dict[str, Any]:
    async with world.parts.db.reading() as tx:
        return {theme.id: theme for theme in await list_themes(tx, "third-place")}


async def test_many_ideas_are_put_under_a_theme_at_once(world: World) -> None:
    mika = await world.signed_in("Mika")
    theme, other = await added(mika), await added(mika, name_sv="Majskog")
    ideas = [await made(world, may_show=bool(number)) for number in range(4)]
    worry = await made(world)
    await mika.post(f"{IDEAS}/{worry}/worry", data={"was": "new"})
    reply = await mika.post(f"{THEMES}/ideas", data={"idea": [*ideas, worry], "theme": theme})
    assert reply.status_code == 303
    async with world.parts.db.reading() as tx:
        assert await count_ideas_by_theme(tx, "third-place") == {theme: 4}
    assert "4 idéer" in (await mika.get(THEMES)).text
    await mika.post(f"{THEMES}/ideas", data={"idea": ideas[:1], "theme": other, "of": theme})
    await mika.post(f"{THEMES}/ideas", data={"idea": ideas[1:2], "theme": "", "of": theme})
    async with world.parts.db.reading() as tx:
        assert await count_ideas_by_theme(tx, "third-place") == {theme: 2, other: 1}
    await decided(mika, ideas[2], "hidden name")
    async with world.parts.db.reading() as tx:
        assert await count_ideas_by_theme(tx, "third-place") == {theme: 1, other: 1}
    assert (await mika.post(f"{THEMES}/ideas", data={"idea": ideas, "theme": "t0"})).status_code == 404


async def test_every_idea_is_found_page_by_page(world: World) -> None:
    mika = await world.signed_in("Mika")
    theme = await added(mika)
    ideas = {await made(world) for _ in range(MOST_LISTED + 3)}
    second = sorted(ideas)[MOST_LISTED:]
    assert await shown(mika, THEMES) == [sorted(ideas)[:MOST_LISTED], second]
    after = sorted(ideas)[MOST_LISTED - 1]
    form = {"idea": second[:1], "theme": theme, "after": after}
    assert (await mika.post(f"{THEMES}/ideas", data=form)).headers["location"] == f"{THEMES}?of=&after={after}#sort"
    assert await shown(mika, THEMES) == [sorted(ideas)[:MOST_LISTED], second[1:]]
    await mika.post(f"{THEMES}/ideas", data={"idea": [*ideas], "theme": theme})
    assert await shown(mika, f"{THEMES}/{theme}") == [sorted(ideas)[:MOST_LISTED], second]
    assert f"{len(ideas)} idéer</h2>" in (await mika.get(f"{THEMES}/{theme}")).text
    assert await shown(mika, f"{IDEAS}/all?state=waiting") == [sorted(ideas)[:MOST_LISTED], second]


async def shown(browser: httpx2.AsyncClient, address: str) -> list[list[str]]:
    """The ideas of each page, from the first to the last."""
    pages = []
    while address:
        page = (await browser.get(address)).text
        pages.append(re.findall(r'(?:name="idea" value="|class="leaf" href="\S+/ideas/)([0-9a-f-]{36})"', page))
        (following,) = re.findall(r'href="([^"]+&amp;after=[^"]+)"[^>]*>De följande', page) or [""]
        address = unescape(following).partition("#")[0]
    return pages


async def test_whatever_a_form_names_fits_into_a_header(world: World) -> None:
    mika = await world.signed_in("Mika")
    for headers, name in (({}, "location"), ({"HX-Request": "true"}, "hx-location")):
        form = {"theme": "", "of": "日\r\nSet-Cookie: x=1"}
        reply = await mika.post(f"{THEMES}/ideas", data=form, headers=headers)
        assert reply.headers[name] == f"{THEMES}?of=%E6%97%A5%0D%0ASet-Cookie:%20x=1#sort"


async def test_a_theme_that_was_a_mistake_goes_and_its_ideas_stay(world: World) -> None:
    mika = await world.signed_in("Mika")
    theme, idea = await added(mika), await made(world)
    await mika.post(f"{THEMES}/ideas", data={"idea": idea, "theme": theme})
    assert (await mika.post(f"{THEMES}/{theme}/remove")).status_code == 303
    assert await found(world) == {}
    assert idea in (await mika.get(THEMES)).text
    assert (await mika.post(f"{THEMES}/{theme}/remove")).status_code == 404


async def test_a_new_theme_has_a_picture_and_another_one_can_be_chosen(world: World) -> None:
    mika = await world.signed_in("Mika")
    theme = await added(mika)
    assert (await found(world))[theme].picture == "1F6DD"
    page = await mika.get(f"{THEMES}/{theme}", params={"q": "träd"})
    assert 'value="1F333"' in page.text
    assert (
        await written(mika, theme, picture="1F333", state="now", cost="5 000 €", owner="Parkerna")
    ).status_code == 303
    kept = (await found(world))[theme]
    assert (kept.picture, kept.state, kept.cost, kept.owner) == ("1F333", State.NOW, 5000, "Parkerna")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_fi": ""}, "name_fi"),
        ({"name_sv": "x" * 61}, "name_sv"),
        ({"state": "impossible"}, "because_sv"),
        ({"state": "impossible", "because_sv": "För dyrt"}, "because_fi"),
        ({"because_fi": "Valmis", "state": "done"}, "because_sv"),
        ({"cost": "-5"}, "cost"),
        ({"cost": "1e9"}, "cost"),
        ({"cost": "999999999999"}, "cost"),
        ({"owner": "x" * 81}, "owner"),
        ({"state": "elsewhere"}, "state"),
        ({"picture": "FFFF"}, "picture"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    world: World, changes: dict[str, str], field: str
) -> None:
    mika = await world.signed_in("Mika")
    theme = await added(mika)
    before = (await found(world))[theme]
    reply = await written(mika, theme, **{"owner": "Parkerna", **changes})
    assert reply.status_code == 422
    assert f'id="{field}-wrong"' in reply.text or field in ("state", "picture")
    assert changes.get("owner", "Parkerna") in reply.text
    assert (await found(world))[theme] == before


async def test_a_theme_without_a_name_is_refused_kindly(world: World) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.post(THEMES, data={**WORDS, "name_fi": ""})
    assert (reply.status_code, WORDS["name_sv"] in reply.text) == (422, True)
    assert await found(world) == {}


@pytest.mark.parametrize("kind", ["budget", "multi_choice", "rank"])
async def test_themes_become_a_poll_that_can_be_published(world: World, kind: str) -> None:
    mika = await world.signed_in("Mika")
    names = [("Gungor", "Keinut"), ("Träd", "Puita"), ("Bollplan", "Pallokenttä")]
    themes = [await added(mika, name_sv=sv, name_fi=fi) for sv, fi in names]
    assert (await mika.post(f"{THEMES}/sum", data={"euros": "12 500"})).status_code == 303
    reply = await mika.post(f"{THEMES}/poll", data={"kind": kind, "theme": themes})
    assert reply.status_code == 303, reply.text
    poll = reply.headers["location"].split("/")[3]
    assert (await mika.get(reply.headers["location"])).status_code == 200
    async with world.parts.db.reading() as tx:
        draft = await find_draft(tx, poll)
    assert draft
    assert draft.consultation == "third-place"
    assert list_gaps(draft.content, known_pictures(world.parts.assets, draft.content)) == []
    asked = parse_poll(complete(draft.content)).questions[0]
    assert (asked.kind, asked.option_ids) == (kind, tuple(themes))
    assert [option.text["fi"] for option in asked.options] == [fi for _, fi in names]
    assert "12\xa0500 euro" in draft.content["introduction"]["lines"][-1]["sv"]
    assert {theme.state for theme in (await found(world)).values()} == {State.VOTE}


@pytest.mark.parametrize(("kind", "number"), [("budget", 1), ("budget", 6), ("rank", 5), ("smiley", 2), ("", 2)])
async def test_too_few_or_too_many_make_no_poll(world: World, kind: str, number: int) -> None:
    mika = await world.signed_in("Mika")
    themes = [await added(mika) for _ in range(number)]
    reply = await mika.post(f"{THEMES}/poll", data={"kind": kind, "theme": themes})
    assert reply.status_code == 422
    assert {theme.state for theme in (await found(world)).values()} == {State.NEW}


async def test_after_the_freeze_the_second_round_is_a_consultation_of_its_own(world: World) -> None:
    mika = await world.signed_in("Mika")
    themes = [await added(mika) for _ in range(2)]
    async with world.parts.db.writing() as tx:
        await tx.execute(text("UPDATE consultations SET frozen = true"))
    voted = await mika.post(f"{THEMES}/poll", data={"kind": "budget", "theme": themes})
    assert voted.status_code == 303
    workshop = (await mika.get(voted.headers["location"])).text
    assert 'href="/staff/consultations/third-place' not in workshop
    assert (await written(mika, themes[0], state="done")).status_code == 303
