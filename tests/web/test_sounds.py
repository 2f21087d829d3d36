"""What a tablet reads aloud is listed, served whole or in part, and made better by a moderator."""

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from server.domain.sounds import FORMATS, Sound, sound_key
from server.store.sounds import GENERATED, insert_sound
from tests.sounds import needs_voice, tone
from tests.web.demo import DemoApp, open_demo

SAID = "Var är du helst när skolan är slut?"
KEY = sound_key(SAID, "sv")
PAGE = "/staff/polls/third-place/sounds"
BODIES = {"opus": b"OggS" + bytes(range(200)), "aac": b"\0\0\0\x1cftypM4A " + bytes(300)}


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[DemoApp]:
    """The demo with a generated sound for one text of one language."""
    async with open_demo(tmp_path) as opened:
        async with opened.parts.db.writing() as tx:
            await insert_sound(tx, GENERATED, KEY, Sound(BODIES))
        yield opened


async def listed(demo: DemoApp, lang: str = "sv", format_name: str = "opus") -> dict[str, Any]:
    edition = (await demo.tablet()).answer["booklets"][lang].split("/")[3]
    reply = await demo.client().get(f"/app/sounds/{edition}/{lang}/{format_name}")
    assert reply.status_code == 200
    sounds: dict[str, Any] = reply.json()["sounds"]
    return sounds


@pytest.mark.parametrize("format_name", FORMATS)
async def test_a_list_names_what_a_tablet_checks(demo: DemoApp, format_name: str) -> None:
    ((key, entry),) = (await listed(demo, format_name=format_name)).items()
    reply = await demo.client().get(entry["url"])
    assert key == KEY
    assert reply.content == BODIES[format_name]
    assert entry["bytes"] == len(reply.content)
    assert entry["sha256"] == hashlib.sha256(reply.content).hexdigest()
    assert reply.headers["content-type"] == FORMATS[format_name].media_type
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["content-security-policy"] == "default-src 'none'"


async def test_all_sounds_come_as_one_file_in_the_order_of_the_list(demo: DemoApp) -> None:
    async with demo.parts.db.writing() as tx:
        await insert_sound(tx, GENERATED, sound_key("I skogen", "sv"), Sound({"opus": b"OggS two", "aac": b"two"}))
    edition = (await demo.tablet()).answer["booklets"]["sv"].split("/")[3]
    reply = await demo.client().get(f"/app/sounds/{edition}/sv/opus/all")
    at = 0
    for entry in (await listed(demo)).values():
        assert hashlib.sha256(reply.content[at : at + entry["bytes"]]).hexdigest() == entry["sha256"]
        at += entry["bytes"]
    assert len(reply.content) == at > len(BODIES["opus"])
    assert reply.headers["cache-control"] == "no-store"


async def test_a_list_is_of_one_language(demo: DemoApp) -> None:
    assert await listed(demo, "fi") == {}


async def test_an_unchanged_list_is_not_sent_again(demo: DemoApp) -> None:
    tablet = demo.client()
    first = await tablet.get("/app/sounds/join/sv/opus")
    again = await tablet.get("/app/sounds/join/sv/opus", headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize(
    "path",
    ["join/xx/opus", "join/sv/mp3", "join/sv/mp3/all", "nowhere-short/sv/opus", "x/sv/opus", "../sv/opus"],
)
async def test_an_unknown_list_is_not_found(demo: DemoApp, path: str) -> None:
    assert (await demo.client().get(f"/app/sounds/{path}")).status_code == 404


async def test_an_unknown_sound_is_not_found(demo: DemoApp) -> None:
    assert (await demo.client().get("/media/sounds/0123456789abcdef0123.ogg")).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("bytes=0-1", 206, 0, 2),
        ("bytes=10-", 206, 10, 204),
        ("bytes=-4", 206, 200, 204),
        ("bytes=0-99999", 206, 0, 204),
        ("bytes=300-", 200, 0, 204),
        ("bytes=0-1,5-6", 200, 0, 204),
        ("bytes=-", 200, 0, 204),
        ("nonsense", 200, 0, 204),
        ("bytes=" + "1" * 5000 + "-", 200, 0, 204),
    ],
)
async def test_safari_may_ask_for_a_part(demo: DemoApp, asked: str, status: int, start: int, stop: int) -> None:
    entry = (await listed(demo))[KEY]
    reply = await demo.client().get(entry["url"], headers={"Range": asked})
    assert (reply.status_code, reply.content) == (status, BODIES["opus"][start:stop])
    if status == 206:
        assert reply.headers["content-range"] == f"bytes {start}-{stop - 1}/204"


async def test_every_spoken_text_is_marked_and_its_page_tells_what_it_says(demo: DemoApp) -> None:
    tablet = await demo.tablet()
    booklet = (await demo.client().get(tablet.answer["booklets"]["sv"])).text
    mika = await demo.staff("moderator")
    page = (await mika.get(PAGE + "?texts=sv")).text
    marked = set(re.findall(r'data-say-aloud="([\w-]{8})"', booklet))
    told = set(re.findall(r'<li class="card" id="([\w-]{8})"', page))
    foreign = set(re.findall(r'lang="fi"[^>]* data-say-aloud="([\w-]{8})"', booklet))
    assert len(marked) > 60
    assert marked - foreign <= told
    assert SAID in page


