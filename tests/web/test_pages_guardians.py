"""What guardians look at: what it is about, and the booklet itself, in both languages, without signing in."""

import pytest

from tests.web.staff import World

HERE = "/preview/third-place"


@pytest.mark.parametrize(("lang", "words"), [("sv", "Vårt tredje ställe"), ("fi", "Meidän kolmas paikka")])
async def test_the_title_and_every_booklet_are_there_for_anyone(world: World, lang: str, words: str) -> None:
    browser = world.browser(lang)
    page = (await browser.get(HERE)).text
    assert words in page
    for profile in ("short", "long", "mini"):
        for code in ("sv", "fi"):
            assert f'href="{HERE}/{profile}/{code}"' in page


async def test_the_booklet_keeps_nothing_and_says_so(world: World) -> None:
    page = (await world.browser().get(f"{HERE}/short/fi")).text
    assert "Kokeilu: mitään ei tallenneta" in page
    assert "js/preview" in page
    assert "pwa/app" not in page


@pytest.mark.parametrize("path", ["/preview/nothing", f"{HERE}/none/sv", f"{HERE}/short/en", f"{HERE}/short.trial/sv"])
async def test_what_is_unknown_leads_on(world: World, path: str) -> None:
    reply = await world.browser().get(path)
    assert reply.status_code == 404
    assert "<h1" in reply.text


async def test_a_poll_that_is_not_published_is_shown_to_nobody(world: World) -> None:
    mika = await world.signed_in("Mika")
    begun = await mika.post("/staff/workshop", data={"title_sv": "Parken", "title_fi": "Puisto"})
    poll = begun.headers["location"].split("/")[3]
    workshop = (await mika.get(f"/staff/polls/{poll}/workshop")).text
    consultation = workshop.split('href="/staff/consultations/')[1].split("/")[0]
    assert (await world.browser().get(f"/preview/{consultation}")).status_code == 404
