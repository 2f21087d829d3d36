"""docs/reliability.md has a row for every fault that docs/sync.md names, and every test it names is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def named_faults() -> list[str]:
    text = (ROOT / "docs/sync.md").read_text("utf-8")
    listed = text.split("## Faults to survive")[1].partition("\n## ")[0].partition("\n")[2]
    sentence = re.split(r"\.\s", listed.strip())[0]
    return [" ".join(fault.split()) for fault in re.split(r"[;,]\s", sentence.rstrip("."))]


def rows() -> dict[str, list[tuple[str, str]]]:
    table = (ROOT / "docs/reliability.md").read_text("utf-8").split("|---|---|\n")[1].partition("\n\n")[0]
    cells = (line.strip("|").split(" | ") for line in table.splitlines())
    return {fault.strip(): _TEST.findall(tests) for fault, tests in cells}


def test_every_fault_has_its_row() -> None:
    assert list(rows()) == named_faults()


def test_every_row_names_tests_that_are_there() -> None:
    for fault, tests in rows().items():
        assert tests, fault
        for path, name in tests:
            assert name in _functions(ROOT / path), f"{fault}: {path}::{name}"


def _functions(path: Path) -> set[str]:
    found = ast.walk(ast.parse(path.read_text("utf-8")))
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
