"""The minifier drops no call and asks for nothing too early (decisions/0007).

It once did: `void (a() && b())` in an arrow became nothing; `const { b } = f({ c: a })` went before `const a` above it.
"""

import re
from collections import Counter
from pathlib import Path

import minify
import pytest

from server.web.joined import join_scripts

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted(
    path
    for folder in ("pwa", "static/js", "static/vendor")
    for path in (ROOT / folder).glob("*.js")
    if ".min." not in path.name
)
_COMMENTS = re.compile(r"/\*[\s\S]*?\*/|(?<![:\"'])//.*")
# Written out in place, with the same value.
_INLINED = {"abs"}


def _methods(script: str) -> Counter[str]:
    """How often each method is called; a public name is what minifying keeps."""
    return Counter(name for name in re.findall(r"(?<!\.)\.(\w+)\(", script) if name not in _INLINED)


_CONST = re.compile(r"^( *)const (.+?) = (.*)$")


def _too_early(script: str) -> list[str]:
    """The lines that take a constant apart and name one of those right above, which are put after, in braces only."""
    found = []
    above: tuple[str, set[str]] = ("", set())
    for line in script.splitlines():
        const = _CONST.match(line)
        indent, name, value = const.groups() if const else ("", "", "")
        names = above[1] if const and above[0] == indent else set()
        if name.startswith("{") and names & (_words(value) - _words(re.sub(r"\{.*\}", "", value))):
            found.append(line)
        above = (indent, names | _words(name))
    return found


def _words(code: str) -> set[str]:
    return set(re.findall(r"\w+", code))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_nothing_is_asked_for_too_early(path: Path) -> None:
    assert _too_early(path.read_text("utf-8")) == []


def test_what_comes_too_early_would_be_seen() -> None:
    faulty = "function go() {\n  const one = f();\n  const { two } = g({ one });\n  return [one, two];\n}\ngo();"
    small = minify.string("application/javascript", faulty)
    assert small.index("=g(") < small.index("=f(")
    assert _too_early(faulty) == ["  const { two } = g({ one });"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_call_is_still_there(path: Path) -> None:
    written = path.read_text("utf-8")
    assert _methods(minify.string("application/javascript", written)) == _methods(_COMMENTS.sub("", written))


def test_every_call_is_still_there_when_they_are_one() -> None:
    texts = {path.relative_to(ROOT).as_posix().removeprefix("static/"): path.read_text("utf-8") for path in SCRIPTS}
    joined = join_scripts("pwa/app.js", texts)
    assert _methods(minify.string("application/javascript", joined)) == _methods(_COMMENTS.sub("", joined))


def test_the_fault_would_be_seen() -> None:
    faulty = "const go = () => void (this.one() && this.two()); export { go };"
    assert _methods(minify.string("application/javascript", faulty)) != _methods(faulty)
