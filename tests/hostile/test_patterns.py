"""No text that a stranger sends makes a pattern of ours look for long: its work grows with the text, never faster.

Judged by the ratio of two processor times, not by the clock.
"""

import ast
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

import pytest

SERVER = Path(__file__).resolve().parents[2] / "server"
CALLS = {"compile", "sub", "findall", "search", "match", "fullmatch", "split", "finditer"}
# What is repeated in the hostile texts, and what stands around it so that nothing fits.
PUMPS = [
    "a",
    "A",
    "1",
    "0",
    " ",
    "é",
    "\n",
    ".",
    "!",
    "-",
    "'",
    '"',
    "/",
    "@",
    "_",
    "=",
    ",",
    ";",
    "{",
    "[",
    "\\",
    "\0",
]
PUMPS += [
    "a.",
    "a-",
    "a'",
    "1-",
    "0.",
    ". ",
    "a@a.",
    "{a",
    "1,",
    "-1",
    ' name="',
    ";name=",
    'src="/static/',
    "url(",
    "[länk",
]
PUMPS += ["/media/a", "own-", "poll.json", "bytes=1-", "export {a,", "@import ", "{coins}", "é1", "Ab1 "]
AROUND = [("", ""), ("", "!"), ("", "\0"), ("a", "a")]
SHORT, LONG = 1_000, 8_000
# Linear work takes 8 times as long; quadratic work 64 times.
MOST_RATIO = 24
HARMLESS_S = 0.004
LIMITED: dict[str | bytes, int] = {
    r"^[\W\d_]+|[\W\d_]+$": 200,  # a password is at most that long
    r"[^@\s<>\"(),:;\\\[\]]+@[^@\s<>\"(),:;\\\[\]]+\.[^@\s<>\"(),:;\\\[\]]+": 254,  # an e-mail address is
}
"""Patterns that are slower than that, and how long a text may be before they see it."""

OURS = {"settings.py", "web/printing.py", "web/joined.py"}
"""Read the environment, our own pages and our own files."""


def patterns() -> Iterator[tuple[str, str | bytes, str]]:
    """Where, what and how (a method's name): every pattern that is written out in the server's code."""
    for path in sorted(SERVER.rglob("*.py")):
        tree, name = ast.parse(path.read_text("utf-8")), str(path.relative_to(SERVER))
        for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call) and name not in OURS]:
            if (pattern := written_out(call)) is not None:
                for way in sorted(ways(tree, call)):
                    yield f"{name}:{call.lineno} {way}", pattern, "findall" if way in ("sub", "split") else way


def written_out(call: ast.Call) -> str | bytes | None:
    """The pattern of a call of `re`."""
    given = call.args[0] if call.args and named(call.func) in {("re", way) for way in CALLS} else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str | bytes) else None


def ways(tree: ast.Module, call: ast.Call) -> set[str]:
    """The methods it is used by: the call's own, or those of the constant that a compiled pattern is kept under."""
    kept = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign) and node.value is call]
    names = {each.id for each in kept if isinstance(each, ast.Name)}
    used = {way for name, way in map(named, ast.walk(tree)) if name in names and way in CALLS}
    return used | ({named(call.func)[1]} - {"compile"}) or {"findall", "fullmatch"}


def named(node: ast.AST) -> tuple[str, str]:
    """`("re", "compile")` for `re.compile`."""
    is_plain = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return (node.value.id, node.attr) if is_plain else ("", "")  # type: ignore[attr-defined]


FOUND = {where: (pattern, way) for where, pattern, way in patterns()}


def test_the_patterns_are_found() -> None:
    assert len(FOUND) > 25


@pytest.mark.parametrize("where", FOUND)
def test_no_text_makes_a_pattern_slow(where: str) -> None:
    pattern, way = FOUND[where]
    compiled = re.compile(pattern)
    for pump, around in product(PUMPS, AROUND):
        make = partial(hostile, pump, around, is_text=isinstance(pattern, str))
        check(make, getattr(compiled, way), f"{pump!r} in {around}", LIMITED.get(pattern))


def hostile(pump: str, around: tuple[str, str], size: int, *, is_text: bool) -> str | bytes:
    text = (pump * (size // len(pump) + 1))[:size].join(around)
    return text if is_text else text.encode()


def check(make: Callable[[int], str | bytes], look: Callable[..., object], what: str, limit: int | None = None) -> None:
    """Fails when `look` needs much longer for a text eight times as long; `limit` is the longest that it ever sees."""
    if once(look, make(limit or LONG)) < HARMLESS_S:
        return
    assert not limit, f"{what}: slow at {limit} already"
    ratio = least(look, make(LONG)) / max(least(look, make(SHORT)), 1e-6)
    assert ratio < MOST_RATIO, f"{what}: {ratio:.0f} times as long for eight times the text"


def least(look: Callable[..., object], text: str | bytes) -> float:
    """The least processor time of three goes."""
    return min(once(look, text) for _ in range(3))


def once(look: Callable[..., object], text: str | bytes) -> float:
    began = time.process_time()
    look(text)
    return time.process_time() - began
