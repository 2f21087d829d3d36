"""A package leaves one municipality and arrives in another as a draft, with its pictures and voices, or not at all."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from server.domain.errors import DomainError
from server.domain.own_pictures import own_id
from server.domain.package_checks import Package, pictures_of, read_package, write_package
from server.domain.package_files import PackageError, unpack
from server.domain.sounds import sound_key
from server.store.areas import Area, insert_area
from server.store.database import Database
from server.store.drafts import list_drafts
from server.store.packages import list_pictures_by_id, list_recordings
from server.store.schema import consultations, drafts, pictures, sounds
from server.store.shelf import find_shelf_poll, list_shelf_polls
from server.usecases.compose import publish, start_draft
from server.usecases.packages import export_package, import_package
from server.usecases.pictures import keep_picture
from server.usecases.redraw import Easel
from server.usecases.speak import record
from server.voice import Voice
from tests.english import ENGLISH, in_english
from tests.sounds import needs_voice, tone
from tests.town import poll_content

HERE, THERE = "kronoby", "larsmo"
ALT = {"sv": "En gul gunga", "fi": "Keltainen keinu"}
KEY = sound_key("Nästa", "sv")
VOICE = Voice(speaks=True)


@pytest.fixture(autouse=True)
async def two_municipalities(db: Database) -> None:
    async with db.writing() as tx:
        for area in (HERE, THERE):
            await insert_area(tx, Area(area, None, "municipality", {"sv": area, "fi": area}, "sv"))


def photo(colour: str = "gold", kind: str = "PNG", **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, kind, **more)
    return written.getvalue()


async def take(db: Database, data: bytes, area: str = THERE) -> str:
    return await import_package(db, Easel(), VOICE, lambda name: name != "0000", data, area, by="p_mika")


async def leave(db: Database, consultation: str) -> bytes:
    return await export_package(db, consultation, by="p_mika")


async def content_of(db: Database, consultation: str) -> dict[str, Any]:
    async with db.reading() as tx:
        (draft,) = await list_drafts(tx, consultation)
    return draft.content


async def rows(db: Database) -> list[int | None]:
    async with db.reading() as tx:
        return [
            await tx.scalar(select(func.count()).select_from(one)) for one in (consultations, drafts, pictures, sounds)
        ]


@pytest.mark.parametrize("name", list_shelf_polls())
async def test_a_poll_of_the_shelf_goes_there_and_back(db: Database, name: str) -> None:
    content = find_shelf_poll(name)
    consultation = await publish(db, HERE, content)
    arrived = await take(db, await leave(db, consultation))
    assert await content_of(db, arrived) == {**content, "id": (await content_of(db, arrived))["id"]}
    again = read_package(await leave(db, arrived), lambda name: True).content
    assert {**again, "id": name} == content


async def test_every_import_is_a_draft_of_its_own(db: Database) -> None:
    data = await leave(db, await publish(db, HERE, poll_content()))
    first, second = await take(db, data), await take(db, data, HERE)
    assert len({first, second, "third-place"}) == 3
    ids = {(await content_of(db, one))["id"] for one in (first, second)}
    assert len({*ids, "third-place"}) == 3


async def test_a_draft_of_a_shelf_poll_goes_out_as_it_is(db: Database) -> None:
    consultation, poll = await start_draft(db, HERE, poll_content(), by="p_mika")
    package = read_package(await leave(db, consultation), lambda name: True)
    assert package.content == {**poll_content(), "id": poll}


async def test_an_unfinished_draft_stays_here(db: Database) -> None:
    content = poll_content()
    del content["title"]["fi"]
    consultation, _poll = await start_draft(db, HERE, content, by="p_mika")
    with pytest.raises(DomainError) as caught:
        await leave(db, consultation)
    assert (caught.value.kind.code, caught.value.details) == ("incomplete", (("title.fi", "is missing"),))
    with pytest.raises(DomainError, match="not_found"):
        await leave(db, "nowhere")


async def test_own_pictures_travel_with_their_words(db: Database) -> None:
    own = await keep_picture(db, Easel(), HERE, photo("teal", "JPEG", quality=95), ALT, by="")
    content = poll_content()
    content["questions"][0]["emojiHex"] = own
    data = await leave(db, await publish(db, HERE, content))
    assert f"pictures/{own_id(own)}.webp" in unpack(data)
    arrived = await content_of(db, await take(db, data))
    shown = [name for name in pictures_of(arrived) if own_id(name)]
    assert len(shown) == 1
    async with db.reading() as tx:
        (found,) = (await list_pictures_by_id(tx, {str(own_id(shown[0]))}, [THERE])).values()
    assert found.alt == ALT
    assert Image.open(io.BytesIO(found.body)).format == "WEBP"


async def test_a_picture_loses_what_else_is_in_its_file(db: Database) -> None:
    exif = Image.Exif()
    exif[0x010E] = "Taken at home"
    name = "own-" + "1" * 20
    content = {**poll_content(), "coverEmojiHex": name}
    data = write_package(Package(content, {name: photo("red", "JPEG", exif=exif)}, {name: ALT}, {}))
    arrived = (await content_of(db, await take(db, data)))["coverEmojiHex"]
    assert arrived != name
    async with db.reading() as tx:
        (found,) = (await list_pictures_by_id(tx, {str(own_id(arrived))}, [])).values()
    assert b"Taken at home" not in found.body


@needs_voice
async def test_voices_travel(db: Database, tmp_path: Path) -> None:
    consultation = await publish(db, HERE, poll_content())
    await record(db, VOICE, consultation, KEY, tone(tmp_path, "a.wav"))
    data = await leave(db, consultation)
    assert f"sounds/{KEY}.ogg" in unpack(data)
    arrived = await take(db, data)
    async with db.reading() as tx:
        assert list(await list_recordings(tx, arrived, "aac")) == [KEY]
        assert list(await list_recordings(tx, "third-place", "aac")) == [KEY]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"pictures/" + "1" * 20 + ".webp": b"GIF89a"}, "own-" + "1" * 20),
        ({"pictures/" + "1" * 20 + ".webp": photo()[:60]}, "own-" + "1" * 20),
        pytest.param({"sounds/abcdefgh.ogg": b"#!/bin/sh"}, "sounds/abcdefgh", marks=needs_voice),
        pytest.param({"sounds/abcdefgh.ogg": b"OggS"}, "sounds/abcdefgh", marks=needs_voice),
    ],
    ids=["no picture", "half a picture", "no sound", "half a sound"],
)
async def test_a_file_that_no_decoder_takes_leaves_nothing_behind(
    db: Database, files: dict[str, bytes], said: str
) -> None:
    content = poll_content()
    pictures = {"own-" + name[9:29]: body for name, body in files.items() if name.startswith("pictures")}
    for name in pictures:
        content["coverEmojiHex"] = name
    sounds = {name[7:15]: body for name, body in files.items() if name.startswith("sounds")}
    before = await rows(db)
    with pytest.raises(PackageError) as caught:
        await take(db, write_package(Package(content, pictures, dict.fromkeys(pictures, ALT), sounds)))
    assert [fault.path for fault in caught.value.faults] == [said]
    assert await rows(db) == before


async def test_without_the_programs_a_package_with_voices_says_so(
    db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    before = await rows(db)
    with pytest.raises(PackageError) as caught:
        await take(db, write_package(Package(poll_content(), {}, {}, {"abcdefgh": b"OggS", "abcdefgi": b"OggS"})))
    assert len(caught.value.faults) == 1
    assert await rows(db) == before


async def test_an_import_waits_for_the_server_that_writes(db: Database) -> None:
    data = await leave(db, await publish(db, HERE, poll_content()))
    server = Database(db.url)
    try:
        for _ in range(3):
            async with server.writing() as tx:
                await insert_area(tx, Area(f"a{_}", None, "school", ALT, "sv"))
            await take(db, data)
    finally:
        await server.close()
    assert (await rows(db))[0] == 4


async def test_a_further_language_travels_to_whoever_has_its_folder(db: Database) -> None:
    here = await publish(db, HERE, in_english(poll_content()))
    data = await leave(db, here)
    with pytest.raises(PackageError) as refused:
        await take(db, data)
    assert [each.path for each in refused.value.faults] == ["languages[0].id"]
    there = await import_package(db, Easel(), VOICE, lambda _: True, data, THERE, by="p_mika", languages=["en"])
    arrived = await content_of(db, there)
    assert arrived["languages"] == [ENGLISH]
    assert arrived["questions"][0]["text"]["en"].startswith("English for: ")
