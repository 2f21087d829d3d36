"""Draws a child's strokes again as one flat picture: what reaches a person holds no order, no time and no metadata."""

import asyncio
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from PIL import Image, ImageDraw

from server.domain.desk import Box
from server.domain.errors import DomainError
from server.domain.ideas import Point, Stroke

WIDTH, HEIGHT = 960, 720
_FINER = 2
_PEN = 0.016
_THINNING = 0.5
_CURVE_PX = 10
_MOST_PIECES = 16_000
_PAPER = (255, 253, 247)
# As the pens of static/css/kinds.css.
_INKS = ((43, 37, 80), (31, 95, 191), (196, 69, 32), (35, 122, 70))
_MOST_WAITING = 40

Disc = tuple[float, float, float]
"""Where on the sheet, and its radius, in pixels."""


class Easel:
    """One drawing at a time, in a thread, so that deliveries are not kept waiting."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)
        self._waiting = 0

    async def redraw(self, strokes: Sequence[Stroke], colours: Sequence[int]) -> bytes:
        """The picture as WebP. Raises `busy` when too many wait."""
        return await self.work(lambda: picture(strokes, colours))

    async def work(self, draw: Callable[[], bytes]) -> bytes:
        """What `draw` draws. Raises `busy` when too many wait."""
        if self._waiting >= _MOST_WAITING:
            raise DomainError("busy")
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(draw)
        finally:
            self._waiting -= 1


def picture(strokes: Sequence[Stroke], colours: Sequence[int]) -> bytes:
    """Round strokes, as wide as they were pressed, drawn larger and then made smaller so that edges are smooth."""
    sheet = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), _PAPER)
    pen = ImageDraw.Draw(sheet)
    finest = min(8, 1 + _MOST_PIECES // sum(map(len, strokes)))
    for stroke, colour in zip(strokes, colours, strict=True):
        _draw(pen, _smooth([_place(point) for point in stroke], finest), _INKS[colour])
    written = io.BytesIO()
    sheet.reduce(_FINER).save(written, "WEBP", lossless=True, quality=40, method=2)
    return written.getvalue()


def cover(drawn: bytes, boxes: Sequence[Box]) -> bytes:
    """A picture of ours with these parts painted over: what was below is in no part of the new file."""
    with Image.open(io.BytesIO(drawn), formats=("WEBP",)) as opened:
        sheet = opened.convert("RGB")
    pen = ImageDraw.Draw(sheet)
    for x, y, width, height in boxes:
        right, bottom = min(x + width, 1) * sheet.width, min(y + height, 1) * sheet.height
        pen.rectangle((x * sheet.width, y * sheet.height, right, bottom), _INKS[0])
    written = io.BytesIO()
    sheet.save(written, "WEBP", lossless=True, quality=40, method=2)
    return written.getvalue()


def _draw(pen: ImageDraw.ImageDraw, discs: Iterable[Disc], ink: tuple[int, int, int]) -> None:
    last: Disc | None = None
    for x, y, radius in discs:
        if last:
            pen.line((last[0], last[1], x, y), ink, round(last[2] + radius))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), ink)
        last = (x, y, radius)


def _place(point: Point) -> Disc:
    """As wide as on the tablet: perfect-freehand's own formula."""
    x, y, pressure = point
    width, height = WIDTH * _FINER, HEIGHT * _FINER
    return x * width, y * height, _PEN * width * (0.5 - _THINNING * (0.5 - pressure))


def _smooth(points: Sequence[Disc], finest: int) -> Iterator[Disc]:
    """Quadratic curves from the middle of each piece to the middle of the next, bent towards the point between."""
    yield points[0]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        start, end = _middle(before, at), _middle(at, after)
        length = abs(end[0] - start[0]) + abs(end[1] - start[1])
        pieces = min(finest, 1 + int(length / _CURVE_PX))
        for piece in range(pieces):
            yield _on_curve(start, at, end, piece / pieces)
    yield points[-1]


def _middle(one: Disc, other: Disc) -> Disc:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2, (one[2] + other[2]) / 2


def _on_curve(start: Disc, bend: Disc, end: Disc, t: float) -> Disc:
    a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
    x, y, radius = (a * s + b * m + c * e for s, m, e in zip(start, bend, end, strict=True))
    return x, y, radius
