"""The minifier drops no call: it once did, `void (a() && b())` in an arrow became nothing (decisions/0007)."""

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
