"""Trying pictures, as a moderator does beside a child: sums are kept, and nothing else."""

import re

import pytest

from server.store.picture_tries import list_tries
from tests.web.staff import World

HOME = "/staff/polls/third-place/workshop/tries"


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


async def test_a_child_sees_pictures_without_words_and_only_sums_are_kept(world: World) -> None:
    mika = await world.signed_in("Mika")
    begin = re.findall(
        r'href="(/staff/polls/third-place/workshop/tries/child\?texts=fi[^"]+)"', (await mika.get(HOME)).text
    )
    where = begin[0].replace("&amp;", "&")
    seen = []
    for number in range(12):
        page = (await mika.get(where)).text
        sent = hidden(page)
        assert f"{number + 1} / 12" in page
        meanings = re.findall(r'name="chosen" value="([^"]+)"', page)
        assert sent["key"] in meanings
        assert len(meanings) == 4
        seen.append(sent["key"])
        chosen = sent["key"] if number else ""
        reply = await mika.post(f"{HOME}/child", data={**sent, "chosen": chosen})
        assert reply.status_code == 303
        where = reply.headers["location"]
    assert len(set(seen)) == 12
    end = (await mika.get(where)).text
    assert "Kiitos" in end
    assert "<form" not in end
    async with world.parts.db.reading() as tx:
        tries = await list_tries(tx, "third-place")
    assert {key: (tried.saw, tried.understood) for (key, _), tried in tries.items()} == {
        key: (1, int(key != seen[0])) for key in seen
    }


async def test_a_picture_that_four_of_five_do_not_understand_is_named(world: World) -> None:
    mika = await world.signed_in("Mika")
    sent = {"texts": "sv", "seed": "1", "at": "0", "key": "q1.home", "picture": "1F3E0"}
    for chosen in ("q1.home", "q1.home", "q1.home", "q1.forest"):
        await mika.post(f"{HOME}/child", data={**sent, "chosen": chosen})
    assert "doubtful-title" not in (await mika.get(HOME)).text
    await mika.post(f"{HOME}/child", data={**sent, "chosen": ""})
    page = (await mika.get(HOME)).text
    assert "doubtful-title" in page
    assert 'href="/staff/polls/third-place/workshop/questions/q1"' in page
    assert "3 av 5" in page


@pytest.mark.parametrize(
    "wrong",
    [{"key": "q1.nowhere"}, {"picture": "1F6DD"}, {"texts": "xx"}, {"seed": "-1"}, {"at": "x"}, {"key": ""}],
)
async def test_what_the_poll_does_not_show_is_not_counted(world: World, wrong: dict[str, str]) -> None:
    mika = await world.signed_in("Mika")
    sent = {"texts": "sv", "seed": "1", "at": "0", "key": "q1.home", "picture": "1F3E0", "chosen": "q1.home"}
    assert (await mika.post(f"{HOME}/child", data={**sent, **wrong})).status_code == 404
    async with world.parts.db.reading() as tx:
        assert await list_tries(tx, "third-place") == {}
