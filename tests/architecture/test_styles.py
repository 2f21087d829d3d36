"""The style sheets name only what there is: every property they read is set, every class is on some page."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHEETS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").glob("*.css")}
PAGES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder, kind in (("server/templates", "*.html"), ("server", "*.py"), ("static/js", "*.js"), ("pwa", "*.js"))
    for path in sorted((ROOT / folder).rglob(kind))
)


def test_every_property_that_is_read_is_set() -> None:
    everything = "\n".join(SHEETS.values())
    is_set = {*re.findall(r"(--[\w-]+)\s*:", everything), *re.findall(r'setProperty\("(--[\w-]+)"', PAGES)}
    read = {*re.findall(r"var\(\s*(--[\w-]+)", everything)}
    assert read - is_set == set()
    assert is_set - read == set()


def test_every_class_is_on_some_page() -> None:
    words = set(re.findall(r"[A-Za-z][\w-]*", PAGES))
    begun = tuple(word for word in words if word.endswith("-"))
    for name, sheet in SHEETS.items():
        selectors = "".join(re.findall(r"[^{}]+(?=\{)", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)))
        classes = set(re.findall(r"\.([A-Za-z][\w-]*)", selectors)) - words
        assert {each for each in classes if not each.startswith(begun)} == set(), name
