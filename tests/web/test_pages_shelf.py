"""The shelf: a ready poll becomes a draft, a package goes out and comes in, a faulty one is explained and kept out."""

import copy
import io
import json
import zipfile
from typing import Any

import httpx2
import pytest

from server.domain.package_checks import Package, read_package, write_package
from server.domain.package_files import MAX_PACKAGE
from server.domain.sections import EXPERIENCE
from server.store.areas import Area, insert_area
from server.store.consultations import list_consultations
from server.store.drafts import list_drafts
from server.store.sessions import find_session
from server.store.shelf import find_shelf_poll, list_shelf_polls
from tests.town import poll_content
from tests.web.staff import HOME, World

SHELF = "/staff/shelf"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def as_package(content: dict[str, Any]) -> bytes:
    return write_package(Package(content, {}, {}, {}))


async def send(browser: httpx2.AsyncClient, data: bytes, name: str = "poll.zip", **fields: str) -> httpx2.Response:
    return await browser.post(SHELF, files={"package": (name, data, "application/zip")}, data=fields)


async def ids(world: World) -> set[str]:
    async with world.parts.db.reading() as db:
        return {one.id for one in await list_consultations(db)}


async def draft_of(world: World, reply: httpx2.Response) -> dict[str, Any]:
    """The content of the draft that the reply leads to."""
    assert reply.status_code == 303, reply.text
    consultation = reply.headers["location"].removeprefix("/staff/consultations/").removesuffix("/workshop")
    async with world.parts.db.reading() as db:
        (draft,) = await list_drafts(db, consultation)
    return draft.content


@pytest.mark.parametrize("lang", ["sv", "fi"])
async def test_every_poll_of_the_shelf_is_shown(world: World, lang: str) -> None:
    shown = (await (await world.signed_in("Mika", lang)).get(SHELF)).text
    for name in list_shelf_polls():
        content = find_shelf_poll(name)
        assert content["title"][lang] in shown
        assert content["subtitle"][lang] in shown
        assert content["questions"][0]["text"][lang] in shown
    told = {"sv": ("Utkast", "2 minuter", "Två minuter, en dator"), "fi": ("Luonnos", "2 minuuttia", "Kaksi minuuttia")}
    assert all(word in shown for word in told[lang])


@pytest.mark.parametrize("name", list_shelf_polls())
async def test_a_poll_of_the_shelf_begins_a_draft_that_can_be_seen(world: World, name: str) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.post(f"{SHELF}/{name}")
    draft = await draft_of(world, reply)
    assert draft == {**find_shelf_poll(name), "id": draft["id"]}
    assert (await mika.get(reply.headers["location"])).status_code == 200
    for profile in ("short", "long", "mini"):
        for lang in ("sv", "fi"):
            preview = await mika.get(f"/staff/polls/{draft['id']}/preview/{profile}/{lang}")
            assert preview.status_code == 200
    assert (await mika.post(f"{SHELF}/nothing")).status_code == 404


async def test_a_package_goes_out_and_comes_in_elsewhere(world: World) -> None:
    mika, otto = await world.signed_in("Mika"), await world.signed_in("Otto")
    reply = await mika.get(f"{HOME}/package")
    assert reply.headers["content-type"] == "application/zip"
    assert reply.headers["content-disposition"] == 'attachment; filename="third-place.zip"'
    assert read_package(reply.content, lambda name: True).content == poll_content()
    first, second = [await draft_of(world, await send(otto, reply.content)) for _ in range(2)]
    assert {**first, "id": second["id"]} == second
    async with world.parts.db.reading() as db:
        assert sorted(one.area for one in await list_consultations(db)) == ["annanstans", "annanstans", "stad"]


async def test_who_composes_in_two_places_says_where(world: World) -> None:
    async with world.parts.db.writing() as tx:
        await insert_area(tx, Area("by", "stad", "municipality", {"sv": "By", "fi": "Kylä"}, "sv"))
    mika = await world.signed_in("Mika")
    assert 'name="area"' in (await mika.get(SHELF)).text
    assert (await mika.post(f"{SHELF}/library")).status_code == 422
    assert (await send(mika, as_package(poll_content()))).status_code == 422
    await draft_of(world, await mika.post(f"{SHELF}/library", data={"area": "by"}))
    await draft_of(world, await send(mika, as_package(poll_content()), area="by"))
    before = await ids(world)
    assert (await send(mika, as_package(poll_content()), area="annanstans")).status_code == 403
    assert (await send(mika, as_package(poll_content()), area="nowhere")).status_code == 404
    assert await ids(world) == before


async def test_everything_that_is_wrong_stands_on_the_page(world: World) -> None:
    content = copy.deepcopy(poll_content())
    content["questions"][0]["text"]["fi"] = ""
    content["questions"][1]["kind"] = "guess"
    content["coverEmojiHex"] = "0000"
    before = await ids(world)
    for lang, said in (("sv", "ska vara en text som inte är tom"), ("fi", "pitää olla teksti, joka ei ole tyhjä")):
        reply = await send(await world.signed_in("Mika", lang), as_package(content))
        assert reply.status_code == 422
        assert f"<code>questions[0].text.fi</code> {said}" in reply.text
        assert "<code>questions[1].kind</code>" in reply.text
        assert "<code>0000</code>" in reply.text
    assert await ids(world) == before


def bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("poll.json", b" " * 200 * 1024 * 1024)
    return written.getvalue()


