"""What the children of the demo town answer: not alike everywhere, and never all alike. Replayable by its seed."""

import random
from collections.abc import Callable, Mapping, Sequence

from server.demo_town.schools import Group
from server.domain.questions import Answer, Question

Taste = Callable[[str, str], float]
"""How much (question, option) appeals to a child, as a weight above 0."""

# By question and option, in shares of a hundred or so; what is not named here weighs 10.
_LIKED: Mapping[str, Mapping[str, float]] = {
    "q1": {"home": 24, "playground": 16, "forest": 12, "library": 9, "hobby": 28, "elsewhere": 7},
    "q2": {"friends": 44, "fun": 34, "cosy": 16, "adult": 12},
    "q3": {"not_good": 26, "between": 42, "good": 32},
    "q4": {"yes": 52, "maybe": 34, "no": 14},
    "q5": {"hello": 22, "invited": 44, "game": 18, "guide": 12},
    "q6": {"evening": 22, "everyone": 38, "free": 22, "clean": 9},
    "q7": {"climb": 30, "reading": 11, "workshop": 16, "kitchen": 22, "music": 21},
    "q8": {"school": 18, "forest": 15, "river": 14, "field": 26, "shop": 11, "homes": 16},
    "q9": {"outdoors": 58, "indoors": 42, "lively": 55, "calm": 45, "one_big": 38, "many_small": 62, "own_ideas": 66},
    "exit": {"yes": 74, "partly": 20, "no": 6},
}
_LEANS: Mapping[str, Mapping[str, float]] = {
    "1-2": {"playground": 2.2, "hobby": 0.6, "climb": 1.8, "evening": 0.4, "adult": 1.9, "good": 1.6, "outdoors": 1.4},
    "3-4": {"forest": 1.3, "workshop": 1.3, "friends": 1.1},
    "5-6": {
        "playground": 0.35,
        "elsewhere": 1.8,
        "evening": 2.3,
        "music": 1.7,
        "not_good": 1.7,
        "shop": 2.0,
        "calm": 1.3,
        "indoors": 1.5,
        "climb": 0.6,
    },
    "fi": {"library": 1.8, "kitchen": 1.4, "calm": 1.3, "reading": 1.6, "one_big": 1.5},
    "tiny": {"not_good": 1.8, "many_small": 1.8, "school": 1.8, "free": 1.3, "hobby": 0.6},
    "village": {"forest": 1.4, "many_small": 1.3, "field": 1.2},
    "large": {"one_big": 1.5, "shop": 1.3, "good": 1.3, "hobby": 1.3},
}
_GUESSED: Mapping[str, float] = {
    "hobby": 1.8,
    "library": 2,
    "adult": 3,
    "good": 3,
    "guide": 3,
    "clean": 3,
    "reading": 3,
    "workshop": 2,
    "school": 3,
    "one_big": 4,
    "indoors": 2,
}
"""What grown-ups think that children like more than they do."""
_NEAR = 2.2
_OTHER_LANGUAGE = {"sv": 0.06, "fi": 0.13}
_SKIPS = 0.045
_STOPS = 0.02


def age_band(grades: Sequence[int]) -> str:
    """The band that the middle of these grades lies in."""
    middle = sum(grades) / len(grades)
    return "1-2" if middle <= 2 else "3-4" if middle < 5 else "5-6"


def taste_of(rng: random.Random, group: Group) -> Taste:
    """What one class likes: as its age, language and place do, and as friends agree among themselves."""
    school = group.school
    mood: dict[tuple[str, str], float] = {}

    def taste(question: str, option: str) -> float:
        if (question, option) not in mood:
            weight = _LIKED.get(question, {}).get(option, 10) * rng.lognormvariate(0, 0.3)
            for trait in (age_band(group.grades), school.language, school.size):
                weight *= _LEANS.get(trait, {}).get(option, 1)
            mood[question, option] = weight * (_NEAR if question == "q8" and option == school.lie else 1)
        return mood[question, option]

    return taste


def grown_up_taste(question: str, option: str) -> float:
    return _LIKED.get(question, {}).get(option, 10) * _GUESSED.get(option, 1)


def answer(rng: random.Random, question: Question, taste: Taste) -> Answer:
    """One child's answer to a question (no idea) as its profile asks it, or None for a skip."""
    return None if rng.random() < _SKIPS else _KINDS[question.kind](rng, question, taste)


def pick_language(rng: random.Random, group: Group) -> str:
    own = group.school.language
    other = {"sv": "fi", "fi": "sv"}[own]
    return other if rng.random() < _OTHER_LANGUAGE[own] else own


def stops(rng: random.Random) -> bool:
    """Whether a child has had enough before the end."""
    return rng.random() < _STOPS


def _order(rng: random.Random, question: Question, taste: Taste, options: Sequence[str], number: int) -> list[str]:
    """So many different options, what is liked most tends to come first (Plackett and Luce's model)."""
    left, found = list(options), list[str]()
    while left and len(found) < number:
        [chosen] = rng.choices(left, [taste(question.id, option) for option in left])
        left.remove(chosen)
        found.append(chosen)
    return found


def _one(rng: random.Random, question: Question, taste: Taste) -> Answer:
    return _order(rng, question, taste, question.option_ids, 1)[0]


def _several(rng: random.Random, question: Question, taste: Taste) -> Answer:
    chosen = _order(
        rng, question, taste, question.option_ids, rng.choice((1, question.max_select, question.max_select))
    )
    return [option for option in question.option_ids if option in chosen]


def _rank(rng: random.Random, question: Question, taste: Taste) -> Answer:
    most = question.max_select
    return _order(rng, question, taste, question.option_ids, rng.choice((1, 2, most, most, most)))


def _coins(rng: random.Random, question: Question, taste: Taste) -> Answer:
    favourites = _order(rng, question, taste, question.option_ids, rng.choice((1, 2, 2, 3, 3, 4)))
    laid = dict.fromkeys(favourites, 0)
    for _ in range(question.coins - (rng.random() < 0.15)):
        laid[rng.choices(favourites, range(len(favourites) + 1, 1, -1))[0]] += 1
    return {option: laid[option] for option in question.option_ids if laid.get(option)}


def _pairs(rng: random.Random, question: Question, taste: Taste) -> Answer:
    given = {
        pair.id: _order(rng, question, taste, [option.id for option in pair.options], 1)[0]
        for pair in question.pairs
        if rng.random() > _SKIPS
    }
    return given or None


_KINDS: Mapping[str, Callable[[random.Random, Question, Taste], Answer]] = {
    "single_choice": _one,
    "smiley": _one,
    "yes_maybe_no": _one,
    "place": _one,
    "multi_choice": _several,
    "rank": _rank,
    "budget": _coins,
    "this_or_that": _pairs,
}
