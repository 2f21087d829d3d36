"""However often the database goes back: each response counts once, and no packet is drawn again (docs/sync.md)."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.copies import lay_out
from tests.usecases.history import make_world, play

_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Durability is tested elsewhere; here the disk would only be slow."""

which = st.integers(0, 1)
tablet = st.integers(0, 1)
answers = st.sampled_from([{"q1": "home"}, {"q1": "forest", "q3": "good"}, {"q3": "not_good"}, {}, {"q1": "moon"}])
steps = st.one_of(
    st.tuples(st.just("confirm"), which, tablet, st.lists(answers, min_size=1, max_size=9)),
    st.tuples(st.just("lesson"), which, tablet, st.lists(answers, min_size=1, max_size=9)),
    st.tuples(st.just("lesson"), which, tablet, st.lists(answers, min_size=6, max_size=9)),
    st.tuples(st.just("deliver"), which, tablet, st.booleans()),
    st.tuples(st.just("talk"), which),
    st.tuples(st.just("copy")),
    st.tuples(st.just("restore"), st.integers(0, 5)),
    st.tuples(st.just("restore"), st.integers(0, 5)),
    st.tuples(st.sampled_from(["close", "close", "finish", "include", "leave_out", "discard"]), which),
    st.tuples(st.just("revoke"), which, tablet),
    st.tuples(st.just("start"), st.sampled_from(["koivu", "bjork"]), st.sampled_from([(1, 2), (1, 3, 5)])),
    st.tuples(st.just("kill"), st.sampled_from(["close", "close", "discard", "finish"]), which),
)


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(steps, min_size=5, max_size=30))
def test_nothing_is_lost_or_drawn_again(taken: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        lay_out(make_world, Path(folder))
        play(Path(folder), [("copy",), *taken])
