"""Finding a picture by a word, and a photo or drawing of one's own on its way to the children."""

import hashlib
import io
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import httpx2
import pytest
from PIL import Image, ImageDraw

from server.domain.picture_words import MAX_QUERY
from server.store.consultations import find_newest_revision
from server.usecases.compose import publish
from server.web.child import booklet_assets, booklet_document
from tests.town import poll_content
from tests.web.staff import World

PAGE = "/staff/pictures"
WORDS = {"alt_sv": "Vår gungställning", "alt_fi": "Koulumme keinuteline"}


def photo(kind: str = "JPEG") -> bytes:
    drawn, written = Image.new("RGB", (900, 600), (120, 180, 240)), io.BytesIO()
    ImageDraw.Draw(drawn).rectangle((100, 100, 500, 500), (60, 140, 60))
    drawn.save(written, kind)
    return written.getvalue()


def hits(reply: httpx2.Response) -> list[str]:
    return re.findall(
        r'<button class="hit" type="submit" name="emojiHex" value="([^"]+)" data-picture="\1">', reply.text
    )


async def sent(
    browser: httpx2.AsyncClient, file: bytes | None = None, name: str = "gård.jpg", **changes: Any
) -> httpx2.Response:
    files: Mapping[str, tuple[str, bytes]] = {"picture": (name, photo() if file is None else file)}
    return await browser.post(PAGE, data={**WORDS, **changes}, files=files)


async def added(browser: httpx2.AsyncClient) -> str:
    reply = await sent(browser)
    assert reply.status_code == 303, reply.text
    return str(reply.headers["location"]).rpartition("emojiHex=")[2]


@pytest.mark.parametrize(("lang", "word"), [("sv", "gunga"), ("fi", "keinu"), ("sv", "keinu"), ("fi", "gungor")])
async def test_a_word_finds_its_picture_first_whichever_language_it_is_in(world: World, lang: str, word: str) -> None:
    mika = await world.signed_in("Mika", lang)
    reply = await mika.get(PAGE, params={"q": word, "lang": lang})
    assert reply.status_code == 200
    assert hits(reply)[0] == "1F6DD"
    assert '<span lang="sv">rutschbana</span><span lang="fi">liukumäki</span>' in reply.text


async def test_every_picture_that_is_found_can_be_seen(world: World) -> None:
    mika = await world.signed_in("Mika")
    for word in ("hund", "matsal", "kompis"):
        reply = await mika.get(PAGE, params={"q": word})
        shown = re.findall(r'<img src="(/media/[^"]+)"', reply.text)
        assert len(shown) >= len(hits(reply)) > 0
        for url in shown:
            seen = await mika.get(url)
            assert (seen.status_code, seen.headers["content-type"]) == (200, "image/svg+xml")
            assert "immutable" in seen.headers["cache-control"]


async def test_a_picture_is_served_before_anybody_has_searched_for_it(world: World) -> None:
    url = world.parts.assets.picture("1F418").url
    del world.parts.assets.by_url[url]
    world.parts.assets._pictures.pop("1F418")
    assert (await world.browser().get(url)).status_code == 200
    assert (await world.browser().get("/media/1F418.00000000000000000000.svg")).status_code == 404
    assert (await world.browser().get("/media/1F418.svg")).status_code == 404


async def test_htmx_gets_what_was_found_and_nothing_else(world: World) -> None:
    mika = await world.signed_in("Mika", "sv")
    reply = await mika.get(PAGE, params={"q": "keinu", "lang": "fi"}, headers={"HX-Request": "true"})
    assert reply.text.strip().startswith('<div id="hits"')
    assert hits(reply)[0] == "1F6DD"
    assert "set-cookie" not in reply.headers


async def test_without_a_word_the_page_says_how_to_search(world: World) -> None:
    mika = await world.signed_in("Mika")
    assert "så som barn säger det" in (await mika.get(PAGE)).text
    assert "enklare ord" in (await mika.get(PAGE, params={"q": "xyzzyq"})).text


