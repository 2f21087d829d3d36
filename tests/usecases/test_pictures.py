"""A photo or drawing is drawn again small, upright and bare; what is no picture, or a trap, is refused."""

import io
import os
import struct
import zlib

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from server.domain.errors import DomainError
from server.domain.own_pictures import own_hexcode, own_id, picture_id, read_alt
from server.store.actions import list_actions
from server.store.areas import Area, insert_area
from server.store.database import Database
from server.store.pictures import find_picture, list_pictures
from server.usecases.compose import publish
from server.usecases.pictures import MAX_BYTES, MAX_SIDE, forget_picture, keep_picture, small_picture
from server.usecases.redraw import Easel
from tests.town import NAMES, poll_content

LOGGED = [("deleted", "stad"), ("added", "by"), ("added", "stad")]
ALT = {"sv": "Vår skolgård", "fi": "Koulumme piha"}


def photo(size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """The left half is sky, the right half grass."""
    drawn = Image.new("RGB", size, (120, 180, 240))
    ImageDraw.Draw(drawn).rectangle((size[0] // 2, 0, *size), (60, 140, 60))
    return drawn


def saved(drawn: Image.Image, kind: str, **more: object) -> bytes:
    written = io.BytesIO()
    drawn.save(written, kind, **more)
    return written.getvalue()


def opened(body: bytes) -> Image.Image:
    shown = Image.open(io.BytesIO(body))
    shown.load()
    return shown


def located() -> Image.Exif:
    """What a phone writes beside a photo: turned by a quarter, taken with this phone, here."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Telefon"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (63.0, 50.0, 12.0)
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_small_webp(kind: str) -> None:
    body = small_picture(saved(photo(), kind))
    shown = opened(body)
    assert (shown.format, shown.size) == ("WEBP", (MAX_SIDE, 600))
    assert len(body) <= MAX_BYTES
    left, right = shown.convert("RGB").getpixel((100, 300)), shown.convert("RGB").getpixel((700, 300))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[2] > 200 > right[2]


def test_a_small_drawing_is_not_made_larger() -> None:
    assert opened(small_picture(saved(photo((300, 200)), "PNG"))).size == (300, 200)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_beside_the_pixels_stays_and_the_photo_stands_upright(kind: str) -> None:
    body = small_picture(saved(photo(), kind, exif=located(), icc_profile=b"profile" * 50, xmp=b"<x>xmp</x>"))
    shown = opened(body)
    assert shown.size == (600, MAX_SIDE)
    assert not shown.getexif()
    assert {"exif", "icc_profile", "xmp"} & set(shown.info) == set()
    assert not any(word in body for word in (b"EXIF", b"XMP ", b"ICCP", b"Telefon", b"profile"))


def test_comments_of_a_png_are_gone() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Alva")
    assert b"Alva" not in small_picture(saved(photo(), "PNG", pnginfo=words))


def test_what_is_clear_in_a_drawing_stays_clear() -> None:
    drawing = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    ImageDraw.Draw(drawing).ellipse((50, 50, 150, 150), (200, 30, 30, 255))
    for file in (saved(drawing, "PNG"), saved(drawing.convert("P"), "PNG", transparency=0), saved(drawing, "WEBP")):
        shown = opened(small_picture(file)).convert("RGBA")
        assert shown.getpixel((5, 5))[3] == 0  # type: ignore[index]
        assert shown.getpixel((100, 100))[3] == 255  # type: ignore[index]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "CMYK", "RGB", "RGBA"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    drawn = photo((64, 64)).convert("L").convert("I;16") if mode == "I;16" else photo((64, 64)).convert(mode)
    assert opened(small_picture(saved(drawn, "JPEG" if mode == "CMYK" else "PNG"))).size == (64, 64)


def test_only_the_first_picture_of_a_moving_one_is_kept() -> None:
    frames = [photo((64, 64)).rotate(90 * turn) for turn in range(4)]
    body = small_picture(saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert getattr(opened(body), "n_frames", 1) == 1


def test_the_noisiest_picture_fits() -> None:
    noise = Image.frombytes("RGB", (1200, 1200), os.urandom(3 * 1200 * 1200))
    assert len(small_picture(saved(noise, "PNG"))) <= MAX_BYTES


def png_claiming(width: int, height: int, data: bytes = b"") -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data or zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(50_000, 50_000), (10_000, 6_000), (2**31 - 1, 2**31 - 1), (1, 60_000_000)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(DomainError) as refusal:
        small_picture(png_claiming(*size))
    assert refusal.value.kind.code in ("huge_picture", "not_a_picture")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\0" * 1000,
        SVG,
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0" + b"x" * 500,
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"%PDF-1.7",
        b"<html><img src=x onerror=alert(1)>",
        saved(photo((8, 8)), "GIF"),
        saved(photo((8, 8)), "BMP"),
        saved(photo((8, 8)), "TIFF"),
        saved(photo(), "PNG")[:300],
        saved(photo(), "JPEG")[:700],
        saved(photo(), "WEBP")[:300],
        png_claiming(0, 0),
        png_claiming(100, 100, b"no zlib at all"),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    ],
)
def test_what_is_no_picture_is_refused(file: bytes) -> None:
    with pytest.raises(DomainError) as refusal:
        small_picture(file)
    assert refusal.value.kind.code == "not_a_picture"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_file_is_a_picture_or_refused_never_worse(kind: str) -> None:
    whole = saved(photo((120, 90)), kind)
    places = range(0, len(whole), max(1, len(whole) // 150))
    damaged = [whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in places]
    assert {outcome(file) for file in damaged} <= {"WEBP", "not_a_picture", "huge_picture"}


def outcome(file: bytes) -> str | None:
    try:
        return opened(small_picture(file)).format
    except DomainError as error:
        return error.kind.code


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({}, [("alt_sv", "missing"), ("alt_fi", "missing")]),
        ({"sv": "Gård", "fi": "  \n "}, [("alt_fi", "missing")]),
        ({"sv": "x" * 201, "fi": "Piha"}, [("alt_sv", "too_long")]),
    ],
)
def test_what_can_be_seen_is_said_in_both_languages(given: dict[str, str], wrong: list[tuple[str, str]]) -> None:
    with pytest.raises(DomainError) as refusal:
        read_alt(given)
    assert (refusal.value.kind.code, list(refusal.value.details)) == ("bad_form", wrong)
    assert read_alt({"sv": " Vår\n gård ", "fi": "Piha"}) == {"sv": "Vår gård", "fi": "Piha"}


def test_an_own_picture_is_named_by_its_content() -> None:
    assert own_id(own_hexcode(picture_id(b"x"))) == picture_id(b"x")
    for other in ("1F6DD", "own-", "own-xyz", "own-" + "0" * 21, "own-" + "0" * 20 + "/..", "OWN-" + "0" * 20):
        assert own_id(other) is None


@pytest.fixture
async def places(db: Database) -> Database:
    async with db.writing() as tx:
        for place in ("stad", "by"):
            await insert_area(tx, Area(place, None, "municipality", NAMES, "sv"))
    return db


async def test_a_picture_is_kept_once_for_an_area_with_its_newest_words(places: Database) -> None:
    file, easel = saved(photo(), "JPEG"), Easel()
    hexcode = await keep_picture(places, easel, "stad", file, ALT, by="mika")
    assert await keep_picture(places, easel, "stad", file, {"sv": "Gården", "fi": "Piha"}, by="mika") == hexcode
    async with places.reading() as tx:
        (kept,) = await list_pictures(tx, ["stad"])
        assert await list_pictures(tx, ["by"]) == []
        body = await find_picture(tx, kept.id)
    assert (own_hexcode(kept.id), kept.alt) == (hexcode, {"sv": "Gården", "fi": "Piha"})
    assert body is not None
    assert picture_id(body) == kept.id


async def test_deleting_it_in_one_area_leaves_it_in_the_other(places: Database) -> None:
    file, easel = saved(photo(), "JPEG"), Easel()
    hexcode = await keep_picture(places, easel, "stad", file, ALT, by="mika")
    await keep_picture(places, easel, "by", file, ALT, by="mika")
    await forget_picture(places, "stad", own_id(hexcode) or "", by="mika")
    async with places.reading() as tx:
        assert [each.area for each in await list_pictures(tx, ["stad", "by"])] == ["by"]
        noted = [(done.what, done.area, done.about) for done in await list_actions(tx, ["stad", "by"], most=9)]
    assert noted == [(f"picture_{what}", place, ALT["sv"]) for what, place in LOGGED]
    async with places.reading() as tx:
        assert await find_picture(tx, own_id(hexcode) or "") is not None


async def test_a_picture_that_a_poll_shows_stays(places: Database) -> None:
    hexcode = await keep_picture(places, Easel(), "stad", saved(photo(), "JPEG"), ALT, by="mika")
    await publish(places, "stad", {**poll_content(), "coverEmojiHex": hexcode})
    with pytest.raises(DomainError) as refusal:
        await forget_picture(places, "stad", own_id(hexcode) or "", by="mika")
    assert refusal.value.kind.code == "picture_used"
    async with places.reading() as tx:
        assert await find_picture(tx, own_id(hexcode) or "") is not None


async def test_nothing_is_kept_of_what_is_refused(places: Database) -> None:
    with pytest.raises(DomainError):
        await keep_picture(places, Easel(), "stad", SVG, ALT, by="mika")
    async with places.reading() as tx:
        assert await list_pictures(tx, ["stad"]) == []