async def upload(demo: DemoApp, recording: bytes, key: str = KEY) -> httpx2.Response:
    mika = await demo.staff("moderator")
    return await mika.post(f"{PAGE}/{key}", files={"recording": ("min röst.wav", recording, "audio/wav")})


@needs_voice
async def test_a_recording_takes_the_place_of_the_generated_voice(demo: DemoApp, tmp_path: Path) -> None:
    generated = (await listed(demo))[KEY]
    reply = await upload(demo, tone(tmp_path, "a.wav"))
    assert (reply.status_code, reply.headers["location"]) == (303, f"{PAGE}?texts=sv#{KEY}")
    assert (await listed(demo))[KEY] != generated
    mika = await demo.staff("moderator")
    assert "Inläst av en människa" in (await mika.get(PAGE)).text
    await mika.post(f"{PAGE}/{KEY}/forget")
    assert (await listed(demo))[KEY] == generated


@needs_voice
async def test_a_poll_that_is_not_published_is_heard_and_recorded_as_it_is_written(
    demo: DemoApp, tmp_path: Path
) -> None:
    mika = await demo.staff("moderator")
    begun = await mika.post("/staff/shelf/library", data={"area": "pedersore"})
    workshop = (await mika.get(begun.headers["location"])).text
    page = re.findall(r'href="(/staff/polls/[^/"]+)/workshop"', workshop)[0] + "/sounds"
    key = re.findall(r'<li class="card" id="([\w-]{8})"', (await mika.get(f"{page}?texts=fi")).text)[-1]
    assert (await mika.post(f"{page}/{key}/generate")).status_code == 503
    demo.app.state.parts.voice.speaks = True
    said = await mika.post(f"{page}/{key}/generate")
    assert (said.status_code, said.headers["location"]) == (303, f"{page}?texts=fi#{key}")
    assert "<audio" in (await mika.get(f"{page}?texts=fi")).text.split(f'id="{key}"')[1].split("</li>")[0]
    await mika.post(f"{page}/{key}", files={"recording": ("röst.wav", tone(tmp_path, "a.wav"), "audio/wav")})
    assert "Inläst av en människa" in (await mika.get(f"{page}?texts=fi&lang=sv")).text


async def test_an_unfinished_poll_says_what_is_missing_first(demo: DemoApp) -> None:
    mika = await demo.staff("moderator")
    begun = await mika.post("/staff/workshop", data={"title_sv": "Parken"})
    reply = await mika.get(begun.headers["location"].replace("/workshop", "/sounds"))
    assert reply.status_code == 422
    assert "Något saknas ännu." in reply.text


@pytest.mark.parametrize(
    ("recording", "status", "said"),
    [
        (b"#EXTM3U\nfile:///etc/passwd\n", 422, "Det här är inget ljud som vi kan läsa."),
        (b"<svg onload=alert(1)>", 422, "Det här är inget ljud som vi kan läsa."),
        (b"", 422, "Det här är inget ljud som vi kan läsa."),
        (bytes(9_000_000), 413, "Det var för stort."),
    ],
    ids=["playlist", "script", "empty", "large"],
)
@needs_voice
async def test_a_bad_file_is_refused_beside_its_text(demo: DemoApp, recording: bytes, status: int, said: str) -> None:
    reply = await upload(demo, recording)
    assert reply.status_code == status
    row = reply.text.split(f'id="{KEY}"')[1].split("</li>")[0]
    assert said in row
    assert (await demo.rows("sounds")) == {"sounds": len(BODIES)}


async def test_a_form_without_a_file_is_refused(demo: DemoApp) -> None:
    mika = await demo.staff("moderator")
    assert (await mika.post(f"{PAGE}/{KEY}", data={"recording": "no file"})).status_code == 400


async def test_only_a_text_of_this_poll_is_recorded(demo: DemoApp) -> None:
    assert (await upload(demo, b"OggS", "AAAAAAAA")).status_code == 404


async def test_only_this_page_may_ask_for_the_microphone(demo: DemoApp) -> None:
    mika = await demo.staff("moderator")
    policies = [(await mika.get(path)).headers.get_list("permissions-policy") for path in (PAGE, "/staff/")]
    assert policies == [
        ["camera=(), geolocation=(), microphone=(self)"],
        ["camera=(), geolocation=(), microphone=()"],
    ]


async def test_the_moderator_is_told_which_program_is_missing(
    demo: DemoApp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    mika = await demo.staff("moderator")
    page = (await mika.get(PAGE)).text
    assert "espeak-ng, ffmpeg" in page
    assert "<audio" in page
    assert 'type="file"' not in page
    reply = await upload(demo, b"OggS")
    assert reply.status_code == 503
