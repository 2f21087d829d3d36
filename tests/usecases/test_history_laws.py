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

Step = tuple[Any, ...]

_MOVES = (
    *(("lesson",),) * 3,
    ("revoke", "lesson"),
    *(("revoke", "lesson", "copy", "include", "close"),) * 2,
    *(("close",),) * 2,
    *(("close", "copy", "lesson", "copy"),) * 2,
    *((one,) for one in ("confirm", "deliver", "talk", "start", "finish", "leave_out", "discard", "kill")),
)
"""What goes together: alone, most of it would do nothing."""

tablet = st.integers(0, 1)
answers = st.sampled_from([{"q1": "home"}, {"q1": "forest", "q3": "good"}, {"q3": "not_good"}, {}, {"q1": "moon"}])
few, class_ = st.lists(answers, min_size=1, max_size=9), st.lists(answers, min_size=6, max_size=9)


def step(draw: st.DrawFn, name: str, here: int, by: int) -> Step:
    """One thing that happens in a class, most of it by one of its tablets."""
    about: dict[str, Step] = {
        "copy": (),
        "start": (draw(st.sampled_from(["koivu", "bjork"])), draw(st.sampled_from([(1, 2), (1, 3, 5)]))),
        "lesson": (here, by, draw(class_)),
        "confirm": (here, draw(tablet), draw(few)),
        "deliver": (here, by, draw(st.booleans())),
        "revoke": (here, by),
        "kill": (draw(st.sampled_from(["close", "close", "discard", "finish"])), here),
    }
    return (name, *about.get(name, (here,)))


@st.composite
def branch(draw: st.DrawFn) -> list[Step]:
    """Some life in one class with a copy before each move, and the way back to a late copy or the first."""
    here, by = draw(st.integers(0, 1)), draw(tablet)
    moves = draw(st.lists(st.sampled_from(_MOVES), min_size=1, max_size=4))
    life = [step(draw, name, here, by) for move in moves for name in ("copy", *move)]
    return [*life, ("restore", draw(st.integers(-3, 0)))]


@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(branch(), min_size=1, max_size=4), st.booleans())
def test_nothing_is_lost_or_drawn_again(branches: list[list[Step]], all_said: bool) -> None:
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        lay_out(make_world, Path(folder))
        play(Path(folder), [one for each in branches for one in each], all_said=all_said)
