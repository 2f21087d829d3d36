"""Questions and polls made for tests of the rules, and strategies that generate answers to them."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from server.domain.questions import Answer, Option, Pair, Question

TEXT = {"sv": "text", "fi": "teksti"}
ONE = ("single_choice", "smiley", "yes_maybe_no", "place")


def _options(*names: str) -> tuple[Option, ...]:
    return tuple(Option(name, "1F3E0", TEXT) for name in names)


def question(kind: str = "single_choice", *options: str, **more: Any) -> Question:
    return Question("q1", kind, "1F3E0", TEXT, None, None, _options(*(options or ("a", "b", "c"))), **more)


def pairs(**options: Sequence[str]) -> Question:
    """A this-or-that: `pairs(p1=("a", "b"))`."""
    made = tuple(Pair(name, _options(*two)) for name, two in options.items())
    return Question("q1", "this_or_that", "1F3E0", TEXT, None, None, (), pairs=made)


SEVERAL = question("multi_choice", max_select=2)
RANK = question("rank", max_select=3)
COINS = question("budget", coins=5)
MORE_COINS = question("budget", "a", "b", coins=10)
PAIRS = pairs(p1=("a", "b"), p2=("a", "c"))
IDEA = Question("q1", "idea", "1F3E0", TEXT, None, None, ())
COUNTED = [*(question(kind) for kind in ONE), SEVERAL, RANK, COINS, MORE_COINS, PAIRS]
ASKED = [*COUNTED, IDEA]


def all_fitting(asked: Question) -> list[Answer]:
    """Every possible non-null answer."""
    match asked.kind:
        case "multi_choice":
            return [list(chosen) for chosen in _sizes(itertools.combinations, asked)]
        case "rank":
            return [list(chosen) for chosen in _sizes(itertools.permutations, asked)]
        case "budget":
            spent = _filled({option: range(asked.coins + 1) for option in asked.option_ids})
            return [one for one in spent if 1 <= sum(one.values()) <= asked.coins]
        case "this_or_that":
            chosen = _filled({pair.id: [option.id for option in pair.options] for pair in asked.pairs})
            return [one for one in chosen if one]
        case "idea":
            made = _filled(dict.fromkeys(("text", "drawing"), (True, False)))
            return [one for one in made if any(one.values())]
        case _:
            return list(asked.option_ids)


def _sizes(arranged: Any, asked: Question) -> Iterator[tuple[str, ...]]:
    for size in range(1, asked.max_select + 1):
        yield from arranged(asked.option_ids, size)


def _filled(parts: dict[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Every object that holds some of `parts`, each with one of its values."""
    missing = object()
    made = itertools.product(*([missing, *values] for values in parts.values()))
    return [{key: value for key, value in zip(parts, one, strict=True) if value is not missing} for one in made]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


def near(asked: Question) -> st.SearchStrategy[Any]:
    """Answers that are right, nearly right, or anything."""
    chosen = [option.id for pair in asked.pairs for option in pair.options]
    named = [*asked.option_ids, *(pair.id for pair in asked.pairs), *chosen, "text", "drawing", ""]
    names = st.sampled_from(named)
    values = names | st.integers(-2, 12) | st.booleans() | st.just(1.0) | st.none()
    built = values | st.lists(values, max_size=4) | st.dictionaries(names, values, max_size=4)
    return st.sampled_from(all_fitting(asked)) | built | json_values
