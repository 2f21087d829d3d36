"""Questions and polls made for tests of the rules, and strategies that generate answers to them."""

import itertools
from typing import Any

from hypothesis import strategies as st

from server.domain.questions import Answer, Option, Question

TEXT = {"sv": "text", "fi": "teksti"}


def question(kind: str = "single_choice", *options: str, **more: Any) -> Question:
    made = tuple(Option(option, "1F3E0", TEXT) for option in options or ("a", "b", "c"))
    return Question("q1", kind, "1F3E0", TEXT, None, None, made, **more)


def all_fitting(asked: Question) -> list[Answer]:
    """Every possible non-null answer."""
    if asked.kind != "multi_choice":
        return list(asked.option_ids)
    most = range(1, asked.max_select + 1)
    return [list(chosen) for size in most for chosen in itertools.combinations(asked.option_ids, size)]


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
