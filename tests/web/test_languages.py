"""A further language reaches the child whole and nobody else; a folder is all that a language needs."""

import re
import shutil
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from server import i18n
from server.domain.people import Role
from server.domain.sounds import sound_key
from server.store.drafts import find_draft, mark_changed
from server.store.staff import insert_role
from tests.english import ENGLISH, in_english
from tests.sounds import needs_voice, tone
from tests.town import item, poll_content
from tests.web.staff import World

POLL = "/staff/polls/third-place"
HOME = f"{POLL}/workshop"
TEXTS = f"{HOME}/texts"


async def written(world: World, content: Mapping[str, Any]) -> None:
    async with world.parts.db.writing() as tx:
        await mark_changed(tx, "third-place", content, 0, "")


async def published(world: World, content: Mapping[str, Any]) -> dict[str, str]:
    """Publishes the poll like this; the booklets of a tablet that joins a new session, by language."""
    await written(world, content)
    mika = await world.signed_in("Mika")
    seen = re.search(r'name="seen" value="(\w+)"', (await mika.get(HOME)).text)
    assert seen
    assert (await mika.post(f"{POLL}/publish", data={"seen": seen.group(1)})).status_code == 303
    session = await world.town.session("koivu")
    reply = await world.browser().post("/api/v1/join", json={"link": session.link})
    booklets: dict[str, str] = reply.json()["booklets"]
    return booklets


async def administrator(world: World, lang: str = "sv") -> httpx2.AsyncClient:
    async with world.parts.db.writing() as tx:
        await insert_role(tx, "p_Mika", Role.ADMINISTRATOR, "stad")
    return await world.signed_in("Mika", lang)


def words(page: str) -> list[str]:
    """What a reader meets of a page in its own language: other languages are marked as such."""
    own = re.sub(r'<(\w+)\b[^>]* lang="(?!en")\w+"[^>]*>.*?</\1>', "", re.sub(r"^.*<body>", "", page, flags=re.S))
    named = re.findall(r'(?:aria-label|alt|placeholder|data-title)="([^"]+)"', own)
    return [unescape(text).strip() for text in [*named, *re.sub(r"<[^>]+>", "\n", own).split("\n")] if text.strip()]


async def test_an_english_booklet_is_english_from_end_to_end(world: World) -> None:
    booklets = await published(world, in_english(poll_content()))
    assert list(booklets) == ["sv", "fi", "en"]
    page = (await world.browser().get(booklets["en"])).text
    assert '<html lang="en" dir="ltr"' in page
    catalogue: dict[str, str] = i18n.translations("en")._catalog  # type: ignore[attr-defined]
    said_in = [".*".join(map(re.escape, re.split(r"%\(\w+\)\w", said))) for key, said in catalogue.items() if key]
    ours = re.compile("|".join([*said_in, "English for: .*", r"[\d /–]+"]), re.S)
    assert [text for text in words(page) if not ours.fullmatch(text)] == []
    for lang, said in (("sv", "På svenska"), ("fi", "Suomeksi")):
        assert re.search(rf'data-lang="{lang}" lang="{lang}" dir="ltr">.*?<span>{said}</span>', page)
        other = (await world.browser().get(booklets[lang])).text
        assert re.search(r'data-lang="en" lang="en" dir="ltr">.*?<span>In English</span>', other)
    assert page.count('data-lang="en"') == 1, "only the language page offers what one reads already"


async def test_where_something_is_missing_it_is_not_offered(world: World) -> None:
    content = in_english(poll_content())
    del content["thanks"]["help"]["en"]
    booklets = await published(world, content)
    assert list(booklets) == ["sv", "fi"]
    assert (await world.browser().get(booklets["sv"].replace("/sv", "/en"))).status_code == 404
    assert 'data-lang="en"' not in (await world.browser().get(booklets["sv"])).text


async def test_staff_and_the_public_stay_with_swedish_and_finnish(world: World) -> None:
    await published(world, in_english(poll_content()))
    browser = world.browser("en")
    for path in ("/staff/sign-in?lang=en", "/results/", "/app/?lang=en", "/app/corner?lang=en"):
        assert '<html lang="sv"' in (await browser.get(path)).text, path
    guardians = (await browser.get("/preview/third-place")).text
    assert 'href="/preview/third-place/short/en" lang="en"' in guardians
    assert (await browser.get("/preview/third-place/short/en")).status_code == 200


async def test_results_name_it_in_the_readers_language(world: World) -> None:
    await published(world, in_english(poll_content()))
    session = await world.town.session("koivu")
    tablet = await world.town.tablet(session)
    await world.town.deliver(tablet, *[item(tablet, {"q1": "home"}, lang="en") for _ in range(8)])
    await world.town.finish(session)
    await world.town.close(session)
    for lang, name in (("sv", "Engelska"), ("fi", "Englanti")):
        ritva = await world.signed_in("Ritva", lang)
        assert name in (await ritva.get("/staff/consultations/third-place/results")).text
        table = await ritva.get(f"/staff/consultations/third-place/results/files/csv?lang={lang}")
        assert name in table.text


