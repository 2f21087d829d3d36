"""What children draw: houses, trees, swings, suns and faces, stroke by stroke. Knows no poll and no picture format."""

import math
import random
from collections.abc import Callable, Sequence

from server.demo_town.hand import BLUE, GREEN, INK, RED, WIDTH, Hand
from server.domain.ideas import Stroke

_GROUND = 245.0

Motif = Callable[[Hand, float, float, float], None]
"""Draws itself at x, standing on y, so many units tall."""


def house(hand: Hand, x: float, y: float, tall: float) -> None:
    wide, wall, colour = tall * 0.8, tall * 0.6, hand.rng.choice((INK, RED, RED, BLUE))
    left, top = x - wide / 2, y - wall
    hand.box(colour, left, top, wide, wall)
    hand.draw(INK, [(left - 8, top), (x, y - tall), (left + wide + 8, top), (left - 4, top + 1)])
    hand.box(INK, x - wide * 0.32, y - wall * 0.55, wide * 0.24, wall * 0.55)
    hand.box(BLUE, x + wide * 0.1, y - wall * 0.75, wide * 0.26, wall * 0.34)
    hand.draw(BLUE, [(x + wide * 0.23, y - wall * 0.75), (x + wide * 0.23, y - wall * 0.41)])
    if hand.rng.random() < 0.6:
        curls = [(x + wide * 0.3 + 7 * math.sin(at), y - tall * 0.95 - at * 6) for at in range(8)]
        hand.box(INK, x + wide * 0.22, y - tall * 0.98, wide * 0.14, tall * 0.2)
        hand.draw(INK, curls)


def tree(hand: Hand, x: float, y: float, tall: float) -> None:
    trunk = tall * 0.08
    hand.draw(INK, [(x - trunk, y), (x - trunk * 0.7, y - tall * 0.5)])
    hand.draw(INK, [(x + trunk, y), (x + trunk * 0.7, y - tall * 0.5)])
    hand.ring(GREEN, x, y - tall * 0.7, tall * 0.6, tall * 0.55, bumps=hand.rng.randint(7, 11))
    for _ in range(hand.rng.choice((0, 0, 3, 5))):
        hand.ring(RED, x + hand.rng.uniform(-0.2, 0.2) * tall, y - hand.rng.uniform(0.55, 0.85) * tall, 9)


def fir(hand: Hand, x: float, y: float, tall: float) -> None:
    hand.draw(INK, [(x, y), (x, y - tall * 0.25)])
    for part in range(3):
        low, half = y - tall * (0.2 + part * 0.25), tall * (0.3 - part * 0.07)
        hand.draw(GREEN, [(x - half, low), (x, low - tall * 0.34), (x + half, low), (x - half, low)])


def person(hand: Hand, x: float, y: float, tall: float) -> None:
    head, colour = tall * 0.34, hand.rng.choice((INK, BLUE, RED, GREEN))
    neck, hip = y - tall + head, y - tall * 0.3
    face(hand, x, neck, head)
    if hand.rng.random() < 0.5:
        hand.draw(colour, [(x, neck), (x - tall * 0.15, hip), (x + tall * 0.15, hip), (x, neck)])
    else:
        hand.draw(colour, [(x, neck), (x, hip)])
    lift = hand.rng.uniform(-0.16, 0.08) * tall
    hand.draw(colour, [(x - tall * 0.24, neck + tall * 0.12 + lift), (x, neck + tall * 0.1)])
    hand.draw(colour, [(x, neck + tall * 0.1), (x + tall * 0.24, neck + tall * 0.1 + lift)])
    for side in (-1, 1):
        hand.draw(colour, [(x + side * tall * 0.04, hip), (x + side * tall * 0.1, y), (x + side * tall * 0.17, y)])


def face(hand: Hand, x: float, y: float, tall: float) -> None:
    middle = y - tall / 2
    hand.ring(INK, x, middle, tall)
    for side in (-1, 1):
        hand.draw(INK, [(x + side * tall * 0.17, middle - tall * 0.12), (x + side * tall * 0.17, middle - tall * 0.05)])
    hand.draw(RED, [(x + tall * 0.27 * at, middle + tall * (0.25 - 0.13 * at * at)) for at in (-1, -0.5, 0, 0.5, 1)])
    for lock in range(hand.rng.choice((0, 3, 6))):
        across = x + tall * (lock - 2.5) * 0.12
        hand.draw(INK, [(across, middle - tall * 0.45), (across + hand.rng.gauss(0, 4), middle - tall * 0.66)])