@pytest.mark.parametrize(
    "query",
    ["<script>alert(1)</script>", "%00", "\u202egunga", "' OR 1=1 --", "{{ 7*7 }}", "😀", "a" * MAX_QUERY],
)
async def test_a_hostile_search_is_only_a_search(world: World, query: str) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.get(PAGE, params={"q": query})
    assert reply.status_code == 200
    assert "<script>alert" not in reply.text
    assert "49" not in re.findall(r'value="([^"]*)"', reply.text)


async def test_a_search_of_a_hundred_thousand_letters_is_answered_kindly(world: World) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.get(PAGE, params={"q": "gunga " * 10_000})
    assert reply.status_code == 200
    assert hits(reply) == []
    assert "Skriv ett eller två ord" in reply.text
    assert len(reply.text) < 20_000


async def test_a_chosen_picture_is_shown_as_large_as_a_child_sees_it(world: World) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.get(PAGE, params={"q": "gunga", "emojiHex": "1F6DD"})
    assert {"sample-tablet", "sample-phone"} <= set(re.findall(r"sample-tile ([\w-]+)", reply.text))
    for unknown in ("FFFF", "own-" + "0" * 20, "../../etc/passwd", "<b>"):
        assert "sample-tile" not in (await mika.get(PAGE, params={"emojiHex": unknown})).text


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_an_own_picture_becomes_a_small_webp_that_never_changes(world: World, kind: str) -> None:
    mika = await world.signed_in("Mika")
    reply = await sent(mika, photo(kind))
    assert reply.status_code == 303
    shown = await mika.get(reply.headers["location"])
    (url,) = set(re.findall(r"/media/[0-9a-f]{20}\.webp", shown.text))
    seen = await world.browser().get(url)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/webp")
    assert seen.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert hashlib.sha256(seen.content).hexdigest().startswith(url.removeprefix("/media/")[:20])
    assert 'alt="Vår gungställning"' in shown.text


async def test_own_pictures_are_found_first_by_what_is_said_of_them(world: World) -> None:
    mika = await world.signed_in("Mika")
    own = await added(mika)
    assert hits(await mika.get(PAGE, params={"q": "gungställning"}))[:2] == [own, "1F6DD"]
    assert hits(await mika.get(PAGE, params={"q": "keinuteline", "lang": "fi"}))[0] == own
    assert hits(await mika.get(PAGE)) == [own]


async def test_own_pictures_of_another_municipality_are_not_offered(world: World) -> None:
    own = await added(await world.signed_in("Mika"))
    otto = await world.signed_in("Otto")
    assert own not in (await otto.get(PAGE, params={"q": "gungställning", "emojiHex": own})).text
    refused = await otto.post(f"{PAGE}/{own.removeprefix('own-')}/forget", data={"area": "stad"})
    assert refused.status_code == 403
    assert (await sent(otto, area="stad")).status_code == 403
    assert (await otto.get(f"/media/{own.removeprefix('own-')}.webp")).status_code == 200


@pytest.mark.parametrize(
    ("file", "name", "status", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", 422, "ingen bild som vi kan läsa"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", 422, "ingen bild som vi kan läsa"),
        (b"GIF89a", "a.gif", 422, "ingen bild som vi kan läsa"),
        (b"MZ" + b"\0" * 5000, "a.jpg", 422, "ingen bild som vi kan läsa"),
        (b"", "", 422, "Välj en fil"),
        (b"\xff" * (20 * 1024 * 1024 + 1), "a.jpg", 413, "för stort"),
    ],
)
async def test_what_is_refused_is_said_and_what_was_written_stays(
    world: World, file: bytes, name: str, status: int, said: str
) -> None:
    mika = await world.signed_in("Mika")
    reply = await sent(mika, file, name)
    assert reply.status_code == status
    assert said in unescape(reply.text)
    assert status == 413 or all(f'value="{words}"' in reply.text for words in WORDS.values())
    assert hits(await mika.get(PAGE)) == []