async def test_an_administrator_adds_the_column_and_everybody_fills_it(world: World) -> None:
    mika = await world.signed_in("Mika")
    assert 'id="languages"' not in (await mika.get(TEXTS)).text
    assert (await mika.post(f"{HOME}/languages", data={"do": "add en"})).status_code == 403
    mika = await administrator(world)
    assert 'value="add en"' in (await mika.get(TEXTS)).text
    for do in ("add sv", "add xx", "add", "", "drop en"):
        assert (await mika.post(f"{HOME}/languages", data={"do": do})).status_code == 422, do
    assert (await mika.post(f"{HOME}/languages", data={"do": "add en"})).status_code == 303
    page = (await mika.get(TEXTS)).text
    assert 'name="title.en"' in page
    assert 'name="guardianNotice.en"' not in page
    assert re.search(r"\d+ texter saknas\. Barnen kan välja språket först när de finns\.", page)
    assert "Saknas ännu: barnen får språket när allt finns." in page
    assert 'name="questions.q1.options.home.text.en"' in (await mika.get(f"{HOME}/questions/q1")).text
    form = {"was.title.en": "", "title.en": "Our third place", "page": "texts"}
    assert (await mika.post(f"{HOME}/fields", data=form)).status_code == 303
    async with world.parts.db.reading() as tx:
        draft = await find_draft(tx, "third-place")
    assert draft
    assert draft.content["languages"] == [ENGLISH]
    assert draft.content["title"]["en"] == "Our third place"
    start = (await mika.get(HOME)).text
    assert "English: " in start
    assert 'name="seen"' in start, "what is missing in it does not keep from publishing"
    assert (await mika.get(f"{HOME}/try?texts=en&profile=short")).status_code == 200
    trial = (await mika.get(f"{POLL}/preview/short/en")).text
    assert "Our third place" in trial
    assert "Trial: nothing is stored" in trial
    assert (await mika.post(f"{HOME}/languages", data={"do": "remove en"})).status_code == 303
    assert 'name="title.en"' not in (await mika.get(TEXTS)).text


@needs_voice
async def test_it_is_heard_and_recorded(world: World, tmp_path: Path) -> None:
    content = in_english(poll_content())
    booklets = await published(world, content)
    mika = await world.signed_in("Mika")
    page = (await mika.get(f"{POLL}/sounds?texts=en")).text
    said = content["questions"][0]["text"]["en"]
    key = sound_key(said, "en")
    assert f'id="{key}"' in page
    recorded = await mika.post(f"{POLL}/sounds/{key}", files={"recording": ("a.wav", tone(tmp_path, "a.wav"))})
    assert recorded.headers["location"] == f"{POLL}/sounds?texts=en#{key}"
    edition = booklets["en"].split("/")[3]
    sounds = (await world.browser().get(f"/app/sounds/{edition}/en/opus")).json()["sounds"]
    assert list(sounds) == [key]
    assert (await world.browser().get("/app/sounds/join/en/opus")).json() == {"sounds": {}}
    assert await world.parts.voice.has_voice("en")
    assert not await world.parts.voice.has_voice("xx")


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A language that nobody speaks, but for its code written from right to left: the folder, and nothing else."""
    locales = tmp_path / "locales"
    shutil.copytree(i18n.LOCALES, locales)
    folder = locales / "yi/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (locales / "en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="yi")
    for message in catalogue:
        if message.id:
            message.string = f"⟦{message.id}⟧"
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    caches = (i18n.translations, i18n.further_languages)
    monkeypatch.setattr(i18n, "LOCALES", locales)
    for cached in caches:
        cached.cache_clear()
    yield "yi"
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


async def test_a_folder_is_a_language(world: World, made_up: str) -> None:
    mika = await administrator(world)
    assert "⟦The name of this language⟧" in (await mika.get(TEXTS)).text
    assert (await mika.post(f"{HOME}/languages", data={"do": f"add {made_up}"})).status_code == 303
    async with world.parts.db.reading() as tx:
        draft = await find_draft(tx, "third-place")
    assert draft
    content = draft.content
    assert content["languages"] == [
        {
            "id": "yi",
            "text": {"sv": "⟦The name of this language in Swedish⟧", "fi": "⟦The name of this language in Finnish⟧"},
        }
    ]
    whole = in_english(content)
    for text in (each for each in _texts(whole) if "en" in each):
        text["yi"] = text.pop("en")
    booklets = await published(world, {**whole, "languages": content["languages"]})
    page = (await world.browser().get(booklets[made_up])).text
    assert '<html lang="yi" dir="rtl"' in page
    assert "⟦Your answers⟧" in page
    assert re.search(r'lang="yi" dir="rtl">.*?⟦In this language⟧', (await world.browser().get(booklets["fi"])).text)


def _texts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _texts(each)
