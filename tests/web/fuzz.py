"""Generated bodies against the running app: new ones at every run, each kept from ending the others."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.web.demo import DemoApp, open_demo

Run = Callable[..., Any]


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[DemoApp, Run]]:
    """The demo, and what runs a coroutine in its loop: Hypothesis calls plain functions."""
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        yield runner.run(stack.enter_async_context(open_demo(folder))), runner.run
        runner.run(stack.aclose())


def throw(made: st.SearchStrategy[Any], *, at_once: int, examples: int, take: Callable[[list[Any]], None]) -> None:
    """Hands `take` so many of them at once, so many times; what fails is shown as it was and not made smaller."""

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(made, min_size=at_once, max_size=at_once))
    def each(some: list[Any]) -> None:
        take(some)

    each()