def with_file(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("poll.json", json.dumps(poll_content()))
        archive.writestr(name, b"x")
    return written.getvalue()


def without_translations() -> bytes:
    content = json.loads(json.dumps(poll_content()), object_hook=lambda part: (part.pop("fi", None) and part) or part)
    return as_package(content)


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"PK\x05\x06",
        lambda: b"\x89PNG\r\n" * 1000,
        bomb,
        lambda: with_file("../../server/__main__.py"),
        lambda: with_file("/etc/cron.d/x"),
        lambda: with_file(f"{SCRIPT}.html"),
        lambda: as_package({**poll_content(), "questions": [{**poll_content()["questions"][0], "kind": SCRIPT}]}),
        lambda: as_package({**poll_content(), "title": {"sv": "x" * 100_000, "fi": "y"}}),
        without_translations,
    ],
)
async def test_a_hostile_package_gets_a_clear_answer(world: World, make: Any) -> None:
    before = await ids(world)
    reply = await send(await world.signed_in("Mika"), make())
    assert reply.status_code == 422
    assert 'role="alert"' in reply.text
    assert "<script>" not in reply.text
    assert "onerror=alert(1)>" not in reply.text
    assert await ids(world) == before


async def test_what_is_too_large_or_no_file_at_all_is_told(world: World) -> None:
    mika = await world.signed_in("Mika")
    assert (await send(mika, b"\0" * (MAX_PACKAGE + 100_000))).status_code == 413
    for reply in (
        await mika.post(SHELF),
        await mika.post(SHELF, data={"area": "stad"}),
        await mika.post(SHELF, files={"package": ("", b"", "application/octet-stream")}),
    ):
        assert reply.status_code == 422
        assert "Välj en fil" in reply.text


async def test_text_stays_text(world: World) -> None:
    """What looks like markup or a template is shown as it was written."""
    content = copy.deepcopy(poll_content())
    for part in (content["title"], content["questions"][0]["text"], content["questions"][0]["options"][0]["text"]):
        part.update(sv=SCRIPT, fi="{{ 7 * 7 }} 🏳️‍🌈 \u200fשלום")
    mika = await world.signed_in("Mika")
    reply = await send(mika, as_package(content))
    draft = await draft_of(world, reply)
    assert draft["title"]["sv"] == SCRIPT
    preview = f"/staff/polls/{draft['id']}/preview/long"
    pages = [await mika.get(path) for path in (reply.headers["location"], f"{preview}/sv", f"{preview}/fi", "/staff/")]
    for shown in pages:
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
    assert "{{ 7 * 7 }} 🏳️‍🌈" in pages[2].text


async def test_an_experience_is_shown(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No poll on the shelf has one yet: so a package brings it, and it goes on with the next export."""
    told = [{key: {"sv": f"sv {key}", "fi": f"fi {key}"} for key in ("where", "worked", "outcome")}]
    mika = await world.signed_in("Mika")
    reply = await send(mika, as_package({**poll_content(), "experience": told, "status": "piloted"}))
    assert (await draft_of(world, reply))["experience"] == told
    out = await mika.get(reply.headers["location"].replace("workshop", "package"))
    assert read_package(out.content, lambda name: True).content["experience"] == told


async def test_what_is_told_after_publishing_travels_with_the_package(world: World) -> None:
    mika, page = await world.signed_in("Mika"), "/staff/polls/third-place/experience"
    told = {f"{name}_{lang}": f"{name} {lang} {SCRIPT}" for name in EXPERIENCE for lang in ("sv", "fi")}
    for missing in ("where_sv", "outcome_fi"):
        refused = await mika.post(page, data={**told, missing: " "})
        assert refused.status_code == 422
        assert f'aria-describedby="{missing}-wrong"' in refused.text
        assert "worked sv" in refused.text
    assert (await mika.post(page, data={**told, "worked_sv": "x" * 1001})).status_code == 422
    assert (await mika.post(page, data=told)).status_code == 303
    await mika.post(f"{HOME}/freeze")
    assert (await mika.post(page, data={**told, "where_sv": "Kyrkoby"})).status_code == 303
    shown = (await mika.get(page)).text
    assert "Kyrkoby" in shown
    assert "<script>alert" not in shown
    packed = read_package((await mika.get(f"{HOME}/package")).content, lambda name: True).content
    assert [one["where"]["sv"] for one in packed["experience"]] == [f"where sv {SCRIPT}", "Kyrkoby"]
    assert {**packed, "experience": []} == {**poll_content(), "experience": []}
    assert (await mika.post(page, data={"remove": "0"})).status_code == 303
    assert (await mika.get(page)).text.count("<dl") == 1


async def test_a_teacher_chooses_the_two_minutes(world: World) -> None:
    alva = await world.signed_in("Alva")
    assert "Två minuter, en dator" in (await alva.get(f"{HOME}/start")).text
    form = {"consultation": "third-place", "area": "koivu", "grades": ["3"]}
    started = [await alva.post("/staff/sessions", data={**form, **more}) for more in ({}, {"profile": "mini"})]
    async with world.parts.db.reading() as db:
        sessions = [await find_session(db, reply.headers["location"].rpartition("/")[2]) for reply in started]
    assert [session and session.profile for session in sessions] == ["long", "mini"]


async def test_an_unfinished_draft_is_not_handed_out(world: World) -> None:
    mika = await world.signed_in("Mika")
    begun = await mika.post("/staff/workshop", data={"title_sv": "Något nytt"})
    assert begun.status_code == 303
    (new,) = await ids(world) - {"third-place"}
    reply = await mika.get(f"/staff/consultations/{new}/package")
    assert reply.status_code == 422
