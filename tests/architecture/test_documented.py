"""Every setting, command, address and error code stands in docs/operations.md, and nothing there has gone."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from server.__main__ import main
from server.domain.errors import ERROR_KINDS
from server.web.routes import RULES

ROOT = Path(__file__).resolve().parents[2]
SECTION = re.compile(r"^## (.+?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall((ROOT / "docs/operations.md").read_text(encoding="utf-8")))


def documented(section: str, pattern: str) -> set[str]:
    """What stands in backticks in that section and fits the pattern, but for what is named under "Not yet"."""
    text = re.sub(r"^Not yet:.*?(?:\n\n|\Z)", "", SECTIONS[section], flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(rf"`({pattern})`", text))


def test_every_setting_is_documented() -> None:
    read = {
        name
        for path in (ROOT / "server").rglob("*.py")
        for name in re.findall(r"\bTYCK_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert documented("Settings", r"TYCK_[A-Z_]+") - {"TYCK_DATABASE_URL_FILE"} == read


def test_every_command_is_documented() -> None:
    assert isinstance(main, click.Group)
    assert set(re.findall(r"^\| `([^`]+)` \|", SECTIONS["Commands"], flags=re.MULTILINE)) == set(commands(main))


OPTIONS = {o for c in main.commands.values() for p in c.params if isinstance(p, click.Option) for o in p.opts}


@pytest.mark.parametrize("option", sorted(OPTIONS))
def test_every_option_is_documented(option: str) -> None:
    assert f"`{option}`" in SECTIONS["Commands"]


def test_every_address_is_documented() -> None:
    served = {f"{method} {re.sub(r':[a-z]+}', '}', path)}" for method, path in RULES}
    assert documented("Every address", r"[A-Z]+ /[^`]*") == served


def test_every_error_code_is_documented_with_its_status() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", SECTIONS["Error codes"], flags=re.MULTILINE)
    assert {code: int(status) for code, status in rows} == {kind.code: kind.status for kind in ERROR_KINDS.values()}


def commands(group: click.Group) -> list[str]:
    """The names of all commands; those of a group in a group with both names."""
    return [
        f"{name} {below}" if below else name
        for name, command in group.commands.items()
        for below in (commands(command) if isinstance(command, click.Group) else [""])
    ]
