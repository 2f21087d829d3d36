"""The children of the demo town, one after another: what each answers and what some of them wish for."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from server.demo_town.answers import Taste, answer, grown_up_taste, pick_language, stops, taste_of
from server.demo_town.drawings import paint
from server.demo_town.schools import SCHOOLS, Group, list_groups
from server.demo_town.wishes import ODD, OTHER, WISHES, Odd, Wish, words
from server.domain.consultations import Poll
from server.domain.ideas import Idea, Stroke
from server.domain.questions import Answer, Question

_COME = 0.92
_MOST_LATE = 2
_AWAY = "Lingonkullens skola"
"""Its special group never comes to answer."""
_ODD_EVERY = 22
_WRITES_FROM = 3


@dataclass(frozen=True)
class Made:
    """An idea as a tablet sends it, and what a person will see in it."""

    id: str
    idea: Idea
    wish: Wish
    odd: Odd | None


@dataclass(frozen=True)
class Child:
    """One turn; `is_late` arrives after its session was closed."""

    id: str
    lang: str
    answers: dict[str, Answer]
    end: str
    is_late: bool
    made: Made | None = None


@dataclass(frozen=True)
class Class:
    group: Group
    children: Sequence[Child]


def invent(poll: Poll, seed: int, schools: int, ideas: int) -> list[Class]:
    """The first so many schools with all their children, of whom `ideas` draw or write one. One seed, one town."""
    rng = random.Random(seed)
    groups = [group for number in range(schools) for group in list_groups(rng, SCHOOLS[number], number)]
    came = [_count(rng, group) for group in groups]
    drawing = set(rng.sample(range(sum(came)), min(ideas, sum(came))))
    odd = _odd_ones(rng)
    classes, number = list[Class](), 0
    for group, children in zip(groups, came, strict=True):
        taste, late = taste_of(rng, group), rng.choice((0, 0, 0, 0, 0, 0, 1, _MOST_LATE))
        turns = list[Child]()
        for place in range(children):
            is_late = children - place <= late
            turns.append(_child(rng, poll, group, taste, is_late, odd if number in drawing else None))
            number += 1
        classes.append(Class(group, turns))
    return classes


def invent_grown_ups(poll: Poll, seed: int, number: int) -> list[Child]:
    """Those who decide, and what they think that the children will say."""
    rng = random.Random(seed)
    asked = [each for each in poll.played(poll.profile_for([6]).id) if each.id != "exit" and each.kind != "idea"]
    return [
        Child(_id(rng), "sv", {each.id: answer(rng, each, grown_up_taste) for each in asked}, "done", is_late=False)
        for _ in range(number)
    ]


def _count(rng: random.Random, group: Group) -> int:
    """How many come and say yes."""
    if group.special and group.school.name == _AWAY:
        return 0
    return sum(rng.random() < _COME for _ in range(group.enrolled))


def _child(
    rng: random.Random, poll: Poll, group: Group, taste: Taste, is_late: bool, odd: Iterator[Odd | None] | None
) -> Child:
    lang = pick_language(rng, group)
    asked = poll.played(poll.profile_for(group.grades).id)
    answers: dict[str, Answer] = {}
    made = None
    end = "stopped" if stops(rng) else "done"
    for question in asked[: rng.randint(2, len(asked) - 1)] if end == "stopped" and odd is None else asked:
        if question.kind != "idea":
            answers[question.id] = answer(rng, question, taste)
        elif odd is not None:
            made = _make(rng, group, question, lang, odd)
            answers[question.id] = {"text": made.idea.text is not None, "drawing": bool(made.idea.strokes)}
    given = {question: one for question, one in answers.items() if one is not None}
    return Child(_id(rng), lang, given, end if made is None else "done", is_late, made)


def _make(rng: random.Random, group: Group, question: Question, lang: str, odd: Iterator[Odd | None]) -> Made:
    """Whoever is younger than grade 3 only draws; of the others some only write."""
    [wish] = rng.choices(WISHES, [wish.weight for wish in WISHES])
    writes = min(group.grades) >= _WRITES_FROM and rng.random() < 0.75
    strange = next(odd) if writes else None
    text = (strange.said[lang] if strange else words(rng, wish, lang)) if writes else None
    strokes: Sequence[Stroke] = ()
    colours: Sequence[int] = ()
    if not writes or (strange is None and rng.random() < 0.6):
        seen = [*rng.sample(wish.motifs, rng.randint(1, 2)), *rng.sample(OTHER.motifs, rng.choice((0, 0, 0, 1)))]
        strokes, colours = paint(rng, seen, min(group.grades))
    idea = Idea(question.id, lang, group.grades, rng.random() < 0.8, text, tuple(strokes), tuple(colours))
    return Made(_id(rng), idea, wish, strange)


def _odd_ones(rng: random.Random) -> Iterator[Odd | None]:
    """Now and then something that must not be shown as it is."""
    for odd in cycle(ODD):
        ordinary = rng.randint(_ODD_EVERY // 2, _ODD_EVERY)
        yield from (None for _ in range(ordinary))
        yield odd


def _id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
