"""Photos and drawings of people's own: drawn again small and without metadata, kept with what can be seen on them."""

import io

from PIL import Image, ImageOps

from server.domain.actions import Did
from server.domain.errors import DomainError
from server.domain.own_pictures import own_hexcode, picture_id
from server.domain.questions import Text
from server.store.actions import insert_action
from server.store.database import Database
from server.store.pictures import OwnPicture, erase_picture, insert_picture, is_picture_used, list_pictures
from server.usecases.redraw import Easel

MAX_SIDE = 800
"""Pixels of the longer side: twice what a tablet shows on a tile."""

MAX_BYTES = 60_000
_FORMATS = ("JPEG", "PNG", "WEBP")
# A phone's camera takes 12 to 50 million pixels; one of these in memory takes 200 MB.
_MOST_PIXELS = 50_000_000
_QUALITIES = (82, 70, 55, 40)
_SIDES = (MAX_SIDE, 640, 480, 320)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, ArithmeticError)


async def keep_picture(db: Database, easel: Easel, area: str, file: bytes, alt: Text, *, by: str) -> str:
    """Keeps a photo or drawing for an area; returns its `own-…`, which may stand wherever a poll names a picture.

    Raises `not_a_picture`, `huge_picture` or `busy`.
    """
    body = await easel.work(lambda: small_picture(file))
    picture = OwnPicture(picture_id(body), area, alt)
    async with db.writing() as tx:
        await insert_picture(tx, picture, body)
        await insert_action(tx, by, Did.PICTURE_ADDED, area, alt["sv"])
    return own_hexcode(picture.id)


async def forget_picture(db: Database, area: str, picture: str, *, by: str) -> None:
    """Deletes it from an area. Raises `picture_used` while a poll shows it."""
    async with db.writing(lasting=True) as tx:
        if await is_picture_used(tx, own_hexcode(picture)):
            raise DomainError("picture_used")
        kept = {each.id: each for each in await list_pictures(tx, [area])}
        if picture in kept:
            await erase_picture(tx, area, picture)
            await insert_action(tx, by, Did.PICTURE_DELETED, area, kept[picture].alt["sv"])


def small_picture(file: bytes) -> bytes:
    """The picture as WebP with nothing beside it. Raises `not_a_picture` or `huge_picture`."""
    try:
        drawn = _read(file)
    except _BOMBS:
        raise DomainError("huge_picture") from None
    except _BROKEN:
        raise DomainError("not_a_picture") from None
    return _fitted(drawn)


def _read(file: bytes) -> Image.Image:
    """Its first frame the right way up, in colours without a profile, at most `MAX_SIDE`."""
    with Image.open(io.BytesIO(file), formats=_FORMATS) as opened:
        if opened.width * opened.height > _MOST_PIXELS:
            raise DomainError("huge_picture")
        is_clear = "A" in opened.getbands() or "transparency" in opened.info
        # Palettes cannot be made smaller smoothly; a JPEG is read at a half, quarter or eighth of its size at once.
        drawn = opened.convert("RGBA" if is_clear else "RGB") if opened.mode == "P" else opened
        drawn.thumbnail((MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(drawn)
        flat = upright.convert("RGBA" if is_clear else "RGB")
    # Only the pixels go on: whatever else came with the file stays behind.
    return Image.frombytes(flat.mode, flat.size, flat.tobytes())


def _fitted(drawn: Image.Image) -> bytes:
    """As good as `MAX_BYTES` allow."""
    for side in _SIDES:
        smaller = drawn.copy()
        smaller.thumbnail((side, side))
        for quality in _QUALITIES:
            written = io.BytesIO()
            smaller.save(written, "WEBP", quality=quality, method=4)
            if written.tell() <= MAX_BYTES:
                return written.getvalue()
    raise DomainError("not_a_picture")