def swing(hand: Hand, x: float, y: float, tall: float) -> None:
    top, half = y - tall, tall * 0.6
    for end in (x - half, x + half):
        hand.draw(INK, [(end - tall * 0.16, y), (end, top), (end + tall * 0.16, y)])
    hand.draw(INK, [(x - half, top), (x + half, top)])
    sway = hand.rng.uniform(-0.25, 0.25) * tall
    seat = y - tall * 0.25
    for rope in (-0.12, 0.12):
        hand.draw(BLUE, [(x + rope * tall, top), (x + rope * tall + sway, seat)])
    hand.draw(RED, [(x + sway - tall * 0.16, seat), (x + sway + tall * 0.16, seat)])
    if hand.rng.random() < 0.7:
        person(hand, x + sway, seat + tall * 0.14, tall * 0.6)


def slide(hand: Hand, x: float, y: float, tall: float) -> None:
    left, right = x - tall * 0.5, x + tall * 0.8
    for rail in (0, tall * 0.2):
        hand.draw(INK, [(left + rail, y), (left + rail, y - tall)])
    for rung in range(1, 6):
        hand.draw(INK, [(left, y - tall * rung / 6), (left + tall * 0.2, y - tall * rung / 6)])
    for lift in (0, tall * 0.1):
        hand.draw(
            RED, [(left + tall * 0.2, y - tall + lift), (x + tall * 0.2, y - tall * 0.4 + lift), (right, y + lift)]
        )


def ball(hand: Hand, x: float, y: float, tall: float) -> None:
    size = tall * 0.4
    hand.ring(INK, x, y - size / 2, size)
    hand.draw(RED, [(x - size / 2, y - size / 2), (x, y - size * 0.35), (x + size / 2, y - size / 2)])
    hand.draw(BLUE, [(x, y - size), (x + size * 0.12, y - size / 2), (x, y)])


def goal(hand: Hand, x: float, y: float, tall: float) -> None:
    wide, high = tall * 1.1, tall * 0.7
    hand.draw(INK, [(x - wide / 2, y), (x - wide / 2, y - high), (x + wide / 2, y - high), (x + wide / 2, y)])
    for at in (0.2, 0.4, 0.6, 0.8):
        hand.draw(BLUE, [(x - wide / 2 + wide * at, y - high), (x - wide / 2 + wide * at, y)])
        hand.draw(BLUE, [(x - wide / 2, y - high * at), (x + wide / 2, y - high * at)])


def flower(hand: Hand, x: float, y: float, tall: float) -> None:
    top, colour = y - tall * 0.45, hand.rng.choice((RED, BLUE))
    hand.draw(GREEN, [(x, y), (x + 2, top)])
    hand.draw(GREEN, [(x, y - tall * 0.15), (x + tall * 0.13, y - tall * 0.27)])
    petals = [(x + tall * 0.12 * math.cos(at) * abs(math.sin(2.5 * at)), at) for at in (n * 0.3 for n in range(22))]
    hand.draw(colour, [(across, top + tall * 0.14 * math.sin(at)) for across, at in petals])
    hand.ring(colour, x, top, tall * 0.22, bumps=6)
    hand.ring(INK, x, top, tall * 0.08)


def fire(hand: Hand, x: float, y: float, tall: float) -> None:
    hand.draw(INK, [(x - tall * 0.3, y), (x + tall * 0.3, y - tall * 0.12)])
    hand.draw(INK, [(x + tall * 0.3, y), (x - tall * 0.3, y - tall * 0.12)])
    for size in (0.6, 0.35):
        flames = [(-1, 0.1), (-0.7, 0.6), (-0.35, 0.35), (0, 1), (0.35, 0.4), (0.7, 0.7), (1, 0.1)]
        hand.draw(RED, [(x + at * tall * 0.4 * size, y - up * tall * size - tall * 0.1) for at, up in flames])


def table(hand: Hand, x: float, y: float, tall: float) -> None:
    """With a cake on it."""
    top, half = y - tall * 0.4, tall * 0.55
    hand.draw(INK, [(x - half, top), (x + half, top)])
    for leg in (-0.8, 0.8):
        hand.draw(INK, [(x + leg * half, top), (x + leg * half, y)])
    hand.box(RED, x - tall * 0.25, top - tall * 0.25, tall * 0.5, tall * 0.25)
    for candle in (-0.15, 0, 0.15):
        hand.draw(BLUE, [(x + candle * tall, top - tall * 0.25), (x + candle * tall, top - tall * 0.4)])
        hand.ring(RED, x + candle * tall, top - tall * 0.46, 7)