@pytest.mark.parametrize("missing", ["alt_sv", "alt_fi"])
async def test_what_can_be_seen_must_be_said_in_both_languages(world: World, missing: str) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.post(PAGE, data={**WORDS, missing: "   "}, files={"picture": ("gård.jpg", photo())})
    assert reply.status_code == 422
    assert f'id="{missing}-wrong"' in reply.text
    assert hits(await mika.get(PAGE)) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"x" * 5000, "multipart/form-data"),
        (
            b'--x\r\nContent-Disposition: form-data; name="alt_sv"\r\n\r\na\0b\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="alt_sv"\r\n\r\n\xff\xfe\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
        (b"alt_sv=a&alt_fi=b", "application/x-www-form-urlencoded"),
        (b"--x\r\n" * 20_000, "multipart/form-data; boundary=x"),
    ],
)
async def test_a_broken_form_is_refused_kindly(world: World, body: bytes, kind: str) -> None:
    mika = await world.signed_in("Mika")
    reply = await mika.post(PAGE, content=body, headers={"Content-Type": kind})
    assert reply.status_code in (400, 422)
    assert "<h1" in reply.text


async def test_scripts_in_what_is_said_stay_words(world: World) -> None:
    mika = await world.signed_in("Mika")
    reply = await sent(mika, alt_sv='"><script>alert(1)</script>', alt_fi="\u202ePiha 🏫")
    assert reply.status_code == 303
    assert "<script>alert" not in (await mika.get(reply.headers["location"])).text


async def test_a_tablet_gets_an_own_picture_like_every_other(world: World) -> None:
    own = await added(await world.signed_in("Mika"))
    content = poll_content()
    content["questions"][0]["options"][0]["emojiHex"] = own
    consultation = await publish(world.town.db, "stad", {**content, "id": "own-pictures"})
    async with world.town.db.reading() as tx:
        revision = await find_newest_revision(tx, consultation)
    assert revision
    url = f"/media/{own.removeprefix('own-')}.webp"
    document = await booklet_document(world.parts, revision, "short", "sv")
    assert f'src="{url}"' in document.packed.body.decode()
    listed = {asset["url"]: asset for asset in await booklet_assets(world.parts, revision, "short")}
    body = (await world.browser().get(url)).content
    assert listed[url] == {"url": url, "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
    packed = await world.browser().get(f"/app/b/{revision}-short/pictures")
    assert body in packed.content
    assert len(packed.content) == sum(int(asset["bytes"]) for asset in listed.values())


async def test_an_own_picture_can_be_deleted_until_a_poll_shows_it(world: World) -> None:
    mika = await world.signed_in("Mika")
    own = await added(mika)
    forget = f"{PAGE}/{own.removeprefix('own-')}/forget"
    await publish(world.town.db, "stad", {**poll_content(), "id": "shows-it", "coverEmojiHex": own})
    used = await mika.post(forget, data={"area": "stad"})
    assert used.status_code == 409
    assert "visas i ett frågepaket" in used.text
    assert own in hits(await mika.get(PAGE))


async def test_a_deleted_picture_is_gone(world: World) -> None:
    mika = await world.signed_in("Mika")
    own = await added(mika)
    gone = await mika.post(f"{PAGE}/{own.removeprefix('own-')}/forget", data={"area": "stad"})
    assert gone.status_code == 303
    assert hits(await mika.get(PAGE)) == []
    assert (await world.browser().get(f"/media/{own.removeprefix('own-')}.webp")).status_code == 404


@pytest.mark.parametrize("name", ["x", "0" * 20, "..%2f..%2fetc", "0" * 5000])
async def test_an_unknown_own_picture_is_not_found(world: World, name: str) -> None:
    assert (await world.browser().get(f"/media/{name}.webp")).status_code == 404