def sofa(hand: Hand, x: float, y: float, tall: float) -> None:
    wide, colour = tall * 1.2, hand.rng.choice((RED, BLUE, GREEN))
    hand.box(colour, x - wide / 2, y - tall * 0.6, wide, tall * 0.35)
    hand.box(colour, x - wide / 2, y - tall * 0.28, wide, tall * 0.22)
    for side in (-1, 1):
        hand.ring(colour, x + side * wide / 2, y - tall * 0.3, tall * 0.22, tall * 0.4)
    if hand.rng.random() < 0.5:
        hand.scribble(colour, x - wide * 0.45, y - tall * 0.56, wide * 0.9, tall * 0.27)


def book(hand: Hand, x: float, y: float, tall: float) -> None:
    half, high = tall * 0.42, tall * 0.5
    for side in (-1, 1):
        page = [(x, y), (x + side * half, y - 8), (x + side * half, y - high - 8), (x, y - high), (x, y)]
        hand.draw(BLUE, page)
        for line in (0.3, 0.5, 0.7):
            hand.draw(INK, [(x + side * half * 0.2, y - high * line), (x + side * half * 0.8, y - high * line - 5)])


def note(hand: Hand, x: float, y: float, tall: float) -> None:
    size = tall * 0.22
    for at in (0.0, tall * 0.35):
        hand.ring(INK, x + at, y - size / 2, size, size * 0.8)
        hand.draw(INK, [(x + at + size / 2, y - size / 2), (x + at + size / 2, y - tall * 0.7)])
    hand.draw(INK, [(x + size / 2, y - tall * 0.7), (x + size / 2 + tall * 0.35, y - tall * 0.7)])


def water(hand: Hand, x: float, y: float, tall: float) -> None:
    for row in range(3):
        waves = [(x - tall * 0.7 + at * tall * 0.1, y - row * 13 + 5 * math.sin(at * 1.6)) for at in range(15)]
        hand.draw(BLUE, waves)


def bike(hand: Hand, x: float, y: float, tall: float) -> None:
    wheel, half = tall * 0.42, tall * 0.36
    for side in (-1, 1):
        hand.ring(INK, x + side * half, y - wheel / 2, wheel)
    hub = y - wheel / 2
    hand.draw(
        RED,
        [
            (x - half, hub),
            (x - 6, hub),
            (x + half * 0.7, hub - tall * 0.3),
            (x - half * 0.4, hub - tall * 0.3),
            (x - 6, hub),
        ],
    )
    hand.draw(INK, [(x + half, hub), (x + half * 0.6, hub - tall * 0.42), (x + half * 0.9, hub - tall * 0.46)])


def cat(hand: Hand, x: float, y: float, tall: float) -> None:
    body, head = tall * 0.5, tall * 0.34
    hand.ring(INK, x, y - body * 0.5, body * 1.2, body * 0.8)
    face(hand, x + body * 0.7, y - body * 0.5, head)
    for ear in (-0.35, 0.2):
        at, top = x + body * 0.7 + ear * head, y - body * 0.5 - head * 0.85
        hand.draw(INK, [(at, top), (at + head * 0.1, top - head * 0.4), (at + head * 0.28, top)])
    hand.draw(INK, [(x - body * 0.6, y - body * 0.5), (x - body * 0.9, y - body), (x - body * 0.75, y - body * 1.3)])


def sun(hand: Hand, x: float, y: float) -> None:
    hand.ring(RED, x, y, 46)
    for ray in range(hand.rng.randint(7, 11)):
        turn = ray * 0.62 + hand.rng.gauss(0, 0.1)
        near, far = 30, hand.rng.uniform(42, 58)
        hand.draw(
            RED,
            [
                (x + near * math.cos(turn), y + near * math.sin(turn)),
                (x + far * math.cos(turn), y + far * math.sin(turn)),
            ],
        )


def paint(rng: random.Random, motifs: Sequence[Motif], youngest: int) -> tuple[list[Stroke], list[int]]:
    """A drawing of these things by a child of grade `youngest`: its strokes, and the pen of each."""
    hand = Hand(rng, wobble=3.4 - 0.4 * youngest)
    share = WIDTH / len(motifs)
    ground = rng.random()
    for place, motif in enumerate(motifs):
        tall = rng.uniform(0.75, 1.05) * min(share, 190)
        motif(hand, share * (place + 0.5) + rng.gauss(0, 6), rng.gauss(_GROUND, 6), tall)
    if ground < 0.45:
        hand.draw(GREEN, [(4, _GROUND + 6), (WIDTH / 2, _GROUND + 2), (WIDTH - 4, _GROUND + 6)])
    elif ground < 0.75:
        hand.scribble(GREEN, 4, _GROUND + 6, WIDTH - 8, 16, gap=11)
    if rng.random() < 0.6:
        sun(hand, rng.choice((40, WIDTH - 44)), 44)
    if rng.random() < 0.35:
        hand.ring(BLUE, rng.uniform(130, 270), 42, 80, 34, bumps=8)
    return hand.strokes, hand.colours
